import type { Static } from "typebox";
import { Artifact } from "./artifacts.ts";
import { runCriteria } from "./filters.ts";
import { FlowRun, flowRunSorts, HistoryInterval } from "./flow-runs.ts";
import { Flow } from "./flows.ts";
import { Log } from "./logs.ts";
import { route } from "./route.ts";
import { ById, Enum, Maybe, Moment, MomentInput, Nullable, Open, StateTypeName, Tags, Type, Uuid } from "./schema.ts";
import { State } from "./states.ts";
import { TaskRun } from "./task-runs.ts";

const tag = "UI";

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

/** Why a run failed, said once: the first task run that failed, or the flow itself. */
export const Failure = Open({
  message: Type.String(),
  task_run_id: Nullable(Uuid),
  task_run_name: Nullable(Type.String()),
  /** The flow run in which it happened: this one or a subflow. */
  flow_run_id: Uuid,
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
 * `origin`, with microseconds; null where not yet. `parents` are indexes into these columns.
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

export const TaskRunPage = Open({
  task_run: TaskRun,
  flow_run_name: Nullable(Type.String()),
  flow_id: Nullable(Uuid),
  flow_name: Nullable(Type.String()),
  child_flow_run_id: Nullable(Uuid),
  states: Type.Array(State),
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
 * A window on the logs of a run. `anchor` says where the first window opens; `before` and `after` are cursors of a window
 * already read. Lines come oldest first.
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
    level: Maybe(Type.Integer()),
    text: Maybe(Type.String({ maxLength: 200 })),
    anchor: Maybe(Enum(["head", "tail", "first-error"] as const)),
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
    }),
  },
});

const DashboardFlow = Open({
  flow: Flow,
  counts: StateCounts,
  last_failure: Nullable(
    Open({ flow_run_id: Uuid, name: Type.String(), message: Nullable(Type.String()), at: Moment }),
  ),
});

export const Dashboard = Open({
  history: Type.Array(HistoryInterval),
  counts: StateCounts,
  task_counts: StateCounts,
  failed: Type.Array(FlowRunRow),
  running: Type.Array(FlowRunRow),
  waiting: Type.Array(FlowRunRow),
  flows: Type.Array(DashboardFlow),
});
export type Dashboard = Static<typeof Dashboard>;

export const readDashboard = route({
  method: "POST",
  path: "/ui/dashboard",
  summary: "Everything on the dashboard, in one answer",
  tag,
  body: Open({
    since: MomentInput,
    until: MomentInput,
    /** Bars of the history; 1 to 200. */
    buckets: Maybe(Type.Integer({ minimum: 1, maximum: 200 })),
    tags: Maybe(Tags),
    flow_ids: Maybe(Type.Array(Uuid)),
    subflows: Maybe(Type.Boolean()),
  }),
  replies: { 200: Dashboard },
});

/** A run as a bar: newest last. Durations are seconds. */
const RunBar = Open({
  id: Uuid,
  name: Type.String(),
  state_type: Nullable(StateTypeName),
  state_name: Nullable(Type.String()),
  start: Nullable(Moment),
  duration: Nullable(Type.Number()),
});

export const FlowRow = Open({
  flow: Flow,
  recent: Type.Array(RunBar),
  counts: StateCounts,
  last_run: Nullable(Moment),
});
export type FlowRow = Static<typeof FlowRow>;

export const listFlows = route({
  method: "POST",
  path: "/ui/flows/list",
  summary: "Flows with their recent runs",
  tag,
  body: Open({
    name: Maybe(Type.String()),
    tags: Maybe(Tags),
    sort: Maybe(Enum(["NAME_ASC", "NAME_DESC", "LAST_RUN_DESC", "CREATED_DESC"] as const)),
    limit: Maybe(Type.Integer({ minimum: 1, maximum: 200 })),
    offset: Maybe(Type.Integer({ minimum: 0 })),
  }),
  bodyOptional: true,
  replies: { 200: Open({ results: Type.Array(FlowRow), count: Type.Integer() }) },
});

