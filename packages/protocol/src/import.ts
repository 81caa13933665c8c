import type { Static } from "typebox";
import { route } from "./route.ts";
import { JsonObject, Labels, Maybe, MomentInput, Open, StateTypeName, Strict, Tags, Type, Uuid } from "./schema.ts";

/** A past state with its time. */
const ImportedState = Strict({
  id: Maybe(Uuid),
  type: StateTypeName,
  name: Maybe(Type.String()),
  message: Maybe(Type.String()),
  timestamp: MomentInput,
});

export const ImportedFlowRun = Strict({
  id: Uuid,
  flow_id: Uuid,
  name: Type.String(),
  flow_version: Maybe(Type.String()),
  parameters: Maybe(JsonObject),
  tags: Maybe(Tags),
  labels: Maybe(Labels),
  parent_task_run_id: Maybe(Uuid),
  /** Oldest first. */
  states: Type.Array(ImportedState, { minItems: 1, maxItems: 50 }),
});
export type ImportedFlowRun = Static<typeof ImportedFlowRun>;

/**
 * Flow runs that happened elsewhere, exactly as they were: no rule applies and no event is emitted. A run with a known id is left
 * alone.
 */
export const importFlowRuns = route({
  method: "POST",
  path: "/ostinato/import",
  access: "admin",
  summary: "Keep flow runs that happened elsewhere, with their states",
  tag: "Server",
  body: Open({ flow_runs: Type.Array(ImportedFlowRun, { minItems: 1, maxItems: 200 }) }),
  bodyLimit: 16 * 1024 * 1024,
  replies: { 200: Open({ created: Type.Integer(), existing: Type.Integer() }) },
});
