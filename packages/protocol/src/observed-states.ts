import type { Static } from "typebox";
import { route } from "./route.ts";
import { Enum, Maybe, Moment, Open, StateTypeName, Type } from "./schema.ts";

/** A type and name of present or past states of runs, with the times of its first and last kept state. */
export const ObservedState = Open({
  state_type: StateTypeName,
  state_name: Type.String(),
  first_seen: Moment,
  last_seen: Moment,
});
export type ObservedState = Static<typeof ObservedState>;

export const observedStateSorts = ["LAST_SEEN_DESC", "NAME_ASC"] as const;
export type ObservedStateSort = (typeof observedStateSorts)[number];

export const listObservedStates = route({
  method: "GET",
  path: "/observed-states",
  access: "read",
  summary: "The types and names of the states that runs have or had, by the beginning of either",
  tag: "Observed states",
  query: Open({
    query: Maybe(Type.String({ maxLength: 100 })),
    order_by: Type.Optional(Enum(observedStateSorts)),
    limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 200 })),
  }),
  replies: { 200: Type.Array(ObservedState) },
});
