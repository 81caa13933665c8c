import { route } from "../route.ts";
import { Enum, Maybe, Nullable, Open, StateTypeName, Type } from "../schema.ts";
import { pagesTag } from "./tag.ts";

export const searchHits = [
  "question",
  "flow",
  "deployment",
  "work-pool",
  "work-queue",
  "concurrency-limit",
  "flow-run",
  "task-run",
  "artifact",
  "block-document",
  "variable",
  "automation",
  "webhook",
  "asset",
  "event-type",
  "event",
] as const;

export const search = route({
  method: "GET",
  path: "/ui/search",
  access: "read",
  summary:
    "What waits for people, flows, deployments, work pools and queues, concurrency limits, runs, artifacts, assets, blocks, variables, automations, webhooks and names of events by name or id",
  tag: pagesTag,
  query: Open({ q: Type.String({ maxLength: 200 }), limit: Maybe(Type.Integer({ minimum: 1, maximum: 50 })) }),
  replies: {
    200: Open({
      hits: Type.Array(
        Open({
          kind: Enum(searchHits),
          /** Of a question that of its flow run; of a type of events its name. */
          id: Type.String(),
          name: Type.String(),
          /** The run of a question, the flow of a deployment or run, the pool of a queue, the type of a pool, artifact or block, the name of an asset whose key is found. */
          detail: Nullable(Type.String()),
          state_type: Nullable(StateTypeName),
          state_name: Nullable(Type.String()),
        }),
      ),
    }),
  },
});
