import { addSeconds, formatTimestamp, type Timestamp } from "@ostinato/core";
import type { BackgroundTaskRow, BackgroundTasksPage, TaskWorkerRow } from "@ostinato/protocol";
import { readPlainJson } from "../../db/json-text.ts";
import type { Context } from "../../kernel/context.ts";
import * as backgroundTasks from "../../task-deliveries/background-tasks.service.ts";
import * as queries from "./background-tasks-page.queries.ts";

const maxTasks = 200;
const maxWorkers = 200;
const maxRuns = 50;
const maxHeldPerWorker = 10;
const maxHeld = 2000;
/** Longer messages stand on the page of the run. */
const maxMessageCharacters = 500;
const daySeconds = 86_400;

/** What waits, who works and what failed in the last day. */
export async function backgroundTasksPage(context: Context, key: string | undefined): Promise<BackgroundTasksPage> {
  const { read, slow } = context.db;
  const now = context.clock.now();
  const since = addSeconds(now, -daySeconds);
  const [tasks, ended, connections, held, waiting, failed] = await Promise.all([
    backgroundTasks.filter(context, { limit: maxTasks }),
    queries.endedSince(slow, since),
    queries.connectedWorkers(read, maxWorkers),
    queries.heldRuns(slow, maxHeld),
    queries.waitingRuns(slow, key, { now, limit: maxRuns }),
    queries.failedRuns(slow, key, { since, limit: maxRuns }),
  ]);
  return {
    tasks: withEnded(tasks, ended).slice(0, maxTasks),
    workers: workersOf(connections, held).filter(({ task_keys }) => key === undefined || task_keys.includes(key)),
    waiting: waiting.map((row) => ({ ...row, due: formatTimestamp(row.due) })),
    failed: failed.map((row) => ({
      ...row,
      ended: formatTimestamp(row.ended),
      message: row.message?.slice(0, maxMessageCharacters) ?? null,
    })),
  };
}

function withEnded(
  tasks: Awaited<ReturnType<typeof backgroundTasks.filter>>,
  ended: readonly queries.EndedCount[],
): BackgroundTaskRow[] {
  const byKey = new Map(ended.map((row) => [row.task_key, row]));
  const known = new Set(tasks.map(({ task_key }) => task_key));
  const idle = ended.filter(({ task_key }) => !known.has(task_key)).map(({ task_key }) => ({ ...noRuns, task_key }));
  return [...tasks, ...idle]
    .map((task) => {
      const { completed = 0, failed = 0 } = byKey.get(task.task_key) ?? {};
      return { ...task, workers: [...task.workers], completed, failed };
    })
    .sort((a, b) => (a.task_key < b.task_key ? -1 : 1));
}

const noRuns = {
  name: null,
  waiting: 0,
  scheduled: 0,
  held: 0,
  waiting_since: null,
  next_due: null,
  workers: [] as string[],
};

function workersOf(connections: readonly queries.WorkerRow[], held: readonly queries.HeldRow[]): TaskWorkerRow[] {
  const heldBy = Map.groupBy(held, ({ identifier }) => identifier);
  return [...Map.groupBy(connections, ({ identifier }) => identifier)].map(([identifier, own]) => {
    const runs = heldBy.get(identifier) ?? [];
    const slots = own.flatMap((connection) => connection.slots ?? []);
    return {
      identifier,
      task_keys: [...new Set(own.flatMap(({ task_keys }) => readPlainJson<string[]>(task_keys)))],
      slots: slots.length === 0 ? null : slots.reduce((sum, one) => sum + one, 0),
      connected_since: moment(Math.min(...own.map(({ created }) => created))),
      last_sign: moment(Math.max(...own.map(({ updated }) => updated))),
      held_count: runs.length,
      held: runs.slice(0, maxHeldPerWorker).map(({ identifier: _worker, since, ...run }) => ({
        ...run,
        since: since === null ? null : formatTimestamp(since),
      })),
    };
  });
}

function moment(at: number): string {
  return formatTimestamp(at as Timestamp);
}
