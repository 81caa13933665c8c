import { route } from "../route.ts";
import { Integer32, Moment, Nullable, Open, StateTypeName, Type, Uuid } from "../schema.ts";
import { pagesTag } from "./tag.ts";

/** As many as Prefect takes. */
const FlowIds = Open({ flow_ids: Type.Array(Uuid, { maxItems: 200 }) });

/** Prefect's own pages ask for these two. */
export const countDeploymentsOfFlows = route({
  method: "POST",
  path: "/ui/flows/count-deployments",
  access: "read",
  summary: "How many deployments each of these flows has",
  tag: pagesTag,
  body: FlowIds,
  replies: { 200: Type.Record(Type.String(), Integer32()) },
});

export const nextRunsOfFlows = route({
  method: "POST",
  path: "/ui/flows/next-runs",
  access: "read",
  summary: "The run of each of these flows that is to start next",
  tag: pagesTag,
  body: FlowIds,
  replies: {
    200: Type.Record(
      Type.String(),
      Nullable(
        Open({
          id: Uuid,
          flow_id: Uuid,
          name: Type.String(),
          state_name: Type.String(),
          state_type: StateTypeName,
          next_scheduled_start_time: Moment,
        }),
      ),
    ),
  },
});
