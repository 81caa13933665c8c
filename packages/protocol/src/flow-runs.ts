import type { Static } from "typebox";
import { FlowRunFilter, runCriteria } from "./filters.ts";
import { KeptParameters } from "./kept-parameters.ts";
import { route } from "./route.ts";
import {
  ById,
  Count,
  Enum,
  IndexedText,
  Integer32,
  JsonObject,
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
import { OrchestrationResult, SetState, SetStateStatus, State, StateCreate } from "./states.ts";

/** The retries and pauses of the run, in seconds; `retry_type` says how the last retry was arranged. */
export const FlowRunPolicy = Open({
  max_retries: Type.Optional(Integer32()),
  retry_delay_seconds: Type.Optional(Seconds()),
  retries: Maybe(Integer32()),
  retry_delay: Maybe(Integer32()),
  pause_keys: Maybe(Type.Array(Type.String())),
  resuming: Maybe(Type.Boolean()),
  retry_type: Maybe(Enum(["in_process", "reschedule"] as const)),
});
export type FlowRunPolicy = Static<typeof FlowRunPolicy>;

/** Ours: among the due runs of a work pool, smaller goes first, before the priority of the queues; 0 by default. */
export const RunPriority = Maybe(Type.Integer({ minimum: -1000, maximum: 1000 }));

export const FlowRunCreate = Strict({
  state: Maybe(StateCreate),
  name: Maybe(Type.String()),
  flow_id: Uuid,
  flow_version: Maybe(Type.String()),
  parameters: Type.Optional(JsonObject),
  /** Ours: the exact parameters, if JSON cannot express them. */
  kept_parameters: Maybe(KeptParameters),
  context: Type.Optional(JsonObject),
  parent_task_run_id: Maybe(Uuid),
  infrastructure_document_id: Maybe(Uuid),
  empirical_policy: Maybe(FlowRunPolicy),
  tags: Type.Optional(Tags),
  labels: Maybe(Labels),
  idempotency_key: Maybe(IndexedText),
  work_pool_name: Maybe(Type.String()),
  work_queue_name: Maybe(Type.String()),
  job_variables: Maybe(JsonObject),
  priority: RunPriority,
  deployment_id: Maybe(Uuid),
});
export type FlowRunCreate = Static<typeof FlowRunCreate>;

/** Writes only the fields that are present, null as null. */
export const FlowRunUpdate = Strict({
  name: Maybe(Type.String()),
  flow_version: Maybe(Type.String()),
  parameters: Type.Optional(JsonObject),
  empirical_policy: Type.Optional(FlowRunPolicy),
  tags: Type.Optional(Tags),
  infrastructure_pid: Maybe(Type.String()),
  job_variables: Maybe(JsonObject),
  priority: RunPriority,
});
export type FlowRunUpdate = Static<typeof FlowRunUpdate>;

export const CreatedBy = Open({
  id: Maybe(Uuid),
  type: Maybe(Type.String()),
  display_value: Maybe(Type.String()),
});
export type CreatedBy = Static<typeof CreatedBy>;

/** Durations are seconds with a fraction. */
export const FlowRun = Open({
  id: Uuid,
  created: Moment,
  updated: Moment,
  name: Type.String(),
  flow_id: Uuid,
  state_id: Nullable(Uuid),
  deployment_id: Nullable(Uuid),
  deployment_version: Nullable(Type.String()),
  work_queue_id: Nullable(Uuid),
  work_queue_name: Nullable(Type.String()),
  flow_version: Nullable(Type.String()),
  parameters: JsonObject,
  idempotency_key: Nullable(Type.String()),
  context: JsonObject,
  empirical_policy: FlowRunPolicy,
  tags: Tags,
  labels: Labels,
  parent_task_run_id: Nullable(Uuid),
  state_type: Nullable(StateTypeName),
  state_name: Nullable(Type.String()),
  run_count: Type.Integer(),
  expected_start_time: Nullable(Moment),
  next_scheduled_start_time: Nullable(Moment),
  start_time: Nullable(Moment),
  end_time: Nullable(Moment),
  total_run_time: Type.Number(),
  estimated_run_time: Type.Number(),
  estimated_start_time_delta: Type.Number(),
  auto_scheduled: Type.Boolean(),
  infrastructure_document_id: Nullable(Uuid),
  infrastructure_pid: Nullable(Type.String()),
  created_by: Nullable(CreatedBy),
  work_pool_id: Nullable(Uuid),
  work_pool_name: Nullable(Type.String()),
  state: Nullable(State),
  job_variables: Nullable(JsonObject),
  /** Ours. */
  priority: Type.Integer(),
});
export type FlowRun = Static<typeof FlowRun>;

export const FlowRunInput = Open({
  id: Uuid,
  created: Moment,
  updated: Moment,
  flow_run_id: Uuid,
  key: Type.String(),
  value: Type.String(),
  sender: Nullable(Type.String()),
});
export type FlowRunInput = Static<typeof FlowRunInput>;

export const flowRunSorts = [
  "ID_DESC",
  "START_TIME_ASC",
  "START_TIME_DESC",
  "EXPECTED_START_TIME_ASC",
  "EXPECTED_START_TIME_DESC",
  "NAME_ASC",
  "NAME_DESC",
  "NEXT_SCHEDULED_START_TIME_ASC",
  "END_TIME_DESC",
] as const;
export type FlowRunSort = (typeof flowRunSorts)[number];
const sort = Maybe(Enum(flowRunSorts));
const bulkLimit = Maybe(Type.Integer({ minimum: 1, maximum: 50 }));
const tag = "Flow runs";

export const HistoryState = Open({
  state_type: StateTypeName,
  state_name: Type.String(),
  count_runs: Type.Integer(),
  sum_estimated_run_time: Type.Number(),
  sum_estimated_lateness: Type.Number(),
});

/** One bucket of a history, with its states. */
export const HistoryInterval = Open({
  interval_start: Moment,
  interval_end: Moment,
  states: Type.Array(HistoryState),
});
export type HistoryInterval = Static<typeof HistoryInterval>;

const historyRange = {
  history_start: MomentInput,
  history_end: MomentInput,
  history_interval_seconds: Seconds(),
};

export const createFlowRun = route({
  method: "POST",
  path: "/flow_runs/",
  access: "run",
  summary: "Create a flow run, or read the one that has the idempotency key already",
  tag,
  body: FlowRunCreate,
  replies: { 200: FlowRun, 201: FlowRun },
});

export const readFlowRun = route({
  method: "GET",
  path: "/flow_runs/{id}",
  access: "read",
  summary: "Read a flow run",
  tag,
  params: ById,
  replies: { 200: FlowRun },
});

export const updateFlowRun = route({
  method: "PATCH",
  path: "/flow_runs/{id}",
  access: "run",
  summary: "Change a flow run",
  tag,
  params: ById,
  body: FlowRunUpdate,
  replies: { 204: None },
});

export const updateFlowRunLabels = route({
  method: "PATCH",
  path: "/flow_runs/{id}/labels",
  access: "run",
  summary: "Add labels to a flow run",
  tag,
  params: ById,
  body: Labels,
  replies: { 204: None },
});

export const deleteFlowRun = route({
  method: "DELETE",
  path: "/flow_runs/{id}",
  access: "edit",
  summary: "Delete a flow run with its task runs, states and logs",
  tag,
  params: ById,
  replies: { 204: None },
});

export const setFlowRunState = route({
  method: "POST",
  path: "/flow_runs/{id}/set_state",
  access: "run",
  summary: "Propose a state; the rules of orchestration decide, unless it is forced",
  tag,
  params: ById,
  body: SetState,
  replies: { 200: OrchestrationResult, 201: OrchestrationResult },
});

export const resumeFlowRun = route({
  method: "POST",
  path: "/flow_runs/{id}/resume",
  access: "run",
  summary: "Let a paused flow run go on, with the input that it asked for",
  tag,
  params: ById,
  body: Open({
    run_input: Maybe(JsonObject),
    /** Ostinato's own: the id of the PAUSED state that is answered. Where the run is in another state by now, the answer is aborted. */
    answers: Maybe(Uuid),
  }),
  bodyOptional: true,
  replies: { 200: OrchestrationResult, 201: OrchestrationResult },
});

export const countFlowRuns = route({
  method: "POST",
  path: "/flow_runs/count",
  access: "read",
  summary: "Count flow runs",
  tag,
  body: Open(runCriteria),
  bodyOptional: true,
  replies: { 200: Count },
});

export const filterFlowRuns = route({
  method: "POST",
  path: "/flow_runs/filter",
  access: "read",
  summary: "Find flow runs",
  tag,
  body: Open({ ...runCriteria, sort, limit: Limit, offset: Offset }),
  bodyOptional: true,
  replies: { 200: Type.Array(FlowRun) },
});

export const paginateFlowRuns = route({
  method: "POST",
  path: "/flow_runs/paginate",
  access: "read",
  summary: "Find flow runs, by page",
  tag,
  body: Open({ ...runCriteria, sort, limit: Limit, page: Page }),
  bodyOptional: true,
  replies: { 200: Paginated(FlowRun) },
});

export const flowRunHistory = route({
  method: "POST",
  path: "/flow_runs/history",
  access: "read",
  summary: "Count flow runs by state over intervals of time",
  tag,
  body: Open({ ...historyRange, ...runCriteria, work_queues: runCriteria.work_pool_queues }),
  replies: { 200: Type.Array(HistoryInterval) },
});

export const flowRunLateness = route({
  method: "POST",
  path: "/flow_runs/lateness",
  access: "read",
  summary: "Average lateness of flow runs, in seconds",
  tag,
  body: Open(runCriteria),
  bodyOptional: true,
  replies: { 200: Nullable(Type.Number()) },
});

/**
 * Bulk operations refuse unknown fields, beside the filter too, and a filter that does not ask for anything: a misunderstood
 * criterion must not widen the change.
 */
export const bulkDeleteFlowRuns = route({
  method: "POST",
  path: "/flow_runs/bulk_delete",
  access: "edit",
  summary: "Delete the flow runs that match",
  tag,
  body: Strict({ flow_runs: Maybe(FlowRunFilter), limit: bulkLimit }),
  bodyOptional: true,
  replies: { 200: Open({ deleted: Type.Array(Uuid) }) },
});

export const bulkSetFlowRunState = route({
  method: "POST",
  path: "/flow_runs/bulk_set_state",
  access: "run",
  summary: "Propose a state for the flow runs that match",
  tag,
  body: Strict({ flow_runs: Maybe(FlowRunFilter), state: StateCreate, force: Maybe(Type.Boolean()), limit: bulkLimit }),
  replies: {
    200: Open({
      results: Type.Array(
        Open({ flow_run_id: Uuid, status: SetStateStatus, state: Nullable(State), details: Type.Unknown() }),
      ),
    }),
  },
});

export const createFlowRunInput = route({
  method: "POST",
  path: "/flow_runs/{id}/input",
  access: "run",
  summary: "Keep a value for a flow run under a key",
  tag,
  params: ById,
  body: Open({ key: IndexedText, value: Type.String(), sender: Maybe(Type.String()) }),
  replies: { 201: None },
});

export const filterFlowRunInput = route({
  method: "POST",
  path: "/flow_runs/{id}/input/filter",
  access: "read",
  summary: "Find the values kept for a flow run under keys with a prefix",
  tag,
  params: ById,
  body: Open({
    prefix: Type.String(),
    limit: Maybe(Type.Integer()),
    exclude_keys: Maybe(Type.Array(Type.String())),
    /** Ours: only those that were kept after this one. */
    after: Maybe(Open({ created: MomentInput, id: Uuid })),
  }),
  replies: { 200: Type.Array(FlowRunInput) },
});

const InputKey = Open({ id: Uuid, key: Type.String() });

export const readFlowRunInput = route({
  method: "GET",
  path: "/flow_runs/{id}/input/{key}",
  access: "read",
  summary: "Read the value kept for a flow run under a key",
  tag,
  params: InputKey,
  replies: { 200: Type.String() },
  produces: "text/plain",
});

export const deleteFlowRunInput = route({
  method: "DELETE",
  path: "/flow_runs/{id}/input/{key}",
  access: "run",
  summary: "Delete the value kept for a flow run under a key",
  tag,
  params: InputKey,
  replies: { 204: None },
});

export const downloadFlowRunLogs = route({
  method: "GET",
  path: "/flow_runs/{id}/logs/download",
  access: "read",
  summary: "All logs of a flow run as CSV",
  tag,
  params: ById,
  replies: { 200: Type.String() },
  produces: "text/csv",
});
