import type { Static } from "typebox";
import { Artifact } from "./artifacts.ts";
import { runCriteria } from "./filters.ts";
import { FlowRun, flowRunSorts } from "./flow-runs.ts";
import { Flow } from "./flows.ts";
import { Log } from "./logs.ts";
import { InputsView, ResultView, ValueKind } from "./results.ts";
import { route } from "./route.ts";
import { ById, Enum, Integer32, Maybe, Moment, Nullable, Offset, Open, StateTypeName, Type, Uuid } from "./schema.ts";
import { State } from "./states.ts";
import { TaskRun } from "./task-runs.ts";

/** The tag of what only pages ask. */
export const pagesTag = "UI";
const tag = pagesTag;

/** Task runs of a flow run by the type of their state; types with none are left out. */
export const StateCounts = Type.Record(Type.String(), Type.Integer());
export type StateCounts = Static<typeof StateCounts>;

/** A flow run with what a row of a list shows besides. */
export const FlowRunRow = Open({
  ...FlowRun.properties,
  flow_name: Type.String(),
  deployment_name: Nullable(Type.String()),
  parent_flow_run_id: Nullable(Uuid),
  parent_flow_run_name: Nullable(Type.String()),
  task_counts: StateCounts,
});
export type FlowRunRow = Static<typeof FlowRunRow>;

/** Keyset paging: `cursor` is the `next_cursor` of the page before, for the same filter and sort. */
export const listFlowRuns = route({
  method: "POST",
  path: "/ui/flow_runs/list",
  summary: "Rows of flow runs, quick at any depth",
  tag,
  body: Open({
    ...runCriteria,
    sort: Maybe(Enum(flowRunSorts)),
    limit: Maybe(Type.Integer({ minimum: 1, maximum: 200 })),
    cursor: Maybe(Type.String()),
    /** Count what matches too (bounded: `count_capped` is true when there are more). */
    count: Maybe(Type.Boolean()),
  }),
  bodyOptional: true,
  replies: {
    200: Open({
      results: Type.Array(FlowRunRow),
      next_cursor: Nullable(Type.String()),
      count: Nullable(Type.Integer()),
      count_capped: Type.Boolean(),
    }),
  },
});

/** A run as a point: `duration` in seconds, `lateness` in seconds after it was expected. The field's UI reads it too. */
export const FlowRunPoint = Open({
  id: Uuid,
  name: Type.String(),
  flow_name: Type.String(),
  state_type: Nullable(StateTypeName),
  state_name: Nullable(Type.String()),
  /** When it began, or is expected to. */
  timestamp: Moment,
  duration: Type.Number(),
  lateness: Type.Number(),
});
export type FlowRunPoint = Static<typeof FlowRunPoint>;

export const listFlowRunPoints = route({
  method: "POST",
  path: "/ui/flow_runs/history",
  summary: "Flow runs as points in time with their durations",
  tag,
  body: Open({
    ...runCriteria,
    sort: Maybe(Enum(flowRunSorts)),
    limit: Maybe(Type.Integer({ minimum: 0, maximum: 1000 })),
    offset: Offset,
  }),
  bodyOptional: true,
  replies: { 200: Type.Array(FlowRunPoint) },
});

export const taskRunListSorts = [
  "EXPECTED_START_TIME_ASC",
  "EXPECTED_START_TIME_DESC",
  "END_TIME_DESC",
  "NAME_ASC",
  "NAME_DESC",
] as const;
export type TaskRunListSort = (typeof taskRunListSorts)[number];

/** What a row of a list shows of a task run; a task that ran outside of flows has neither flow run nor flow. */
export const TaskRunRow = Open({
  id: Uuid,
  name: Type.String(),
  state_type: Nullable(StateTypeName),
  state_name: Nullable(Type.String()),
  state_message: Nullable(Type.String()),
  expected_start_time: Nullable(Moment),
  start_time: Nullable(Moment),
  end_time: Nullable(Moment),
  run_count: Type.Integer(),
  tags: Type.Array(Type.String()),
  flow_run_id: Nullable(Uuid),
  flow_run_name: Nullable(Type.String()),
  flow_id: Nullable(Uuid),
  flow_name: Nullable(Type.String()),
});
export type TaskRunRow = Static<typeof TaskRunRow>;

