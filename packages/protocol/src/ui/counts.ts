import type { TSchema } from "typebox";
import { Nullable, Open, StateTypeName, Type, Uuid } from "../schema.ts";

/** How many runs of a filter are in a state. */
export const StateCount = Open({
  state_type: Nullable(StateTypeName),
  state_name: Nullable(Type.String()),
  count: Type.Integer(),
});

/** How many of what a filter finds belong to a flow; null: to none. */
export const FlowCount = Open({ flow_id: Nullable(Uuid), count: Type.Integer() });

/** Where a filter finds more than are counted, `count_capped` is true and there are no counts. */
export function countReplies<Count extends TSchema>(count: Count) {
  return { 200: Open({ counts: Type.Array(count), count_capped: Type.Boolean() }) };
}
