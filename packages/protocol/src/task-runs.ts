import type { Static } from "typebox";
import { runCriteria } from "./filters.ts";
import { HistoryInterval } from "./flow-runs.ts";
import { maxTaskRunsTogether } from "./limits.ts";
import { ResultCreate } from "./results.ts";
import { route } from "./route.ts";
import {
  ById,
  Count,
  Enum,
  Integer32,
  Labels,
  Limit,
  Maybe,
  Moment,
  MomentInput,
  None,
  Nullable,
  Offset,
  Open,
  Page,
  Paginated,
  Seconds,
  StateTypeName,
  Strict,
  Tags,
  Type,
  Uuid,
} from "./schema.ts";
import { OrchestrationResult, SetState, State, StateCreate } from "./states.ts";

/** A bound on the jitter, as a multiple of the delay. */
const maxJitterFactor = 1000;
const maxRetryDelays = 50;

export const TaskRunPolicy = Open({
  max_retries: Type.Optional(Integer32()),
  retry_delay_seconds: Type.Optional(Seconds()),
  retries: Maybe(Integer32()),
  retry_delay: Maybe(Type.Union([Seconds(), Type.Array(Seconds(), { maxItems: maxRetryDelays })])),
  retry_jitter_factor: Maybe(Type.Number({ minimum: 0, maximum: maxJitterFactor })),
});
export type TaskRunPolicy = Static<typeof TaskRunPolicy>;

/** The origin of a task's argument. */
export const TaskInput = Type.Union([
  Open({ input_type: Type.Optional(Type.Literal("task_run")), id: Uuid }),
  Open({ input_type: Type.Optional(Type.Literal("flow_run")), id: Uuid }),
  Open({ input_type: Type.Optional(Type.Literal("parameter")), name: Type.String() }),
  Open({ input_type: Type.Optional(Type.Literal("constant")), type: Type.String() }),
]);
export const TaskInputs = Type.Record(Type.String(), Type.Array(TaskInput));
export type TaskInput = Static<typeof TaskInput>;
export type TaskInputs = Static<typeof TaskInputs>;

export const TaskRunCreate = Strict({
  id: Maybe(Uuid),
  state: Maybe(StateCreate),
  name: Maybe(Type.String()),
  flow_run_id: Maybe(Uuid),
  task_key: Type.String(),
  dynamic_key: Type.String(),
  cache_key: Maybe(Type.String()),
  cache_expiration: Maybe(MomentInput),
  task_version: Maybe(Type.String()),
  empirical_policy: Maybe(TaskRunPolicy),
  tags: Type.Optional(Tags),
  labels: Maybe(Labels),
  task_inputs: Type.Optional(TaskInputs),
  /** Ours: the arguments of a deferred task run, kept as a result whose id is the state's `task_parameters_id`. */
  parameters: Maybe(ResultCreate),
});
export type TaskRunCreate = Static<typeof TaskRunCreate>;

export const TaskRunUpdate = Strict({ name: Type.Optional(Type.String()) });
export type TaskRunUpdate = Static<typeof TaskRunUpdate>;

/** Durations are seconds with a fraction. */
export const TaskRun = Open({
  id: Uuid,
  created: Moment,
  updated: Moment,
  name: Type.String(),
  flow_run_id: Nullable(Uuid),
  task_key: Type.String(),
  dynamic_key: Type.String(),
  cache_key: Nullable(Type.String()),
  cache_expiration: Nullable(Moment),
  task_version: Nullable(Type.String()),
  empirical_policy: TaskRunPolicy,
  tags: Tags,
  labels: Labels,
  state_id: Nullable(Uuid),
  task_inputs: TaskInputs,
  state_type: Nullable(StateTypeName),
  state_name: Nullable(Type.String()),
  run_count: Type.Integer(),
  flow_run_run_count: Type.Integer(),
  expected_start_time: Nullable(Moment),
  next_scheduled_start_time: Nullable(Moment),
  start_time: Nullable(Moment),
  end_time: Nullable(Moment),
  total_run_time: Type.Number(),
  estimated_run_time: Type.Number(),
  estimated_start_time_delta: Type.Number(),
  state: Nullable(State),
});
export type TaskRun = Static<typeof TaskRun>;

