import type { Static } from "typebox";
import { runCriteria } from "../filters.ts";
import { route } from "../route.ts";
import { Enum, Maybe, Moment, Nullable, Open, StateTypeName, Type, Uuid } from "../schema.ts";
import { countReplies, FlowCount, StateCount } from "./counts.ts";
import { pagesTag } from "./tag.ts";

export const taskRunListSorts = [
  "EXPECTED_START_TIME_ASC",
  "EXPECTED_START_TIME_DESC",
  "END_TIME_DESC",
  "NAME_ASC",
  "NAME_DESC",
] as const;
export type TaskRunListSort = (typeof taskRunListSorts)[number];

/** A task run as a row of a list; a task that ran outside of flows has neither flow run nor flow. */
export const TaskRunRow = Open({
  id: Uuid,
  name: Type.String(),
  state_type: Nullable(StateTypeName),
  state_name: Nullable(Type.String()),
  state_message: Nullable(Type.String()),
  expected_start_time: Nullable(Moment),
  start_time: Nullable(Moment),
  end_time: Nullable(Moment),
  /** When it entered its state. */
  state_timestamp: Nullable(Moment),
  /** Seconds of running, without the present period. */
  total_run_time: Type.Number(),
  run_count: Type.Integer(),
  tags: Type.Array(Type.String()),
  flow_run_id: Nullable(Uuid),
  flow_run_name: Nullable(Type.String()),
  flow_id: Nullable(Uuid),
  flow_name: Nullable(Type.String()),
  /** Whether task workers run it. */
  is_background: Type.Boolean(),
});
export type TaskRunRow = Static<typeof TaskRunRow>;

const { work_pools: _pools, work_pool_queues: _queues, ...taskRunCriteria } = runCriteria;

/** What narrows a list of task runs. */
const taskRunFilter = {
  ...taskRunCriteria,
  /** Only those that task workers run, or only the others. */
  background: Maybe(Type.Boolean()),
  /** Only those of this task. */
  task_key: Maybe(Type.String({ maxLength: 2000 })),
};

/** Keyset paging and counting as for flow runs. */
export const listTaskRuns = route({
  method: "POST",
  path: "/ui/task_runs/list",
  access: "read",
  summary: "Rows of task runs, quick at any depth",
  tag: pagesTag,
  body: Open({
    ...taskRunFilter,
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

export const countTaskRunsByState = route({
  method: "POST",
  path: "/ui/task_runs/count_by_state",
  access: "read",
  summary: "How many task runs of a filter are in each state",
  tag: pagesTag,
  body: Open(taskRunFilter),
  bodyOptional: true,
  replies: countReplies(StateCount),
});

export const countTaskRunsByFlow = route({
  method: "POST",
  path: "/ui/task_runs/count_by_flow",
  access: "read",
  summary: "How many task runs of a filter each flow has",
  tag: pagesTag,
  body: Open(taskRunFilter),
  bodyOptional: true,
  replies: countReplies(FlowCount),
});
