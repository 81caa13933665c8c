import type { Static } from "typebox";
import { route } from "./route.ts";
import { Moment, Nullable, Open, pageLimit, Type, Uuid } from "./schema.ts";

const tag = "Server";

/** A consumer handles changes after their commit, on one of the servers of a database. */
export const ConsumerStatus = Open({
  name: Type.String(),
  /** The changes that it handles, in words. */
  wants: Type.Array(Type.String()),
  /** Changes of all kinds that it has not reached yet. Counting stops at 100,000. */
  backlog: Type.Integer(),
  /** How long the oldest waiting change has waited, in seconds; 0 if none waits. */
  lag_seconds: Type.Number(),
  /** Changes that failed and will be tried again. */
  retrying: Type.Integer(),
  /** Changes that failed too often and wait for a decision. */
  dead_letters: Type.Integer(),
});
export type ConsumerStatus = Static<typeof ConsumerStatus>;

/** A change that a consumer failed to handle too often. */
export const DeadLetter = Open({
  id: Uuid,
  consumer: Type.String(),
  /** The name of an event, a noun with `changed` or `deleted`, or the name of a follow-up. */
  change: Type.String(),
  /** The id of the event, of the row, or of the subject of the follow-up. */
  ref: Type.String(),
  attempts: Type.Integer(),
  /** The message of the latest failure. */
  reason: Type.String(),
  first_failed: Moment,
  last_failed: Moment,
});
export type DeadLetter = Static<typeof DeadLetter>;

export const readConsumers = route({
  method: "GET",
  path: "/admin/consumers",
  summary: "What handles changes after their commit, and how far each has come",
  tag,
  access: "read",
  replies: { 200: Type.Array(ConsumerStatus) },
});

export const readDeadLetters = route({
  method: "GET",
  path: "/admin/dead-letters",
  summary: `Changes that consumers have given up on, the latest first; at most ${pageLimit}`,
  tag,
  access: "read",
  replies: { 200: Type.Array(DeadLetter) },
});

const Chosen = Open({
  /** The chosen dead letters; null for all. */
  ids: Nullable(Type.Array(Uuid, { minItems: 1, maxItems: 5000 })),
});

/** The number of chosen dead letters that existed. */
const Affected = Open({ count: Type.Integer() });

export const retryDeadLetters = route({
  method: "POST",
  path: "/admin/dead-letters/retry",
  summary: "Have dead letters handled again",
  tag,
  access: "admin",
  body: Chosen,
  replies: { 200: Affected },
});

export const discardDeadLetters = route({
  method: "POST",
  path: "/admin/dead-letters/discard",
  summary: "Forget dead letters: what they ask for is not done",
  tag,
  access: "admin",
  body: Chosen,
  replies: { 200: Affected },
});
