import { logLevels } from "@ostinato/protocol/log-levels";
import { redact } from "../secrets/redaction.ts";
import { isObserved, observe } from "./observers.ts";

/** Output of a run on the terminal: stderr, so that stdout stays the program's own. */
export interface ConsoleLine {
  readonly level: number;
  /** The name of the run that prints, if any. */
  readonly speaker: string | undefined;
  readonly message: string;
}

/** Names the run whose name stands before every line of this process, because another one shows them. */
export const shownBefore = "OSTINATO_SHOWN_RUN";

/** Names what stands before and after each line that is also sent to the server, because a worker sends the others. */
const sentLineMark = "OSTINATO__SENT_LINE_MARK";

// Bound before `logPrints` replaces the console's streams.
const write = process.stderr.write.bind(process.stderr);

/** Prints a line unless its level is below `OSTINATO_LOG_LEVEL` (debug, info, warning, error, critical or off). */
export function printLine({ level, speaker, message }: ConsoleLine): void {
  if (level < threshold(process.env.OSTINATO_LOG_LEVEL)) return;
  const named = speaker === undefined || speaker === process.env[shownBefore] ? message : `${speaker}: ${message}`;
  const time = new Date().toTimeString().slice(0, 8);
  const mark = speaker === undefined ? "" : (process.env[sentLineMark] ?? "");
  write(`${mark}${time} ${levelName(level).padEnd(7)} ${redact(named)}${mark}\n`);
}

/** Reports something about the program as a whole: to the observers, or else on the terminal. */
export function notice(level: number, message: string): void {
  if (isObserved()) observe({ kind: "notice", message: redact(message) });
  else printLine({ level, speaker: undefined, message });
}

function threshold(setting: string | undefined): number {
  if (setting === undefined || setting === "") return logLevels.info;
  const name = setting.toLowerCase();
  if (name === "off") return Number.POSITIVE_INFINITY;
  return logLevels[(name === "warn" ? "warning" : name) as keyof typeof logLevels] ?? logLevels.info;
}

function levelName(level: number): string {
  if (level >= logLevels.error) return "ERROR";
  if (level >= logLevels.warning) return "WARNING";
  return level >= logLevels.info ? "INFO" : "DEBUG";
}
