import type { Static } from "typebox";
import { runCriteria } from "./filters.ts";
import { route } from "./route.ts";
import {
  ById,
  Count,
  Enum,
  Indexed,
  Labels,
  Limit,
  Maybe,
  Moment,
  maxIndexedBytes,
  None,
  Offset,
  Open,
  Page,
  Paginated,
  Strict,
  Tags,
  Type,
  Uuid,
} from "./schema.ts";

export const FlowName = Indexed(Type.String({ pattern: "^[^/%&><]+$", maxLength: maxIndexedBytes }));

export const FlowCreate = Strict({ name: FlowName, tags: Type.Optional(Tags), labels: Maybe(Labels) });
export type FlowCreate = Static<typeof FlowCreate>;

export const FlowUpdate = Strict({ tags: Type.Optional(Tags) });
export type FlowUpdate = Static<typeof FlowUpdate>;

export const Flow = Open({
  id: Uuid,
  created: Moment,
  updated: Moment,
  name: Type.String(),
  tags: Tags,
  labels: Labels,
});
export type Flow = Static<typeof Flow>;

export const flowSorts = ["CREATED_DESC", "UPDATED_DESC", "NAME_ASC", "NAME_DESC"] as const;
const sort = Maybe(Enum(flowSorts));
const { work_pool_queues: _, ...criteria } = runCriteria;
const tag = "Flows";

export const createFlow = route({
  method: "POST",
  path: "/flows/",
  access: "run",
  summary: "Create a flow, or read the one that has the name already",
  tag,
  body: FlowCreate,
  replies: { 200: Flow, 201: Flow },
});

export const readFlow = route({
  method: "GET",
  path: "/flows/{id}",
  access: "read",
  summary: "Read a flow",
  tag,
  params: ById,
  replies: { 200: Flow },
});

export const readFlowByName = route({
  method: "GET",
  path: "/flows/name/{name}",
  access: "read",
  summary: "Read a flow by its name",
  tag,
  params: Open({ name: Type.String() }),
  replies: { 200: Flow },
});

export const updateFlow = route({
  method: "PATCH",
  path: "/flows/{id}",
  access: "edit",
  summary: "Change a flow",
  tag,
  params: ById,
  body: FlowUpdate,
  replies: { 204: None },
});

export const deleteFlow = route({
  method: "DELETE",
  path: "/flows/{id}",
  access: "edit",
  summary: "Delete a flow with its runs",
  tag,
  params: ById,
  replies: { 204: None },
});

export const countFlows = route({
  method: "POST",
  path: "/flows/count",
  access: "read",
  summary: "Count flows",
  tag,
  body: Open(criteria),
  bodyOptional: true,
  replies: { 200: Count },
});

export const filterFlows = route({
  method: "POST",
  path: "/flows/filter",
  access: "read",
  summary: "Find flows",
  tag,
  body: Open({ ...criteria, sort, limit: Limit, offset: Offset }),
  bodyOptional: true,
  replies: { 200: Type.Array(Flow) },
});

export const paginateFlows = route({
  method: "POST",
  path: "/flows/paginate",
  access: "read",
  summary: "Find flows, by page",
  tag,
  body: Open({ ...criteria, sort, limit: Limit, page: Page }),
  bodyOptional: true,
  replies: { 200: Paginated(Flow) },
});

export const bulkDeleteFlows = route({
  method: "POST",
  path: "/flows/bulk_delete",
  access: "edit",
  summary: "Delete the flows that match, with their runs",
  tag,
  body: Strict({ flows: runCriteria.flows, limit: Maybe(Type.Integer({ minimum: 1, maximum: 50 })) }),
  bodyOptional: true,
  replies: { 200: Open({ deleted: Type.Array(Uuid) }) },
});
