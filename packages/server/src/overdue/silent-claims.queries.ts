import type { Timestamp } from "@ostinato/core";
import { type SqlBool, sql } from "kysely";
import type { Reader } from "../db/dialect.ts";
import { isOfType } from "../db/state-sql.ts";
import type { OverdueRun } from "./overdue.queries.ts";

const isPending = isOfType("flow_run.state_type", ["PENDING"]);

/** Runs whose process gives signs of life itself are watched by those. */
const isSilentItself = sql<SqlBool>`NOT EXISTS (SELECT 1 FROM flow_run_heartbeat AS heartbeat
  WHERE heartbeat.flow_run_id = flow_run.id AND heartbeat.interval_declared = 1)`;

export interface ServedClaim extends OverdueRun {
  readonly last_polled: Timestamp;
}

/** Claimed runs of deployments without a work queue, with the last poll of whoever serves the deployment. */
export async function servedClaims(reader: Reader, limit: number): Promise<readonly ServedClaim[]> {
  const { rows } = await sql<ServedClaim>`SELECT flow_run.id, flow_run.state_id, deployment.last_polled FROM flow_run
    JOIN deployment ON deployment.id = flow_run.deployment_id
    WHERE ${isPending} AND deployment.work_queue_id IS NULL AND deployment.last_polled IS NOT NULL AND ${isSilentItself}
    LIMIT ${limit}`.execute(reader);
  return rows;
}

export interface WorkersClaim extends OverdueRun {
  /** The claim, where whoever has it shows it. */
  readonly state_details: string | null;
  readonly infrastructure_pid: string | null;
  readonly work_queue_id: string;
  readonly work_pool_id: string;
  /** Null where a client did not say which worker it is: then the signs of any worker of the pool count. */
  readonly worker_name: string | null;
  /** Null where the worker has been deleted. */
  readonly last_heartbeat_time: Timestamp | null;
  readonly heartbeat_interval_seconds: number | null;
}

/** Claimed runs of work queues, with the last sign of life of the worker. */
export async function workersClaims(reader: Reader, limit: number): Promise<readonly WorkersClaim[]> {
  const { rows } = await sql<WorkersClaim>`SELECT flow_run.id, flow_run.state_id, state.state_details,
      flow_run.infrastructure_pid, flow_run.work_queue_id, work_queue.work_pool_id, flow_run.worker_name,
      worker.last_heartbeat_time, worker.heartbeat_interval_seconds
    FROM flow_run
    JOIN flow_run_state AS state ON state.id = flow_run.state_id
    JOIN work_queue ON work_queue.id = flow_run.work_queue_id
    LEFT JOIN worker ON worker.id = CASE WHEN flow_run.worker_name IS NULL
      THEN (SELECT any_worker.id FROM worker AS any_worker WHERE any_worker.work_pool_id = work_queue.work_pool_id
        ORDER BY any_worker.last_heartbeat_time DESC LIMIT 1)
      ELSE (SELECT named.id FROM worker AS named
        WHERE named.work_pool_id = work_queue.work_pool_id AND named.name = flow_run.worker_name) END
    WHERE ${isPending} AND (flow_run.worker_name IS NOT NULL OR worker.id IS NOT NULL) AND ${isSilentItself}
    LIMIT ${limit}`.execute(reader);
  return rows;
}
