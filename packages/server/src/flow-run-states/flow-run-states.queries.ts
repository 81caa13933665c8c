import type { Reader } from "../db/dialect.ts";
import { prepared } from "../db/prepared.ts";
import type { StateRow } from "../orchestration/state.rows.ts";

export function stateById(reader: Reader, id: string): Promise<StateRow | undefined> {
  return reader.selectFrom("flow_run_state").selectAll().where("id", "=", id).executeTakeFirst();
}

const states = prepared<{ flowRunId: string }, StateRow>((reader, slot) =>
  reader
    .selectFrom("flow_run_state")
    .selectAll()
    .where("flow_run_id", "=", slot("flowRunId"))
    .orderBy("timestamp")
    .orderBy("id"),
);

/** Oldest first. */
export async function statesOf(reader: Reader, flowRunId: string): Promise<StateRow[]> {
  return (await states(reader, { flowRunId })).rows;
}
