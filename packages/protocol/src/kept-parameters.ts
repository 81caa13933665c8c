import type { Static } from "typebox";
import { route } from "./route.ts";
import { ById, Enum, Nullable, Open, Type } from "./schema.ts";

/**
 * The parameters of a run as its process had them, for a run whose parameters are more than JSON can say. Only this is used to
 * go on with it: the run's `parameters` are for showing.
 */
export const KeptParameters = Open({
  /** `none` where they could not be kept. */
  format: Enum(["devalue", "none"] as const),
  data: Nullable(Type.String()),
  /** Whether they have passed the flow's schema. */
  checked: Type.Boolean(),
  /** Why there is no data. */
  reason: Nullable(Type.String()),
});
export type KeptParameters = Static<typeof KeptParameters>;

export const readKeptParameters = route({
  method: "GET",
  path: "/flow_runs/{id}/kept_parameters",
  access: "read",
  summary: "The parameters of a flow run as they were, or null where its parameters as JSON say all",
  tag: "Flow runs",
  params: ById,
  replies: { 200: Nullable(KeptParameters) },
});
