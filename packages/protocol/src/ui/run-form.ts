import type { Static } from "typebox";
import { deploymentStatuses } from "../deployments.ts";
import { route } from "../route.ts";
import { ById, Enum, JsonObject, Maybe, Nullable, Open, Tags, Type, Uuid } from "../schema.ts";
import { pagesTag } from "./tag.ts";

export const RunForm = Open({
  deployment: Open({
    id: Uuid,
    name: Type.String(),
    description: Nullable(Type.String()),
    parameters: JsonObject,
    enforce_parameter_schema: Type.Boolean(),
    tags: Tags,
    paused: Type.Boolean(),
    status: Enum(deploymentStatuses),
    job_variables: JsonObject,
    work_queue_name: Nullable(Type.String()),
  }),
  /** The work pool of the deployment; `queues` are the names of its queues in the order in which their runs go, at most 200. */
  work_pool: Nullable(Open({ name: Type.String(), base_job_template: JsonObject, queues: Type.Array(Type.String()) })),
  flow: Open({ id: Uuid, name: Type.String() }),
  /** JSON Schema of the parameters: the deployment's, or else what a client kept for the flow. */
  parameter_schema: Nullable(JsonObject),
  /** A name that a run may have. */
  suggested_name: Type.String(),
  /** The run whose parameters the form begins with; null if none is asked for, or it is gone. */
  from: Nullable(
    Open({
      id: Uuid,
      name: Type.String(),
      flow_id: Uuid,
      parameters: JsonObject,
      /** False if some of the run's parameters were values that JSON can't hold, such as a Map. */
      parameters_are_exact: Type.Boolean(),
      tags: Tags,
      job_variables: JsonObject,
      priority: Type.Integer(),
    }),
  ),
});
export type RunForm = Static<typeof RunForm>;

export const readRunForm = route({
  method: "GET",
  path: "/ui/deployments/{id}/run-form",
  access: "read",
  summary: "What the form for a run of a deployment shows, in one answer",
  tag: pagesTag,
  params: ById,
  query: Open({ from: Maybe(Uuid) }),
  replies: { 200: RunForm },
});
