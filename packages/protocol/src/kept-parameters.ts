import type { Static } from "typebox";
import { route } from "./route.ts";
import { ById, Enum, Nullable, Open, Type } from "./schema.ts";

/**
 * The exact parameters of a run that JSON cannot express. A resumed run starts from these only: the run's `parameters` are for
 * display.
 */
export const KeptParameters = Open({
  /** `none` if they could not be kept. */
  format: Enum(["devalue", "none"] as const),
  data: Nullable(Type.String()),
  /** Whether they passed the flow's schema. */
  checked: Type.Boolean(),
  /** The reason if there is no data. */
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
