import type { StateType, Timestamp } from "@ostinato/core";
import { sql } from "kysely";
import type { Database } from "../../db/dialect.ts";
import { begin } from "../runs/flow-run-list.queries.ts";

export interface PageCounts {
  readonly subflows: number;
  readonly artifacts: number;
  readonly logs: number;
  readonly results: number;
}

export async function countsOf(db: Database, flowRunId: string): Promise<PageCounts> {
  const { rows } = await sql<PageCounts>`
    SELECT
      (SELECT count(*) FROM task_run JOIN flow_run AS child ON child.parent_task_run_id = task_run.id
        WHERE task_run.flow_run_id = ${flowRunId}) AS subflows,
      (SELECT count(*) FROM artifact WHERE flow_run_id = ${flowRunId} AND coalesce(type, '') <> 'result') AS artifacts,
      (SELECT count(*) FROM log WHERE flow_run_id = ${flowRunId}) AS logs,
      (SELECT count(DISTINCT task_run_id) FROM result WHERE flow_run_id = ${flowRunId}
        AND (data IS NOT NULL OR location IS NOT NULL)) AS results`.execute(db.slow);
  const [{ subflows, artifacts, logs, results } = { subflows: 0, artifacts: 0, logs: 0, results: 0 }] = rows;
  return { subflows: Number(subflows), artifacts: Number(artifacts), logs: Number(logs), results: Number(results) };
}

export interface PreviousRun {
  readonly id: string;
  readonly name: string;
  readonly parameters: string;
  readonly state_type: StateType | null;
  readonly start_time: Timestamp | null;
  readonly total_run_time: number;
}

export interface PreviousRunQuery {
  readonly id: string;
  readonly flowId: string;
  readonly begin: Timestamp;
}

/** The run of the same flow that began before this one. */
export async function previousRun(
  db: Database,
  { id, flowId, begin: before }: PreviousRunQuery,
): Promise<PreviousRun | undefined> {
  const { rows } = await sql<PreviousRun>`
    SELECT id, name, parameters, state_type, start_time, total_run_time FROM flow_run
    WHERE flow_id = ${flowId} AND (${begin}, id) < (${before}, ${id})
    ORDER BY ${begin} DESC, id DESC LIMIT 1`.execute(db.read);
  return rows[0];
}

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
    WHERE task_run.flow_run_id = ${flowRunId} AND task_run.state_type IN ('FAILED', 'CRASHED')
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

export interface TaskRunPlace {
  readonly flow_run_name: string | null;
  readonly flow_run_state_type: StateType | null;
  readonly flow_run_state_name: string | null;
  readonly flow_id: string | null;
  readonly flow_name: string | null;
  readonly child_flow_run_id: string | null;
}

/** What a task run belongs to, and the subflow that it stands for. */
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
