import { sql } from "kysely";
import type { Database } from "../db/dialect.ts";

export interface Called {
  readonly id: string;
  /** The flow run that called it; null where it is not a subflow. */
  readonly caller: string | null;
}

/** Flow runs with the runs that called them, up to those that nobody called. Runs that don't exist are left out. */
export async function callersOf(db: Database, ids: readonly string[]): Promise<readonly Called[]> {
  const { rows } = await sql<Called>`
    WITH RECURSIVE line (id, caller) AS (
      SELECT flow_run.id, task_run.flow_run_id FROM flow_run
      LEFT JOIN task_run ON task_run.id = flow_run.parent_task_run_id
      WHERE flow_run.id IN (${sql.join(ids)})
      UNION SELECT flow_run.id, task_run.flow_run_id FROM line
      JOIN flow_run ON flow_run.id = line.caller
      LEFT JOIN task_run ON task_run.id = flow_run.parent_task_run_id
    ) SELECT id, caller FROM line`.execute(db.read);
  return rows;
}
