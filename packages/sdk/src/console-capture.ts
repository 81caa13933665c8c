import { format } from "node:util";
import { logLevels } from "@ostinato/protocol/log-levels";
import { context } from "./context.ts";
import { writeLine } from "./log-line.ts";

const levels = {
  debug: logLevels.debug,
  log: logLevels.info,
  info: logLevels.info,
  warn: logLevels.warning,
  error: logLevels.error,
} as const;

let capturing = false;

/** From the first run with `logPrints` on, what such runs print with `console` becomes their log lines; others print. */
export function captureConsole(): void {
  if (capturing) return;
  capturing = true;
  for (const [name, level] of Object.entries(levels)) {
    const method = name as keyof typeof levels;
    const original = console[method].bind(console);
    console[method] = (...args: unknown[]) => {
      const run = context.getStore();
      if (run !== undefined && (run.taskRun?.logPrints ?? run.scope.logPrints)) writeLine(run, level, format(...args));
      else original(...args);
    };
  }
}