const { work_pools: _pools, work_pool_queues: _queues, ...taskRunCriteria } = runCriteria;

/** Keyset paging and counting as for flow runs. */
export const listTaskRuns = route({
  method: "POST",
  path: "/ui/task_runs/list",
  summary: "Rows of task runs, quick at any depth",
  tag,
  body: Open({
    ...taskRunCriteria,
    sort: Maybe(Enum(taskRunListSorts)),
    limit: Maybe(Type.Integer({ minimum: 1, maximum: 200 })),
    cursor: Maybe(Type.String()),
    count: Maybe(Type.Boolean()),
  }),
  bodyOptional: true,
  replies: {
    200: Open({
      results: Type.Array(TaskRunRow),
      next_cursor: Nullable(Type.String()),
      count: Nullable(Type.Integer()),
      count_capped: Type.Boolean(),
    }),
  },
});

/** Why a run failed, said once: the first task run that failed, or the flow itself. */
export const Failure = Open({
  message: Type.String(),
  task_run_id: Nullable(Uuid),
  task_run_name: Nullable(Type.String()),
  /** The flow run in which it happened: this one or a subflow; null for a task that ran outside of flows. */
  flow_run_id: Nullable(Uuid),
  attempt: Nullable(Type.Integer()),
  /** `at fn (file:line:column)`: the first frame of the user's own code, where the client told. */
  location: Nullable(Type.String()),
  traceback: Nullable(Type.String()),
  last_logs: Type.Array(Log),
});
export type Failure = Static<typeof Failure>;

/** What a run that does not move waits for. */
export const Waiting = Open({
  reason: Type.String(),
  since: Moment,
  until: Nullable(Moment),
  /** What would free it. */
  hint: Nullable(Type.String()),
});
export type Waiting = Static<typeof Waiting>;

export const FlowRunPage = Open({
  flow_run: FlowRunRow,
  flow: Flow,
  states: Type.Array(State),
  failure: Nullable(Failure),
  waiting: Nullable(Waiting),
  subflow_count: Type.Integer(),
  artifact_count: Type.Integer(),
  log_count: Type.Integer(),
  /** Kept results of finished task runs: what a retry from the failed task starts from. */
  kept_result_count: Type.Integer(),
  /** The run of the same flow before this one, for comparison. */
  previous: Nullable(
    Open({
      id: Uuid,
      name: Type.String(),
      parameters: FlowRun.properties.parameters,
      state_type: Nullable(StateTypeName),
      duration: Nullable(Type.Number()),
    }),
  ),
});
export type FlowRunPage = Static<typeof FlowRunPage>;

export const readFlowRunPage = route({
  method: "GET",
  path: "/ui/flow_runs/{id}",
  summary: "What the page of a flow run shows first, in one answer",
  tag,
  params: ById,
  replies: { 200: FlowRunPage },
});

/**
 * Task runs and subflows of a flow run by column, oldest first, small enough for 10,000 of them. Times are seconds after
 * `origin`, with microseconds; null where not yet. `parents` are indexes into these columns: what the arguments came from.
 * `within` is the index of the task run that the row was called in, always of an earlier row. The row of a subflow has the
 * times and the state of the subflow itself. At most 20,000 rows: `truncated` says that there are more.
 */
export const Timeline = Open({
  origin: Moment,
  total: Type.Integer(),
  truncated: Type.Boolean(),
  id: Type.Array(Uuid),
  name: Type.Array(Type.String()),
  task_key: Type.Array(Type.String()),
  state_type: Type.Array(Nullable(StateTypeName)),
  state_name: Type.Array(Nullable(Type.String())),
  expected: Type.Array(Nullable(Type.Number())),
  start: Type.Array(Nullable(Type.Number())),
  end: Type.Array(Nullable(Type.Number())),
  run_count: Type.Array(Type.Integer()),
  parents: Type.Array(Type.Array(Type.Integer())),
  within: Type.Array(Nullable(Type.Integer())),
  child_flow_run_id: Type.Array(Nullable(Uuid)),
  /** States of runs that were retried or waited: index of the row, seconds after origin, type, name. */
  segments: Type.Array(Type.Tuple([Type.Integer(), Type.Number(), StateTypeName, Type.String()])),
});
export type Timeline = Static<typeof Timeline>;

