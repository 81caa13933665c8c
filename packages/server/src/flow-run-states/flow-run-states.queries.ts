import type { Reader } from "../db/dialects/dialect.ts";
import type { StateRow } from "../orchestration/state.ts";

export function stateById(reader: Reader, id: string): Promise<StateRow | undefined> {
  return reader.selectFrom("flow_run_state").selectAll().where("id", "=", id).executeTakeFirst();
}

/** Oldest first. */
export function statesOf(reader: Reader, flowRunId: string): Promise<StateRow[]> {
  return reader
    .selectFrom("flow_run_state")
    .selectAll()
    .where("flow_run_id", "=", flowRunId)
    .orderBy("timestamp")
    .orderBy("id")
    .execute();
}
