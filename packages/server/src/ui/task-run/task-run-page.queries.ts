import type { StateType } from "@ostinato/core";
import { sql } from "kysely";
import type { Database } from "../../db/dialect.ts";

export interface TaskRunPlace {
  readonly flow_run_name: string | null;
  readonly flow_run_state_type: StateType | null;
  readonly flow_run_state_name: string | null;
  readonly flow_id: string | null;
  readonly flow_name: string | null;
  readonly child_flow_run_id: string | null;
}

/** The related rows of a task run, and the subflow that it stands for. */
export async function placeOfTaskRun(db: Database, taskRunId: string): Promise<TaskRunPlace | undefined> {
  const { rows } = await sql<TaskRunPlace>`
    SELECT flow_run.name AS flow_run_name, flow_run.state_type AS flow_run_state_type,
      flow_run.state_name AS flow_run_state_name, flow.id AS flow_id, flow.name AS flow_name,
      child.id AS child_flow_run_id
    FROM task_run
    LEFT JOIN flow_run ON flow_run.id = task_run.flow_run_id
    LEFT JOIN flow ON flow.id = flow_run.flow_id
    LEFT JOIN flow_run AS child ON child.parent_task_run_id = task_run.id
    WHERE task_run.id = ${taskRunId}`.execute(db.read);
  return rows[0];
}

export function namesOfTaskRuns(db: Database, ids: readonly string[]) {
  if (ids.length === 0) return Promise.resolve([]);
  return db.read
    .selectFrom("task_run")
    .select(["id", "name", "state_type", "state_name"])
    .where("id", "in", ids)
    .execute();
}