export const readTimeline = route({
  method: "GET",
  path: "/ui/flow_runs/{id}/timeline",
  summary: "Timeline and dependencies of a flow run, by column",
  tag,
  params: ById,
  replies: { 200: Timeline },
});

/** What a task run gave, or used again, without the value: that is `GET /task_runs/{id}/result`. */
export const TaskResult = Open({
  task_run_id: Uuid,
  name: Type.String(),
  state_type: Nullable(StateTypeName),
  state_name: Nullable(Type.String()),
  /** Null where the result has been deleted, or is with the client. */
  kind: Nullable(ValueKind),
  size_bytes: Nullable(Type.Integer()),
  /** Where a store of the client's has it. */
  location: Nullable(Type.String()),
  in_database: Type.Boolean(),
  created: Nullable(Moment),
  reused_from: ResultView.properties.reused_from,
  persisted: ResultView.properties.persisted,
  /** Why it can't be used again. */
  reason: Nullable(Type.String()),
});
export type TaskResult = Static<typeof TaskResult>;

/** In the order in which the task runs were to start. */
export const listTaskResults = route({
  method: "POST",
  path: "/ui/flow_runs/{id}/results",
  summary: "List the results of the task runs of a flow run, without their values",
  tag,
  params: ById,
  body: Open({
    /** Part of the task run's name. */
    text: Maybe(Type.String({ maxLength: 200 })),
    cursor: Maybe(Type.String()),
    limit: Maybe(Type.Integer({ minimum: 1, maximum: 200 })),
  }),
  replies: { 200: Open({ results: Type.Array(TaskResult), next_cursor: Nullable(Type.String()) }) },
});

export const TaskRunPage = Open({
  task_run: TaskRun,
  flow_run_name: Nullable(Type.String()),
  flow_run_state_type: Nullable(StateTypeName),
  flow_run_state_name: Nullable(Type.String()),
  flow_id: Nullable(Uuid),
  flow_name: Nullable(Type.String()),
  child_flow_run_id: Nullable(Uuid),
  states: Type.Array(State),
  inputs: InputsView.properties.inputs,
  result: ResultView,
  failure: Nullable(Failure),
  /** The task runs that its arguments came from. */
  upstream: Type.Array(
    Open({
      id: Uuid,
      name: Type.String(),
      state_type: Nullable(StateTypeName),
      state_name: Nullable(Type.String()),
    }),
  ),
  artifacts: Type.Array(Artifact),
});
export type TaskRunPage = Static<typeof TaskRunPage>;

/** The field's UI asks for a task run here, with the name of its flow run; ours gets the rest of the page with it. */
export const readTaskRunPage = route({
  method: "GET",
  path: "/ui/task_runs/{id}/page",
  summary: "What the page of a task run shows first, in one answer",
  tag,
  params: ById,
  replies: { 200: TaskRunPage },
});

/**
 * A window on the logs of a run: of the flow run with its task runs, or of one task run. Where it opens is said by `anchor`,
 * or by `offset`, a position among the lines that match, or by `before` or `after`, a cursor of a window already read. Lines
 * come oldest first.
 */
export const readLogWindow = route({
  method: "POST",
  path: "/ui/logs",
  summary: "A window on the logs of a run, quick at any depth",
  tag,
  body: Open({
    flow_run_id: Maybe(Uuid),
    task_run_id: Maybe(Uuid),
    /** Also those of subflows. */
    subflows: Maybe(Type.Boolean()),
    level: Maybe(Integer32()),
    text: Maybe(Type.String({ maxLength: 200 })),
    anchor: Maybe(Enum(["head", "tail", "first-error"] as const)),
    offset: Offset,
    before: Maybe(Type.String()),
    after: Maybe(Type.String()),
    limit: Maybe(Type.Integer({ minimum: 1, maximum: 1000 })),
  }),
  replies: {
    200: Open({
      logs: Type.Array(Log),
      /** Lines that match before the first line of this window, and in all. */
      position: Type.Integer(),
      total: Type.Integer(),
      before: Nullable(Type.String()),
      after: Nullable(Type.String()),
      first_error_id: Nullable(Uuid),
      first_error_position: Nullable(Type.Integer()),
    }),
  },
});
