import type { Static } from "typebox";
import { ValuePreview } from "../results.ts";
import { route } from "../route.ts";
import { Nullable, Open, Type, Uuid } from "../schema.ts";
import { FlowRunRow, StateCounts } from "./runs.ts";
import { pagesTag } from "./tag.ts";

/** The runs of one task in one flow run. */
export const TaskOfRun = Open({
  count: Type.Integer(),
  states: StateCounts,
  /** Seconds from the first start to the last end; null where none began, or one goes on. */
  took: Nullable(Type.Number()),
  /** The task run, where there is only one. */
  task_run_id: Nullable(Uuid),
  /** The result of that one, where it was kept. */
  result: Nullable(ValuePreview),
});
export type TaskOfRun = Static<typeof TaskOfRun>;

/** Two flow runs beside each other, with the tasks of both by name, in the order in which `a` and then `b` called them first. */
export const RunComparison = Open({
  a: FlowRunRow,
  b: FlowRunRow,
  tasks: Type.Array(
    Open({
      name: Type.String(),
      is_subflow: Type.Boolean(),
      a: Nullable(TaskOfRun),
      b: Nullable(TaskOfRun),
      /** Whether both results are known to be the same; null where that is not known. */
      same_result: Nullable(Type.Boolean()),
    }),
  ),
});
export type RunComparison = Static<typeof RunComparison>;

export const compareFlowRuns = route({
  method: "GET",
  path: "/ui/flow_runs/{id}/comparison/{other_id}",
  access: "read",
  summary: "Two flow runs beside each other: what was given, and their tasks by name",
  tag: pagesTag,
  params: Open({ id: Uuid, other_id: Uuid }),
  replies: { 200: RunComparison },
});
