import type { StateType, Timestamp } from "@ostinato/core";
import { sql } from "kysely";
import type { Database } from "../../db/dialect.ts";
import { isFailure } from "../../db/state-sql.ts";

export interface FailedTask {
  readonly id: string;
  readonly name: string;
  readonly run_count: number;
  readonly child_flow_run_id: string | null;
  readonly message: string | null;
  readonly state_details: string | null;
  readonly timestamp: Timestamp | null;
}

/** The task runs of a flow run that failed or crashed: those of its last attempt first, then the first ones first. */
export async function failedTasks(db: Database, flowRunId: string, limit: number): Promise<FailedTask[]> {
  const { rows } = await sql<FailedTask>`
    SELECT task_run.id, task_run.name, task_run.run_count, child.id AS child_flow_run_id, state.message,
      state.state_details, state.timestamp
    FROM task_run
    LEFT JOIN task_run_state AS state ON state.id = task_run.state_id
    LEFT JOIN flow_run AS child ON child.parent_task_run_id = task_run.id
    WHERE task_run.flow_run_id = ${flowRunId} AND ${isFailure("task_run.state_type")}
    ORDER BY task_run.flow_run_run_count DESC, state.timestamp, task_run.id LIMIT ${limit}`.execute(db.slow);
  return rows;
}

export interface FailedRun {
  readonly state_type: StateType | null;
  readonly message: string | null;
  readonly state_details: string | null;
  readonly run_count: number;
}

export async function runWithMessage(db: Database, flowRunId: string): Promise<FailedRun | undefined> {
  const { rows } = await sql<FailedRun>`
    SELECT flow_run.state_type, state.message, state.state_details, flow_run.run_count
    FROM flow_run LEFT JOIN flow_run_state AS state ON state.id = flow_run.state_id
    WHERE flow_run.id = ${flowRunId}`.execute(db.read);
  return rows[0];
}
