import type { Static } from "typebox";
import { Open, Type, Uuid } from "./schema.ts";

/**
 * The message of a client on `/deployments/wake`: it serves these deployments, which are READY while the connection stands. A
 * later message replaces the one before.
 */
export const WakingRequest = Open({
  type: Type.Literal("subscribe"),
  deployment_ids: Type.Array(Uuid, { maxItems: 5000 }),
});
export type WakingRequest = Static<typeof WakingRequest>;

/**
 * Messages of the server. All are hints, which may come twice, without need, or in rare cases not at all: the client reads the
 * runs by `get_scheduled_flow_runs` when it is told that some are `due`, and at long intervals. A run is `cancelling` when it has
 * become CANCELLING or CANCELLED.
 */
export type WakingMessage =
  | { readonly type: "subscribed"; readonly deployment_ids: readonly string[] }
  | { readonly type: "due"; readonly deployment_ids: readonly string[] }
  | { readonly type: "cancelling"; readonly flow_run_id: string; readonly deployment_id: string };
