import { formatTimestamp, type Timestamp } from "@ostinato/core";
import type { TaskWorker } from "@ostinato/protocol";
import { readPlainJson } from "../db/json-text.ts";
import type { Context } from "../kernel/context.ts";
import * as queries from "./task-workers.queries.ts";
import { unservedHint, unservedReason } from "./unserved.rules.ts";

/** The workers that are connected to any server, those of some tasks where keys are given. Several connections of one are one worker. */
export async function filter({ db }: Context, keys: readonly string[]): Promise<TaskWorker[]> {
  const rows = await queries.connectedWorkers(db.read);
  const workers = [...Map.groupBy(rows, ({ identifier }) => identifier)].map(([identifier, own]) => ({
    identifier,
    task_keys: [...new Set(own.flatMap(({ task_keys }) => readPlainJson<string[]>(task_keys)))],
    timestamp: formatTimestamp(Math.max(...own.map(({ updated }) => updated)) as Timestamp),
  }));
  return keys.length === 0 ? workers : workers.filter(({ task_keys }) => task_keys.some((key) => keys.includes(key)));
}

/** What is said of a run of the task where no connected worker runs it, and what to do. */
export function unserved(taskKey: string): { readonly reason: string; readonly hint: string } {
  return { reason: unservedReason(taskKey), hint: unservedHint };
}
