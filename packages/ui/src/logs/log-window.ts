import type { BodyOf, findLogLine, ReplyOf, readLogWindow } from "@ostinato/protocol";
import { call } from "../api/api.ts";
import type { Log } from "../api/types.ts";
import type { LogFilter, ReadLogWindow } from "./log-store.ts";

export const askForLogWindow: ReadLogWindow = (filter, where, signal) =>
  call<typeof readLogWindow>("POST /ui/logs", {
    body: { ...linesOf(filter), ...where, ...(filter.attempt === undefined ? {} : { attempt: filter.attempt }) },
    signal,
  });

export interface LineSearch {
  /** The text to find; undefined for errors. */
  readonly find: string | undefined;
  readonly direction: "next" | "previous";
  /** The line from which to go on. */
  readonly from: Log | undefined;
}

export function askForLogLine(filter: LogFilter, search: LineSearch): Promise<ReplyOf<typeof findLogLine>> {
  const { find, direction, from } = search;
  return call<typeof findLogLine>("POST /ui/logs/find", {
    body: {
      ...linesOf(filter),
      direction,
      ...(find === undefined ? {} : { find }),
      ...(from === undefined ? {} : { from: { timestamp: from.timestamp, id: from.id } }),
    },
  });
}

type Lines = Omit<BodyOf<typeof findLogLine>, "find" | "direction" | "from">;

function linesOf({ run, level, text, subflows, taskKey, since, until }: LogFilter): Lines {
  return {
    ...run,
    ...(level === undefined ? {} : { level }),
    ...(text === undefined ? {} : { text }),
    ...(subflows === true ? { subflows } : {}),
    ...(taskKey === undefined ? {} : { task_key: taskKey }),
    ...(since === undefined ? {} : { since }),
    ...(until === undefined ? {} : { until }),
  };
}
