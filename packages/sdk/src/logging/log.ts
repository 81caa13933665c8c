import { logLevels } from "@ostinato/protocol/log-levels";
import { context } from "../context.ts";
import { printLine } from "./console-output.ts";
import { composeMessage, writeLine } from "./log-line.ts";

type Write = (message: unknown, fields?: object) => void;

/**
 * Logs under the run in which it is called; outside of runs it only prints. `{name}` in the message is filled in from the
 * fields, fields that it does not name come after it.
 *
 * ```ts
 * import { log, task } from "ostinato";
 *
 * export const read = task(async function read(path: string) {
 *   log.info("read {rows} rows", { rows: 3, path });   // read 3 rows path=jan.csv
 * });
 * ```
 */
export const log: Readonly<Record<keyof typeof logLevels | "warn", Write>> = {
  debug: (message, fields) => write(logLevels.debug, message, fields),
  info: (message, fields) => write(logLevels.info, message, fields),
  warning: (message, fields) => write(logLevels.warning, message, fields),
  /** An alias of `warning`, as in `console`. */
  warn: (message, fields) => write(logLevels.warning, message, fields),
  error: (message, fields) => write(logLevels.error, message, fields),
  critical: (message, fields) => write(logLevels.critical, message, fields),
};

function write(level: number, message: unknown, fields?: unknown): void {
  const text = composeMessage(message, fields);
  const run = context.getStore();
  if (run === undefined) printLine({ level, speaker: undefined, message: text });
  else writeLine(run, level, text);
}
