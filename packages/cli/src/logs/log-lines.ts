import type { Client } from "@ostinato/client";
import { didYouMean } from "@ostinato/core";
import { filterTaskRuns, type Log, logLevels } from "@ostinato/protocol";
import { usageError } from "../errors.ts";
import { localClock } from "../output/moments.ts";
import { say } from "../output/output.ts";
import { harmless, oneLine, paint } from "../output/text.ts";
import { pageRows } from "../pages.ts";

export type PrintLogs = (logs: readonly Log[]) => Promise<void>;

/** Prints lines for a person, with the names of their task runs. */
export function logPrinter(client: Client): PrintLogs {
  const names = new Map<string, string>();
  return async (logs) => {
    await learnNames(client, names, logs);
    for (const log of logs) say(lineOf(log, log.task_run_id === null ? undefined : names.get(log.task_run_id)));
  };
}

/** Prints one JSON object per line, in the API's form: a stream that programs can read while it grows. */
export function jsonLogPrinter(): PrintLogs {
  return async (logs) => {
    for (const log of logs) say(JSON.stringify(log));
  };
}

async function learnNames(client: Client, names: Map<string, string>, logs: readonly Log[]): Promise<void> {
  const unknown = [...new Set(logs.flatMap(({ task_run_id }) => task_run_id ?? []))].filter((id) => !names.has(id));
  for (let start = 0; start < unknown.length; start += pageRows) {
    const ids = unknown.slice(start, start + pageRows);
    const runs = await client.call(filterTaskRuns, { body: { task_runs: { id: { any_: ids } }, limit: pageRows } });
    for (const { id, name } of runs) names.set(id, name);
  }
}

function lineOf({ timestamp, level, message }: Log, speaker: string | undefined): string {
  const time = paint("dim", localClock(timestamp));
  const from = speaker === undefined ? "" : `${paint("cyan", oneLine(speaker))}  `;
  return `${time} ${levelText(level)} ${from}${harmless(message)}`;
}

function levelText(level: number): string {
  if (level >= logLevels.critical) return paint("magenta", "CRITICAL");
  if (level >= logLevels.error) return paint("red", "ERROR   ");
  if (level >= logLevels.warning) return paint("yellow", "WARNING ");
  return level >= logLevels.info ? "INFO    " : paint("dim", "DEBUG   ");
}

/** The number of a level that is given by name or number. */
export function levelOf(text: string | undefined): number | null {
  if (text === undefined) return null;
  if (/^\d+$/.test(text)) return Number(text);
  const levels: Readonly<Record<string, number>> = { ...logLevels, warn: logLevels.warning };
  const level = levels[text.toLowerCase()];
  if (level !== undefined) return level;
  const names = Object.keys(logLevels);
  throw usageError(
    `There is no log level ${JSON.stringify(text)}.${didYouMean(text, names) || ` There are: ${names.join(", ")}.`}`,
  );
}
