import type { Reader } from "../db/dialect.ts";
import type { StateRow } from "../orchestration/state.rows.ts";

export function stateById(reader: Reader, id: string): Promise<StateRow | undefined> {
  return reader.selectFrom("task_run_state").selectAll().where("id", "=", id).executeTakeFirst();
}

/** Oldest first. */
export function statesOf(reader: Reader, taskRunId: string): Promise<StateRow[]> {
  return reader
    .selectFrom("task_run_state")
    .selectAll()
    .where("task_run_id", "=", taskRunId)
    .orderBy("timestamp")
    .orderBy("id")
    .execute();
}
