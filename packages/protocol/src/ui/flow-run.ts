import type { StateType } from "@ostinato/core";
import type { Static } from "typebox";
import { FlowRun } from "../flow-runs.ts";
import { Flow } from "../flows.ts";
import { ResultView, ValueKind } from "../results.ts";
import { route } from "../route.ts";
import { ById, Maybe, Moment, Nullable, Open, StateTypeName, Type, Uuid } from "../schema.ts";
import { State } from "../states.ts";
import { Waiting } from "../waiting.ts";
import { Question } from "./questions.ts";
import { Failure, FlowRunRow } from "./runs.ts";
import { pagesTag } from "./tag.ts";

export const FlowRunPage = Open({
  flow_run: FlowRunRow,
  flow: Flow,
  states: Type.Array(State),
  failure: Nullable(Failure),
  /** Who or what cancelled the run, in one sentence, and when. */
  cancellation: Nullable(Open({ sentence: Type.String(), asked: Moment })),
  waiting: Nullable(Waiting),
  /** Slots that the run holds, itself or by its task runs, the earliest first; at most 20. */
  holds: Type.Array(
    Open({
      /** The name of the limit. */
      limit: Type.String(),
      slots: Type.Integer(),
      since: Moment,
      task_run_name: Nullable(Type.String()),
    }),
  ),
  /** What the run asks of people while it is paused. */
  question: Nullable(Question),
  /** The worker that took the run last; `is_known` where its pool still has it. */
  worker: Nullable(Open({ name: Type.String(), is_known: Type.Boolean() })),
  subflow_count: Type.Integer(),
  artifact_count: Type.Integer(),
  log_count: Type.Integer(),
  /** Kept results of finished task runs: a retry from the failed task starts from them. */
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
  access: "read",
  summary: "What the page of a flow run shows first, in one answer",
  tag: pagesTag,
  params: ById,
  replies: { 200: FlowRunPage },
});

export const readFailureOfAttempt = route({
  method: "GET",
  path: "/ui/flow_runs/{id}/failure",
  access: "read",
  summary: "Why an attempt of a flow run failed; null where it did not",
  tag: pagesTag,
  params: ById,
  /** Counted from 1. */
  query: Open({ attempt: Type.Integer({ minimum: 1 }) }),
  replies: { 200: Nullable(Failure) },
});

/**
 * The task runs and subflows of a flow run by column, oldest first, small enough for 10,000 of them. Times are seconds after
 * `origin`, with microseconds; null for a time that has not come. `parents` holds the indexes of the rows that the arguments came
 * from. `task_name` is the name of the task, or of the flow of a subflow, which runs share. `within` is the index of the calling task run, which is always an earlier row. The row of a subflow has the times and the
 * state of the subflow. At most 20,000 rows: `truncated` says that there are more.
 */
export const Timeline = Open({
  origin: Moment,
  /** When each attempt of the run began, in seconds after origin. */
  attempt_starts: Type.Array(Type.Number()),
  total: Type.Integer(),
  truncated: Type.Boolean(),
  id: Type.Array(Uuid),
  name: Type.Array(Type.String()),
  task_key: Type.Array(Type.String()),
  task_name: Type.Array(Type.String()),
  state_type: Type.Array(Nullable(StateTypeName)),
  state_name: Type.Array(Nullable(Type.String())),
  expected: Type.Array(Nullable(Type.Number())),
  start: Type.Array(Nullable(Type.Number())),
  end: Type.Array(Nullable(Type.Number())),
  run_count: Type.Array(Type.Integer()),
  /** The attempt of the flow run that called the task run, counted from 1. A subflow may have run again in later ones, up to this. */
  attempt: Type.Array(Type.Integer()),
  first_attempt: Type.Array(Type.Integer()),
  parents: Type.Array(Type.Array(Type.Integer())),
  /** The indexes of the rows that the caller had waited for when it made the call, as far as its client tells. */
  after: Type.Array(Type.Array(Type.Integer())),
  within: Type.Array(Nullable(Type.Integer())),
  child_flow_run_id: Type.Array(Nullable(Uuid)),
  /** The names of the subflow runs. */
  child_name: Type.Array(Nullable(Type.String())),
  /** States of runs that were retried or waited: index of the row, seconds after origin, type, name. */
  segments: Type.Array(
    Type.Unsafe<[row: number, seconds: number, type: StateType, name: string]>(
      Type.Array(Type.Union([Type.Number(), Type.String()]), { minItems: 4, maxItems: 4 }),
    ),
  ),
});
export type Timeline = Static<typeof Timeline>;

export const readTimeline = route({
  method: "GET",
  path: "/ui/flow_runs/{id}/timeline",
  access: "read",
  summary: "Timeline and dependencies of a flow run, by column",
  tag: pagesTag,
  params: ById,
  /** `nested`: of a run that failed within subflows, the timelines of these, the outermost first. */
  replies: {
    200: Open({
      ...Timeline.properties,
      nested: Type.Array(Open({ flow_run_id: Uuid, timeline: Timeline })),
    }),
  },
});

/** The result that a task run returned or reused, without its value: `GET /task_runs/{id}/result` reads that. */
export const TaskResult = Open({
  task_run_id: Uuid,
  name: Type.String(),
  state_type: Nullable(StateTypeName),
  state_name: Nullable(Type.String()),
  /** Null where the result was deleted, or is in the client's own store. */
  kind: Nullable(ValueKind),
  size_bytes: Nullable(Type.Integer()),
  /** The address in the client's own store. */
  location: Nullable(Type.String()),
  in_database: Type.Boolean(),
  created: Nullable(Moment),
  reused_from: ResultView.properties.reused_from,
  persisted: ResultView.properties.persisted,
  /** Why it can't be reused. */
  reason: Nullable(Type.String()),
});
export type TaskResult = Static<typeof TaskResult>;

/** Ordered by the expected start of the task runs. */
export const listTaskResults = route({
  method: "POST",
  path: "/ui/flow_runs/{id}/results",
  access: "read",
  summary: "List the results of the task runs of a flow run, without their values",
  tag: pagesTag,
  params: ById,
  body: Open({
    /** Part of the task run's name. */
    text: Maybe(Type.String({ maxLength: 200 })),
    /** Only of the task runs that this attempt of the flow run called, counted from 1. */
    attempt: Maybe(Type.Integer({ minimum: 1 })),
    cursor: Maybe(Type.String()),
    limit: Maybe(Type.Integer({ minimum: 1, maximum: 200 })),
  }),
  replies: { 200: Open({ results: Type.Array(TaskResult), next_cursor: Nullable(Type.String()) }) },
});
