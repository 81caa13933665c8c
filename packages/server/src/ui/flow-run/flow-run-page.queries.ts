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

/** Counts the lines of all of these flow runs, which are the run and its subflows, and the rest of the run alone. */
export async function countsOf(db: Database, flowRunId: string, logged: readonly string[]): Promise<PageCounts> {
  const { rows } = await sql<PageCounts>`
    SELECT
      (SELECT count(*) FROM task_run JOIN flow_run AS child ON child.parent_task_run_id = task_run.id
        WHERE task_run.flow_run_id = ${flowRunId}) AS subflows,
      (SELECT count(*) FROM artifact WHERE flow_run_id = ${flowRunId} AND coalesce(type, '') <> 'result') AS artifacts,
      (SELECT count(*) FROM log WHERE flow_run_id IN (${sql.join(logged)})) AS logs,
      (SELECT count(DISTINCT task_run_id) FROM result WHERE flow_run_id = ${flowRunId}
        AND (data IS NOT NULL OR location IS NOT NULL)) AS results`.execute(db.slow);
  const [{ subflows, artifacts, logs, results } = { subflows: 0, artifacts: 0, logs: 0, results: 0 }] = rows;
  return { subflows: Number(subflows), artifacts: Number(artifacts), logs: Number(logs), results: Number(results) };
}

/** The worker that took the run last. `id` is null where its pool does not have it any more. */
export async function workerOf(
  db: Database,
  flowRunId: string,
): Promise<{ name: string; id: string | null } | undefined> {
  const { rows } = await sql<{ name: string; id: string | null }>`
    SELECT flow_run.worker_name AS name, worker.id FROM flow_run LEFT JOIN worker ON worker.id = flow_run.worker_id
    WHERE flow_run.id = ${flowRunId} AND flow_run.worker_name IS NOT NULL`.execute(db.read);
  return rows[0];
}

/** By which program the run was cancelled over the API. */
export async function cancellingProgram(db: Database, flowRunId: string): Promise<string | undefined> {
  const { rows } = await sql<{ user_agent: string }>`
    SELECT user_agent FROM flow_run_cancellation WHERE flow_run_id = ${flowRunId}`.execute(db.read);
  return rows[0]?.user_agent;
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
