import { openApiSocket } from "@ostinato/client/node";
import { exponentialDelay, isTerminal, type StateType } from "@ostinato/core";
import type { LiveChange, LiveMessage, Log } from "@ostinato/protocol";
import type { Connected } from "../connect.ts";
import type { PrintLogs } from "./log-lines.ts";
import { type LogCursor, type LogTarget, readOn } from "./log-windows.ts";

export interface Followed {
  readonly flowRunId: string;
  readonly target: LogTarget;
  readonly print: PrintLogs;
  /** Whether the run has ended; called whenever changes may have been missed. */
  readonly hasEnded: () => Promise<boolean>;
}

/** Some clients send the last lines after the final state. */
const graceMillis = 1000;

/** Prints the existing log and then every new line, until the run has ended. */
export async function followLogs(connected: Connected, followed: Followed): Promise<void> {
  const stream = logStream(connected, followed);
  for (let attempt = 0; ; attempt += 1) {
    const outcome = await listenOnce(connected, followed, stream);
    if (outcome.ended) return;
    if (outcome.heard) attempt = 0;
    await pause(exponentialDelay(attempt, { baseSeconds: 0.2, capSeconds: 5 }) * 1000);
  }
}

interface LogStream {
  /** Reads and prints lines that were not printed yet. */
  catchUp(): Promise<void>;
  /** Prints lines that have just arrived. */
  live(logs: readonly Log[]): Promise<void>;
}

/** Prints every line once and in order, however often it arrives. */
function logStream({ client }: Connected, { target, print }: Followed): LogStream {
  let cursor: LogCursor = null;
  let sinceCursor = new Set<string>();
  let queue = Promise.resolve();
  const printNew = async (logs: readonly Log[]) => {
    const fresh = logs.filter(({ id }) => !sinceCursor.has(id));
    for (const { id } of fresh) sinceCursor.add(id);
    await print(fresh);
  };
  const inTurn = (work: () => Promise<void>): Promise<void> => {
    queue = queue.then(work);
    return queue;
  };
  return {
    catchUp: () =>
      inTurn(async () => {
        const next = await readOn(client, target, { from: cursor, each: printNew });
        // Lines before the cursor are never read again; later ones may be.
        if (next !== cursor) sinceCursor = new Set([...sinceCursor].slice(-1000));
        cursor = next;
      }),
    live: (logs) => inTurn(() => printNew(logs.filter(({ level }) => target.level === null || level >= target.level))),
  };
}

function listenOnce(
  { client, auth }: Connected,
  { flowRunId, hasEnded }: Followed,
  stream: LogStream,
): Promise<{ readonly ended: boolean; readonly heard: boolean }> {
  return new Promise((resolve, reject) => {
    let heard = false;
    let ending: NodeJS.Timeout | undefined;
    const socket = openApiSocket({
      baseUrl: client.baseUrl,
      path: "/ui/live",
      auth,
      onReady: () =>
        socket.send(JSON.stringify({ type: "subscribe", id: 1, topic: { kind: "flow-run", flow_run_id: flowRunId } })),
      onMessage: (message) => receive(message as LiveMessage).catch(fail),
      onClosed: () => {
        clearTimeout(ending);
        resolve({ ended: false, heard });
      },
    });

    async function receive(message: LiveMessage): Promise<void> {
      heard = true;
      if (message.type === "error") throw new Error(message.message);
      if (message.type === "changes") return take(message.changes);
      await stream.catchUp();
      if (await hasEnded()) end();
    }

    async function take(changes: readonly LiveChange[]): Promise<void> {
      const logs = changes.flatMap((change) => (change.kind === "log" ? [change.row] : []));
      if (logs.length > 0) await stream.live(logs);
      if (changes.some((change) => endsRun(change, flowRunId))) end();
    }

    function end(): void {
      ending ??= setTimeout(() => {
        stream.catchUp().then(() => {
          resolve({ ended: true, heard });
          socket.close();
        }, fail);
      }, graceMillis);
    }

    function fail(error: unknown): void {
      reject(error);
      socket.close();
    }
  });
}

function endsRun(change: LiveChange, flowRunId: string): boolean {
  if (change.kind === "deleted") return change.of === "flow-run" && change.id === flowRunId;
  return change.kind === "flow-run" && change.row.id === flowRunId && isOver(change.row.state_type);
}

export function isOver(type: StateType | null): boolean {
  return type !== null && isTerminal(type);
}

function pause(millis: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, millis));
}