export const FlowPage = Open({
  flow: Flow,
  recent: Type.Array(RunBar),
  counts: StateCounts,
  /** Of finished runs in the range. */
  success_rate: Nullable(Type.Number()),
  durations: Type.Array(
    Open({
      start: Moment,
      end: Moment,
      runs: Type.Integer(),
      median: Nullable(Type.Number()),
      p95: Nullable(Type.Number()),
    }),
  ),
  /** JSON Schema of the parameters, where a client told it. */
  parameter_schema: Nullable(Type.Unknown()),
});
export type FlowPage = Static<typeof FlowPage>;

export const readFlowPage = route({
  method: "GET",
  path: "/ui/flows/{id}",
  summary: "What the page of a flow shows first, in one answer",
  tag,
  params: ById,
  query: Open({ days: Maybe(Type.Integer({ minimum: 1, maximum: 366 })) }),
  replies: { 200: FlowPage },
});

/** The JSON Schema of a flow's parameters, kept for forms under the flow's version. */
export const keepParameterSchema = route({
  method: "PUT",
  path: "/flows/{id}/parameter_schema",
  summary: "Keep the JSON Schema of a flow's parameters",
  tag: "Flows",
  params: ById,
  body: Open({ version: Maybe(Type.String()), schema: Type.Unknown() }),
  replies: { 204: Type.Null() },
});

export const searchHits = ["flow", "flow-run", "task-run", "artifact"] as const;

export const search = route({
  method: "GET",
  path: "/ui/search",
  summary: "Flows, runs and artifacts by name or id",
  tag,
  query: Open({ q: Type.String({ maxLength: 200 }), limit: Maybe(Type.Integer({ minimum: 1, maximum: 50 })) }),
  replies: {
    200: Open({
      hits: Type.Array(
        Open({
          kind: Enum(searchHits),
          id: Uuid,
          name: Type.String(),
          detail: Nullable(Type.String()),
          state_type: Nullable(StateTypeName),
          state_name: Nullable(Type.String()),
        }),
      ),
    }),
  },
});

/** Messages of the page on `/ui/live`. A subscription's `id` is the page's own. */
export type LiveRequest =
  | { readonly type: "subscribe"; readonly id: number; readonly topic: LiveTopic }
  | { readonly type: "unsubscribe"; readonly id: number };

/** `flow-runs`: every flow run; `flow-run`: one, with its task runs, logs, artifacts and subflows; others by their noun. */
export type LiveTopic =
  | { readonly kind: "flow-runs" }
  | { readonly kind: "flow-run"; readonly flow_run_id: string }
  | { readonly kind: "task-run"; readonly task_run_id: string }
  | { readonly kind: "flows" }
  | { readonly kind: "artifacts" };

export type LiveChange =
  | { readonly kind: "flow-run"; readonly row: Static<typeof FlowRun> & { readonly flow_name: string } }
  | { readonly kind: "task-run"; readonly row: Static<typeof TaskRun> }
  | { readonly kind: "log"; readonly row: Static<typeof Log> }
  | { readonly kind: "artifact"; readonly row: Static<typeof Artifact> }
  | { readonly kind: "flow"; readonly row: Static<typeof Flow> }
  | { readonly kind: "deleted"; readonly of: "flow-run" | "task-run" | "artifact" | "flow"; readonly id: string };

/** Messages of the server. After `resync` the page must read again what it shows: changes were lost on the way. */
export type LiveMessage =
  | { readonly type: "subscribed"; readonly id: number }
  | { readonly type: "changes"; readonly id: number; readonly changes: readonly LiveChange[] }
  | { readonly type: "resync"; readonly id: number; readonly reason: string }
  | { readonly type: "error"; readonly id: number | null; readonly message: string };
