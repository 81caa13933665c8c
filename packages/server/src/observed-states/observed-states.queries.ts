import type { Timestamp } from "@ostinato/core";
import { sql } from "kysely";
import type { Reader } from "../db/dialect.ts";
import { stateKinds } from "../run-history/run-history.queries.ts";
import type { Observed } from "./observed-states.rules.ts";

/** Leaps along an index from kind to kind, whatever the number of states. */
export async function observedStates(
  reader: Reader,
  table: "flow_run_state" | "task_run_state",
): Promise<readonly Observed[]> {
  const states = sql`FROM ${sql.table(table)} AS state
    WHERE state.type = kind.state_type AND state.name = kind.state_name`;
  const { rows } = await sql<Observed>`
    WITH RECURSIVE ${stateKinds({ table, type: "type", name: "name" })}
    SELECT kind.state_type, kind.state_name,
      (SELECT min(state.timestamp) ${states}) AS first_seen, (SELECT max(state.timestamp) ${states}) AS last_seen
    FROM kind WHERE kind.state_name IS NOT NULL`.execute(reader);
  return rows.map((row) => ({ ...row, first_seen: asMoment(row.first_seen), last_seen: asMoment(row.last_seen) }));
}

/** Converts a sum, which the driver may return as a string, to a number. */
function asMoment(moment: Timestamp): Timestamp {
  return Number(moment) as Timestamp;
}
