import type { Static } from "typebox";
import type { StoredResult } from "./results.ts";
import { route } from "./route.ts";
import { Enum, Limit, Maybe, Moment, Nullable, Offset, Open, Type, Uuid } from "./schema.ts";
import type { TaskRun } from "./task-runs.ts";

const maxKeys = 1000;
const Keys = Type.Array(Type.String(), { maxItems: maxKeys });

/** A program that is connected and runs deferred task runs. */
export const TaskWorker = Open({ identifier: Type.String(), task_keys: Type.Array(Type.String()), timestamp: Moment });
export type TaskWorker = Static<typeof TaskWorker>;

/** What waits for the workers of a task, and what they work on. */
export const BackgroundTask = Open({
  task_key: Type.String(),
  /** The name of its latest run. */
  name: Nullable(Type.String()),
  /** Runs that are due, and that no worker has. */
  waiting: Type.Integer(),
  /** Runs whose time has not come. */
  scheduled: Type.Integer(),
  /** Runs that a worker has. */
  held: Type.Integer(),
  /** Since when the first of the waiting runs is due. */
  waiting_since: Nullable(Moment),
  /** When the first of the scheduled runs becomes due. */
  next_due: Nullable(Moment),
  /** The identifiers of the connected workers. */
  workers: Type.Array(Type.String()),
});
export type BackgroundTask = Static<typeof BackgroundTask>;

export const filterTaskWorkers = route({
  method: "POST",
  path: "/task_workers/filter",
  access: "read",
  summary: "Find the connected task workers, all or those of some tasks",
  tag: "Task workers",
  body: Open({ task_worker_filter: Maybe(Open({ task_keys: Keys })) }),
  bodyOptional: true,
  replies: { 200: Type.Array(TaskWorker) },
});

export const filterBackgroundTasks = route({
  method: "POST",
  path: "/background_tasks/filter",
  access: "read",
  summary: "Find the tasks that have deferred runs or connected workers, with what waits and who works",
  tag: "Task workers",
  body: Open({ task_keys: Maybe(Keys), limit: Limit, offset: Offset }),
  bodyOptional: true,
  replies: { 200: Type.Array(BackgroundTask) },
});

const maxTaskRuns = 10_000;
const TaskRunIds = Type.Array(Uuid, { maxItems: maxTaskRuns });

/**
 * The first message of a task worker. `slots`, `held` and `process` are ours: so many runs may be handed over at once, these it has from an
 * earlier connection, and by this name a server on the same machine finds its process. A worker without `slots` takes one run after the
 * other, and confirms each by `ack`.
 */
export const TaskSubscription = Open({
  type: Type.Literal("subscribe"),
  keys: Type.Array(Type.String(), { minItems: 1, maxItems: maxKeys }),
  client_id: Type.String({ minLength: 1, maxLength: 500 }),
  slots: Maybe(Type.Integer({ minimum: 0, maximum: maxTaskRuns })),
  held: Maybe(TaskRunIds),
  process: Maybe(Type.String({ maxLength: 200 })),
});
export type TaskSubscription = Static<typeof TaskSubscription>;

/**
 * Later messages of a worker with `slots`: so many of its runs have ended; it gives runs back that it has not begun; it takes no more runs.
 */
export const TaskWorkerMessage = Type.Union([
  Open({ type: Type.Literal("free"), slots: Type.Integer({ minimum: 1, maximum: maxTaskRuns }) }),
  Open({ type: Type.Literal("return"), task_run_ids: TaskRunIds }),
  Open({ type: Type.Literal("drain") }),
]);
export type TaskWorkerMessage = Static<typeof TaskWorkerMessage>;

/** What a worker with `slots` gets. Other workers get each task run as a message of its own. */
export type TaskDeliveryMessage =
  /** `lost` are those that it said it has, and that are not its own any more. */
  | { readonly type: "subscribed"; readonly lost: readonly string[] }
  | {
      readonly type: "task-runs";
      readonly task_runs: readonly TaskRun[];
      /** The kept arguments of those that have some. */
      readonly parameters: readonly StoredResult[];
    };

/** The message of a client on `/task_runs/wake`: it waits for the ends of these, and of no others (`subscribe`) or of these as well (`add`). */
export const TaskRunWaitingRequest = Open({ type: Enum(["subscribe", "add"] as const), task_run_ids: TaskRunIds });
export type TaskRunWaitingRequest = Static<typeof TaskRunWaitingRequest>;

/** Tells of those that have ended, or are not there, also before the client asked. */
export interface TaskRunEndMessage {
  readonly type: "ended";
  readonly task_run_ids: readonly string[];
}
