import type { Static } from "typebox";
import { runCriteria } from "../filters.ts";
import { FlowRun, flowRunSorts } from "../flow-runs.ts";
import { Log } from "../logs.ts";
import { route } from "../route.ts";
import { Enum, Maybe, Moment, Nullable, Offset, Open, StateTypeName, Type, Uuid } from "../schema.ts";
import { countReplies, FlowCount, StateCount } from "./counts.ts";
import { pagesTag } from "./tag.ts";

/** Number of task runs of a flow run by the type of their state; types with none are left out. */
export const StateCounts = Type.Record(Type.String(), Type.Integer());
export type StateCounts = Static<typeof StateCounts>;

/** Where a failure began: the flow run, and the task run that failed in it, unless the flow failed by itself. */
const failurePlace = {
  flow_run_id: Uuid,
  flow_name: Type.String(),
  task_run_id: Nullable(Uuid),
  task_run_name: Nullable(Type.String()),
};

/** Why a run failed, as lists tell it: at most 500 characters, of a traceback the exception at its end. */
export const FailureCause = Open({ message: Type.String(), ...failurePlace });
export type FailureCause = Static<typeof FailureCause>;

/** A flow run with the names and counts that a row of a list shows. */
export const FlowRunRow = Open({
  ...FlowRun.properties,
  flow_name: Type.String(),
  deployment_name: Nullable(Type.String()),
  parent_flow_run_id: Nullable(Uuid),
  parent_flow_run_name: Nullable(Type.String()),
  task_counts: StateCounts,
  /** Null unless the run failed or crashed. */
  cause: Nullable(FailureCause),
});
export type FlowRunRow = Static<typeof FlowRunRow>;

/** The key of a group of `listFailures`: only the runs that it counts for the same criteria. */
const failure = Maybe(Type.String({ maxLength: 64 }));

/** Keyset paging: `cursor` is the `next_cursor` of the page before, for the same filter and sort. */
export const listFlowRuns = route({
  method: "POST",
  path: "/ui/flow_runs/list",
  access: "read",
  summary: "Rows of flow runs, quick at any depth",
  tag: pagesTag,
  body: Open({
    ...runCriteria,
    failure,
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

export const countFlowRunsByState = route({
  method: "POST",
  path: "/ui/flow_runs/count_by_state",
  access: "read",
  summary: "How many flow runs of a filter are in each state",
  tag: pagesTag,
  body: Open({ ...runCriteria, failure }),
  bodyOptional: true,
  replies: countReplies(StateCount),
});

export const countFlowRunsByFlow = route({
  method: "POST",
  path: "/ui/flow_runs/count_by_flow",
  access: "read",
  summary: "How many flow runs of a filter each flow has",
  tag: pagesTag,
  body: Open({ ...runCriteria, failure }),
  bodyOptional: true,
  replies: countReplies(FlowCount),
});

/** A run as a point: `duration` in seconds, `lateness` in seconds after it was expected. Prefect's UI reads it too. */
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
  access: "read",
  summary: "Flow runs as points in time with their durations",
  tag: pagesTag,
  body: Open({
    ...runCriteria,
    failure,
    sort: Maybe(Enum(flowRunSorts)),
    limit: Maybe(Type.Integer({ minimum: 0, maximum: 1000 })),
    offset: Offset,
  }),
  bodyOptional: true,
  replies: { 200: Type.Array(FlowRunPoint) },
});

/** A run as a bar: newest last. Durations are seconds. */
export const RunBar = Open({
  id: Uuid,
  name: Type.String(),
  state_type: Nullable(StateTypeName),
  state_name: Nullable(Type.String()),
  start: Nullable(Moment),
  duration: Nullable(Type.Number()),
});
export type RunBar = Static<typeof RunBar>;

/**
 * The flow runs from the failed one down to the subflow in which the failure happened. The task run of each is the one that failed in it: the
 * last one's has the error, those before stand for the subflow below; null where the flow failed by itself.
 */
export const FailurePath = Type.Array(Open({ flow_run_name: Type.String(), ...failurePlace }));
export type FailurePath = Static<typeof FailurePath>;

/** Why a run failed: the task run that brought it down, or the flow itself. */
export const Failure = Open({
  message: Type.String(),
  task_run_id: Nullable(Uuid),
  task_run_name: Nullable(Type.String()),
  /** The flow run in which it happened: this one or a subflow; null for a task that ran outside of flows. */
  flow_run_id: Nullable(Uuid),
  /** Empty on the page of a task run. */
  path: FailurePath,
  attempt: Nullable(Type.Integer()),
  /** `at fn (file:line:column)`: the first frame of the user's own code, where the client reported it. */
  location: Nullable(Type.String()),
  traceback: Nullable(Type.String()),
  last_logs: Type.Array(Log),
});
export type Failure = Static<typeof Failure>;
