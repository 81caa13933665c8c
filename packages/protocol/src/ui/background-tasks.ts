import type { Static } from "typebox";
import { route } from "../route.ts";
import { Maybe, Moment, Nullable, Open, StateTypeName, Type, Uuid } from "../schema.ts";
import { BackgroundTask } from "../task-workers.ts";
import { pagesTag } from "./tag.ts";

/** A background task with what became of its runs in the last day. */
export const BackgroundTaskRow = Open({
  ...BackgroundTask.properties,
  completed: Type.Integer(),
  /** Failed or crashed. */
  failed: Type.Integer(),
});
export type BackgroundTaskRow = Static<typeof BackgroundTaskRow>;

const runOfTask = { id: Uuid, name: Type.String(), task_key: Type.String() };

/** A run that waits for a worker. */
export const WaitingTaskRun = Open({
  ...runOfTask,
  /** Smaller goes first. */
  priority: Type.Integer(),
  /** Since when it is due; in the future for a run whose time has not come. */
  due: Moment,
  /** How many workers have had it before. */
  deliveries: Type.Integer(),
});
export type WaitingTaskRun = Static<typeof WaitingTaskRun>;

const HeldTaskRun = Open({
  ...runOfTask,
  state_type: Nullable(StateTypeName),
  state_name: Nullable(Type.String()),
  /** Since when it is in its state. */
  since: Nullable(Moment),
});

/** A connected task worker. Several connections of one count as one. */
export const TaskWorkerRow = Open({
  identifier: Type.String(),
  task_keys: Type.Array(Type.String()),
  /** How many runs it takes at once; null for workers that do not say, such as Prefect's. */
  slots: Nullable(Type.Integer()),
  connected_since: Moment,
  last_sign: Moment,
  held_count: Type.Integer(),
  /** Some of what it has, the earliest first. */
  held: Type.Array(HeldTaskRun),
});
export type TaskWorkerRow = Static<typeof TaskWorkerRow>;

export const FailedTaskRun = Open({
  ...runOfTask,
  state_type: Nullable(StateTypeName),
  state_name: Nullable(Type.String()),
  ended: Moment,
  message: Nullable(Type.String()),
  /** The worker that had it. */
  worker: Nullable(Type.String()),
});
export type FailedTaskRun = Static<typeof FailedTaskRun>;

/** At most 200 tasks and 200 workers, and the first 50 of each list of runs. */
export const BackgroundTasksPage = Open({
  tasks: Type.Array(BackgroundTaskRow),
  workers: Type.Array(TaskWorkerRow),
  /** In the order in which workers take them, and then those whose time has not come. */
  waiting: Type.Array(WaitingTaskRun),
  /** Those of the last day, the latest first. */
  failed: Type.Array(FailedTaskRun),
});
export type BackgroundTasksPage = Static<typeof BackgroundTasksPage>;

export const readBackgroundTasksPage = route({
  method: "POST",
  path: "/ui/background_tasks/page",
  access: "read",
  summary: "Background tasks: what waits, who works, and what failed, of all tasks or of one",
  tag: pagesTag,
  /** With a key the lists of runs and workers are of that task alone. */
  body: Open({ task_key: Maybe(Type.String({ maxLength: 2000 })) }),
  bodyOptional: true,
  replies: { 200: BackgroundTasksPage },
});
