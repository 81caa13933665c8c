import { formatTimestamp } from "@ostinato/core";
import { type listObservedStates, type ObservedState, pageLimit, type QueryOf } from "@ostinato/protocol";
import type { Context } from "../kernel/context.ts";
import * as queries from "./observed-states.queries.ts";
import { beginningWith, merged, ordered } from "./observed-states.rules.ts";

export async function list({ db }: Context, given: QueryOf<typeof listObservedStates>): Promise<ObservedState[]> {
  const { query, order_by = "LAST_SEEN_DESC", limit = pageLimit } = given;
  const histories = await Promise.all([
    queries.observedStates(db.slow, "flow_run_state"),
    queries.observedStates(db.slow, "task_run_state"),
  ]);
  const found = ordered(beginningWith(merged(histories), query ?? ""), order_by);
  return found.slice(0, limit).map(({ first_seen, last_seen, ...kind }) => ({
    ...kind,
    first_seen: formatTimestamp(first_seen),
    last_seen: formatTimestamp(last_seen),
  }));
}
