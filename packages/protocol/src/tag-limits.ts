import type { Static } from "typebox";
import { route } from "./route.ts";
import {
  ById,
  Indexed,
  Integer32,
  Limit,
  Maybe,
  Moment,
  maxIndexedBytes,
  None,
  Offset,
  Open,
  Strict,
  Type,
  Uuid,
} from "./schema.ts";

/** A limit on tasks with a tag: the first version of limits in Prefect's API. It is the limit named `tag:<tag>`. */
export const TagLimit = Open({
  id: Uuid,
  created: Moment,
  updated: Moment,
  tag: Type.String(),
  concurrency_limit: Type.Integer(),
  /** The task runs that hold its slots. */
  active_slots: Type.Array(Uuid),
});
export type TagLimit = Static<typeof TagLimit>;

const tag = "Concurrency limits";
const ByTag = Open({ tag: Type.String() });
const SlotsOfTags = Open({ names: Type.Array(Type.String(), { maxItems: 500 }), task_run_id: Uuid });
const NamedLimits = Type.Array(Open({ id: Uuid, name: Type.String(), limit: Type.Integer() }));

export const putTagLimit = route({
  method: "POST",
  path: "/concurrency_limits/",
  access: "edit",
  summary: "Create the concurrency limit of a tag, or change it",
  tag,
  body: Strict({
    tag: Indexed(Type.String({ maxLength: maxIndexedBytes })),
    concurrency_limit: Integer32({ minimum: 0 }),
  }),
  replies: { 200: TagLimit, 201: TagLimit },
});

export const readTagLimit = route({
  method: "GET",
  path: "/concurrency_limits/{id}",
  access: "read",
  summary: "Read the concurrency limit of a tag by its id",
  tag,
  params: ById,
  replies: { 200: TagLimit },
});

export const readTagLimitByTag = route({
  method: "GET",
  path: "/concurrency_limits/tag/{tag}",
  access: "read",
  summary: "Read the concurrency limit of a tag",
  tag,
  params: ByTag,
  replies: { 200: TagLimit },
});

export const filterTagLimits = route({
  method: "POST",
  path: "/concurrency_limits/filter",
  access: "read",
  summary: "List the concurrency limits of tags",
  tag,
  body: Open({ limit: Limit, offset: Offset }),
  bodyOptional: true,
  replies: { 200: Type.Array(TagLimit) },
});

/** `slot_override` names the task runs that hold slots from then on. */
export const resetTagLimit = route({
  method: "POST",
  path: "/concurrency_limits/tag/{tag}/reset",
  access: "edit",
  summary: "Free all slots of the concurrency limit of a tag",
  tag,
  params: ByTag,
  body: Open({ slot_override: Maybe(Type.Array(Uuid, { maxItems: 1000 })) }),
  bodyOptional: true,
  replies: { 200: None },
});

export const deleteTagLimit = route({
  method: "DELETE",
  path: "/concurrency_limits/{id}",
  access: "edit",
  summary: "Delete the concurrency limit of a tag by its id",
  tag,
  params: ById,
  replies: { 200: None },
});

export const deleteTagLimitByTag = route({
  method: "DELETE",
  path: "/concurrency_limits/tag/{tag}",
  access: "edit",
  summary: "Delete the concurrency limit of a tag",
  tag,
  params: ByTag,
  replies: { 200: None },
});

export const incrementTags = route({
  method: "POST",
  path: "/concurrency_limits/increment",
  access: "run",
  summary: "Take a slot of each tag that has a limit, for a task run; 423 where one has none free",
  tag,
  body: SlotsOfTags,
  replies: { 200: NamedLimits },
});

export const decrementTags = route({
  method: "POST",
  path: "/concurrency_limits/decrement",
  access: "run",
  summary: "Give back the slots of tags that a task run holds",
  tag,
  body: SlotsOfTags,
  replies: { 200: NamedLimits },
});
