import { route } from "./route.ts";
import { None, Open, Type } from "./schema.ts";

/** The id of a resource in events, such as `prefect.deployment.<id>`. */
const OfResource = Open({ resource_id: Type.String() });
const tag = "Automations";

export const automationsRelatedTo = route({
  method: "GET",
  path: "/automations/related-to/{resource_id}",
  access: "read",
  summary: "The automations that have to do with a resource",
  tag,
  params: OfResource,
  replies: { 200: Type.Array(Type.Unknown()) },
});

export const deleteAutomationsOwnedBy = route({
  method: "DELETE",
  path: "/automations/owned-by/{resource_id}",
  access: "run",
  summary: "Delete the automations that were made together with a resource",
  tag,
  params: OfResource,
  replies: { 202: None },
});
