import type { StateType } from "@ostinato/core";
import { sql } from "kysely";
import type { Database } from "../../db/dialect.ts";
import { idRows } from "../../db/portable.ts";
import type { FlowRunRow } from "../../flow-runs/flow-runs.service.ts";

/** A flow run with its state and the names of its related rows. */
export interface FlowRunInList extends FlowRunRow {
  readonly flow_name: string;
  readonly deployment_name: string | null;
  readonly parent_flow_run_id: string | null;
  readonly parent_flow_run_name: string | null;
}

/** The flow runs of those ids that exist, in no order. */
export async function flowRunsInList(db: Database, ids: readonly string[]): Promise<FlowRunInList[]> {
  const { rows } = await sql<FlowRunInList>`
    SELECT run.*, state.message AS state_message, state.state_details AS state_details, state.data AS state_data,
      work_pool.id AS work_pool_id, work_pool.name AS work_pool_name,
      flow.name AS flow_name, deployment.name AS deployment_name,
      parent.id AS parent_flow_run_id, parent.name AS parent_flow_run_name
    FROM ${idRows(ids)} AS wanted
    JOIN flow_run AS run ON run.id = wanted.id
    JOIN flow ON flow.id = run.flow_id
    LEFT JOIN flow_run_state AS state ON state.id = run.state_id
    LEFT JOIN deployment ON deployment.id = run.deployment_id
    LEFT JOIN work_queue ON work_queue.id = run.work_queue_id
    LEFT JOIN work_pool ON work_pool.id = work_queue.work_pool_id
    LEFT JOIN task_run AS tracking ON tracking.id = run.parent_task_run_id
    LEFT JOIN flow_run AS parent ON parent.id = tracking.flow_run_id`.execute(db.read);
  return rows;
}

export interface StateCountRow {
  readonly flow_run_id: string;
  readonly state_type: StateType | null;
  readonly count: number;
}

/** Task runs by state, for many flow runs by one statement: on an index that holds nothing else. */
export async function taskCountsOf(db: Database, ids: readonly string[]): Promise<StateCountRow[]> {
  const { rows } = await sql<StateCountRow>`
    SELECT task_run.flow_run_id AS flow_run_id, task_run.state_type AS state_type, count(*) AS count
    FROM ${idRows(ids)} AS wanted JOIN task_run ON task_run.flow_run_id = wanted.id
    GROUP BY task_run.flow_run_id, task_run.state_type`.execute(db.slow);
  return rows;
}
