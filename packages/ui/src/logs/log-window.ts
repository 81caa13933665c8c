import type { readLogWindow } from "@ostinato/protocol";
import { call } from "../api/api.ts";
import type { ReadLogWindow } from "./log-store.ts";

export const askForLogWindow: ReadLogWindow = (filter, where, signal) => {
  const { run, level, text, subflows } = filter;
  return call<typeof readLogWindow>("POST /ui/logs", {
    body: {
      ...run,
      ...where,
      ...(level === undefined ? {} : { level }),
      ...(text === undefined ? {} : { text }),
      ...(subflows === true ? { subflows } : {}),
    },
    signal,
  });
};