export const taskRunSorts = [
  "ID_DESC",
  "EXPECTED_START_TIME_ASC",
  "EXPECTED_START_TIME_DESC",
  "NAME_ASC",
  "NAME_DESC",
  "NEXT_SCHEDULED_START_TIME_ASC",
  "END_TIME_DESC",
  "DURATION_DESC",
  "DURATION_ASC",
] as const;
export type TaskRunSort = (typeof taskRunSorts)[number];
const sort = Maybe(Enum(taskRunSorts));
const { work_pools: _pools, work_pool_queues: _queues, ...criteria } = runCriteria;
const tag = "Task runs";

export const createTaskRun = route({
  method: "POST",
  path: "/task_runs/",
  access: "run",
  summary: "Create a task run, or read the one with the same keys in the same flow run",
  tag,
  body: TaskRunCreate,
  replies: { 200: TaskRun, 201: TaskRun },
});

export const createTaskRuns = route({
  method: "POST",
  path: "/task_runs/bulk_create",
  access: "run",
  summary: "Create task runs, all of them or none; gives their ids, of those that were there already too",
  tag,
  body: Open({ task_runs: Type.Array(TaskRunCreate, { minItems: 1, maxItems: maxTaskRunsTogether }) }),
  replies: { 200: Open({ ids: Type.Array(Uuid) }) },
});

export const readTaskRun = route({
  method: "GET",
  path: "/task_runs/{id}",
  access: "read",
  summary: "Read a task run",
  tag,
  params: ById,
  replies: { 200: TaskRun },
});

export const updateTaskRun = route({
  method: "PATCH",
  path: "/task_runs/{id}",
  access: "run",
  summary: "Rename a task run",
  tag,
  params: ById,
  body: TaskRunUpdate,
  replies: { 204: None },
});

export const deleteTaskRun = route({
  method: "DELETE",
  path: "/task_runs/{id}",
  access: "edit",
  summary: "Delete a task run",
  tag,
  params: ById,
  replies: { 204: None },
});

export const setTaskRunState = route({
  method: "POST",
  path: "/task_runs/{id}/set_state",
  access: "run",
  summary: "Propose a state for a task run that the server orchestrates",
  tag,
  params: ById,
  body: SetState,
  replies: { 200: OrchestrationResult, 201: OrchestrationResult },
});

export const countTaskRuns = route({
  method: "POST",
  path: "/task_runs/count",
  access: "read",
  summary: "Count task runs",
  tag,
  body: Open(criteria),
  bodyOptional: true,
  replies: { 200: Count },
});

export const filterTaskRuns = route({
  method: "POST",
  path: "/task_runs/filter",
  access: "read",
  summary: "Find task runs",
  tag,
  body: Open({ ...criteria, sort, limit: Limit, offset: Offset }),
  bodyOptional: true,
  replies: { 200: Type.Array(TaskRun) },
});

export const paginateTaskRuns = route({
  method: "POST",
  path: "/task_runs/paginate",
  access: "read",
  summary: "Find task runs, by page",
  tag,
  body: Open({ ...criteria, sort, limit: Limit, page: Page }),
  bodyOptional: true,
  replies: { 200: Paginated(TaskRun) },
});

export const taskRunHistory = route({
  method: "POST",
  path: "/task_runs/history",
  access: "read",
  summary: "Count task runs by state over intervals of time",
  tag,
  body: Open({
    history_start: MomentInput,
    history_end: MomentInput,
    history_interval_seconds: Seconds(),
    ...criteria,
  }),
  replies: { 200: Type.Array(HistoryInterval) },
});

export const downloadTaskRunLogs = route({
  method: "GET",
  path: "/task_runs/{id}/logs/download",
  access: "read",
  summary: "All logs of a task run as CSV",
  tag,
  params: ById,
  replies: { 200: Type.String() },
  produces: "text/csv",
});
