import { formatTimestamp, type Timestamp } from "@ostinato/core";
import type { BackgroundTask, BodyOf, filterBackgroundTasks } from "@ostinato/protocol";
import type { Context } from "../kernel/context.ts";
import { readLimit } from "../kernel/paging.ts";
import { type QueueRow, queues } from "./background-tasks.queries.ts";
import * as taskWorkers from "./task-workers.service.ts";

/** The tasks that have deferred runs or connected workers, by their keys. */
export async function filter(
  context: Context,
  { task_keys, limit, offset }: NonNullable<BodyOf<typeof filterBackgroundTasks>>,
): Promise<BackgroundTask[]> {
  const wanted = task_keys ?? [];
  const [rows, workers] = await Promise.all([
    queues(context.db.slow, wanted, context.clock.now()),
    taskWorkers.filter(context, wanted),
  ]);
  const byKey = new Map(rows.map((row) => [row.task_key, row]));
  const served = workers.flatMap((worker) =>
    worker.task_keys.filter((key) => wanted.length === 0 || wanted.includes(key)),
  );
  const keys = [...new Set([...byKey.keys(), ...served])].sort();
  const start = offset ?? 0;
  return keys.slice(start, start + readLimit(limit)).map((key) => {
    const own = workers.filter((worker) => worker.task_keys.includes(key));
    return present(
      key,
      byKey.get(key),
      own.map(({ identifier }) => identifier),
    );
  });
}

function present(task_key: string, row: QueueRow | undefined, workers: string[]): BackgroundTask {
  return {
    task_key,
    name: row?.name ?? null,
    waiting: Number(row?.waiting ?? 0),
    scheduled: Number(row?.scheduled ?? 0),
    held: Number(row?.held ?? 0),
    waiting_since: moment(row?.waiting_since),
    next_due: moment(row?.next_due),
    workers,
  };
}

function moment(at: Timestamp | null | undefined): string | null {
  return at === null || at === undefined ? null : formatTimestamp(at);
}
