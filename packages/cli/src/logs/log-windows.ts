import type { Client } from "@ostinato/client";
import { type BodyOf, type Log, type ReplyOf, readLogWindow } from "@ostinato/protocol";

export interface LogTarget {
  readonly flow_run_id?: string;
  readonly task_run_id?: string;
  readonly subflows?: boolean;
  readonly level: number | null;
}

/** The position from which reading continues. */
export type LogCursor = string | null;

const windowLines = 1000;

/** The last `count` lines, or all if there are fewer. */
export async function readTail(client: Client, target: LogTarget, count: number): Promise<readonly Log[]> {
  const lines: Log[] = [];
  let from: { readonly anchor: "tail" } | { readonly before: string } = { anchor: "tail" };
  while (lines.length < count) {
    const window = await readWindow(client, target, { ...from, limit: Math.min(windowLines, count - lines.length) });
    lines.unshift(...window.logs);
    if (window.before === null || window.logs.length === 0) break;
    from = { before: window.before };
  }
  return lines;
}

/** Reads from a cursor to the newest line, window by window; returns the next cursor. */
export async function readOn(
  client: Client,
  target: LogTarget,
  { from, each }: { readonly from: LogCursor; readonly each: (logs: readonly Log[]) => Promise<void> },
): Promise<LogCursor> {
  let cursor = from;
  for (;;) {
    const where = cursor === null ? { anchor: "head" as const } : { after: cursor };
    const window = await readWindow(client, target, { ...where, limit: windowLines });
    await each(window.logs);
    if (window.after === null || window.after === cursor) return cursor;
    cursor = window.after;
    if (window.logs.length < windowLines) return cursor;
  }
}

type LogWindow = ReplyOf<typeof readLogWindow>;

function readWindow(client: Client, target: LogTarget, where: BodyOf<typeof readLogWindow>): Promise<LogWindow> {
  return client.call(readLogWindow, { body: { ...target, ...where } });
}
