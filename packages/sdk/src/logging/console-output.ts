import { logLevels } from "@ostinato/protocol/log-levels";
import { redact } from "../secrets/redaction.ts";
import { isObserved, observe } from "./observers.ts";

/** What a run says on the terminal: stderr, so that a program's own output stays its own. */
export interface ConsoleLine {
  readonly level: number;
  /** The name of the run that speaks, where it is one. */
  readonly speaker: string | undefined;
  readonly message: string;
}

// Kept from before `logPrints` takes the console's place.
const write = process.stderr.write.bind(process.stderr);

/** Prints a line unless `OSTINATO_LOG_LEVEL` (debug, info, warning, error, critical or off) says that it is too quiet. */
export function printLine({ level, speaker, message }: ConsoleLine): void {
  if (level < threshold(process.env.OSTINATO_LOG_LEVEL)) return;
  const time = new Date().toTimeString().slice(0, 8);
  write(
    `${time} ${levelName(level).padEnd(7)} ${redact(speaker === undefined ? message : `${speaker}: ${message}`)}\n`,
  );
}

/** Says something about the program as a whole: to whoever observes it, else on the terminal. */
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
