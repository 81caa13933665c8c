import type { Static } from "typebox";
import { Artifact } from "../artifacts.ts";
import { InputsView, ResultView } from "../results.ts";
import { route } from "../route.ts";
import { ById, Moment, Nullable, Open, StateTypeName, Type, Uuid } from "../schema.ts";
import { State } from "../states.ts";
import { TaskRun } from "../task-runs.ts";
import { RunAssets } from "./assets.ts";
import { Failure } from "./runs.ts";
import { pagesTag } from "./tag.ts";

/** What is known of a task run that task workers run, beside the run itself. */
export const BackgroundRun = Open({
  /** The worker that has it, or that had it last. */
  worker: Nullable(Type.String()),
  /** Smaller goes first; null once it has ended. */
  priority: Nullable(Type.Integer()),
  /** Why it has not begun, and what would make it; null for one that has begun or ended. */
  waiting: Nullable(
    Open({
      reason: Type.String(),
      hint: Nullable(Type.String()),
      since: Moment,
      until: Nullable(Moment),
    }),
  ),
});
export type BackgroundRun = Static<typeof BackgroundRun>;

export const TaskRunPage = Open({
  task_run: TaskRun,
  /** Null for a task run that its own program runs. */
  background: Nullable(BackgroundRun),
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
  assets: RunAssets,
});
export type TaskRunPage = Static<typeof TaskRunPage>;

/** Prefect's UI reads a task run and the name of its flow run here; our page gets everything else with it. */
export const readTaskRunPage = route({
  method: "GET",
  path: "/ui/task_runs/{id}/page",
  access: "read",
  summary: "What the page of a task run shows first, in one answer",
  tag: pagesTag,
  params: ById,
  replies: { 200: TaskRunPage },
});
