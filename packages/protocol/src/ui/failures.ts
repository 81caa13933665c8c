import type { Static } from "typebox";
import { runCriteria } from "../filters.ts";
import { route } from "../route.ts";
import { Maybe, Moment, Nullable, Open, StateTypeName, Type, Uuid } from "../schema.ts";
import { pagesTag } from "./tag.ts";

/**
 * Failed runs of one flow that failed for the same reason: their messages differ at most in numbers, ids, paths, times and quoted values,
 * which are `…` where they differ.
 */
export const FailureGroup = Open({
  /** Of the flow and the message; the same for every question, so that it can be part of an address. */
  key: Type.String(),
  message: Type.String(),
  flow_id: Uuid,
  flow_name: Type.String(),
  /** The task that failed in all of them; null where it differs, or the flow failed by itself. */
  task_name: Nullable(Type.String()),
  count: Type.Integer(),
  first: Moment,
  last: Moment,
  newest: Open({ id: Uuid, name: Type.String(), state_type: StateTypeName, state_name: Type.String() }),
});
export type FailureGroup = Static<typeof FailureGroup>;

/** The groups with the newest failure first. Of more than 2,000 failed runs only the newest 2,000 are looked at. */
export const FailureGroups = Open({
  groups: Type.Array(FailureGroup),
  /** Failed runs that were looked at. */
  examined: Type.Integer(),
  /** Whether there are more. */
  capped: Type.Boolean(),
});
export type FailureGroups = Static<typeof FailureGroups>;

export const listFailures = route({
  method: "POST",
  path: "/ui/failures",
  access: "read",
  summary: "Failed and crashed runs, those with the same cause together",
  tag: pagesTag,
  body: Open({ ...runCriteria, limit: Maybe(Type.Integer({ minimum: 1, maximum: 200 })) }),
  bodyOptional: true,
  replies: { 200: FailureGroups },
});
