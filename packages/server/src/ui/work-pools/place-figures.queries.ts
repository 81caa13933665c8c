import type { Timestamp } from "@ostinato/core";
import { sql } from "kysely";
import type { Database } from "../../db/dialect.ts";
import { idRows } from "../../db/portable.ts";
import { holdsSlot } from "../../db/state-sql.ts";

/** What a queue has to do: `late` counts up to the maximum that was asked for. */
export interface QueueFiguresRow {
  readonly queue_id: string;
  readonly active_slots: number;
  readonly running: number;
  readonly late: number;
  readonly late_since: Timestamp | null;
}

export interface FiguresQuery {
  readonly queueIds: readonly string[];
  /** A run that is due before it and has not started is late. */
  readonly dueBefore: Timestamp;
  readonly maxLate: number;
}

/** For each queue two walks over stretches of indexes that hold all that is asked. */
export async function figuresOfQueues(db: Database, query: FiguresQuery): Promise<QueueFiguresRow[]> {
  const { queueIds, dueBefore, maxLate } = query;
  if (queueIds.length === 0) return [];
  const late = sql`(SELECT run.next_scheduled_start_time AS due FROM flow_run AS run
    WHERE run.work_queue_id = wanted.id AND run.state_type = 'SCHEDULED'
      AND run.next_scheduled_start_time <= ${dueBefore} LIMIT ${maxLate}) AS late`;
  const active = sql`FROM flow_run AS run WHERE run.work_queue_id = wanted.id AND ${holdsSlot("run")}`;
  const { rows } = await sql<QueueFiguresRow>`
    SELECT wanted.id AS queue_id,
      (SELECT count(*) ${active}) AS active_slots,
      (SELECT count(*) ${active} AND run.state_type <> 'PENDING') AS running,
      (SELECT count(*) FROM ${late}) AS late,
      (SELECT min(late.due) FROM ${late}) AS late_since
    FROM ${idRows(queueIds)} AS wanted`.execute(db.slow);
  return rows.map((row) => ({
    ...row,
    active_slots: Number(row.active_slots),
    running: Number(row.running),
    late: Number(row.late),
  }));
}

export interface HolderRow {
  readonly id: string;
  readonly name: string;
  readonly state_type: "PENDING" | "RUNNING" | "CANCELLING";
  readonly state_name: string | null;
  readonly since: Timestamp | null;
  readonly work_queue_id: string;
  readonly worker_id: string | null;
  readonly worker_name: string | null;
}

/** The runs that hold slots of these queues, the longest first. */
export async function holdersOfQueues(db: Database, queueIds: readonly string[], limit: number): Promise<HolderRow[]> {
  if (queueIds.length === 0) return [];
  const { rows } = await sql<HolderRow>`
    SELECT run.id, run.name, run.state_type, run.state_name, run.state_timestamp AS since, run.work_queue_id,
      run.worker_id, run.worker_name
    FROM ${idRows(queueIds)} AS wanted CROSS JOIN flow_run AS run
    WHERE run.work_queue_id = wanted.id AND ${holdsSlot("run")}
    ORDER BY run.state_timestamp, run.id LIMIT ${limit}`.execute(db.slow);
  return rows;
}

export interface DeploymentOfPlaceRow {
  readonly id: string;
  readonly name: string;
  readonly flow_name: string;
  readonly work_queue_id: string;
  readonly work_queue_name: string;
}

export async function deploymentsOfQueues(
  db: Database,
  queueIds: readonly string[],
  limit: number,
): Promise<DeploymentOfPlaceRow[]> {
  if (queueIds.length === 0) return [];
  const { rows } = await sql<DeploymentOfPlaceRow>`
    SELECT deployment.id, deployment.name, flow.name AS flow_name, work_queue.id AS work_queue_id,
      work_queue.name AS work_queue_name
    FROM ${idRows(queueIds)} AS wanted JOIN deployment ON deployment.work_queue_id = wanted.id
    JOIN flow ON flow.id = deployment.flow_id JOIN work_queue ON work_queue.id = deployment.work_queue_id
    ORDER BY flow.name, deployment.name, deployment.id LIMIT ${limit}`.execute(db.read);
  return rows;
}

/** How many deployments each of the queues has; queues without any are left out. */
export async function deploymentCounts(
  db: Database,
  queueIds: readonly string[],
): Promise<ReadonlyMap<string, number>> {
  if (queueIds.length === 0) return new Map();
  const { rows } = await sql<{ queue_id: string; count: number }>`
    SELECT deployment.work_queue_id AS queue_id, count(*) AS count
    FROM ${idRows(queueIds)} AS wanted JOIN deployment ON deployment.work_queue_id = wanted.id
    GROUP BY deployment.work_queue_id`.execute(db.read);
  return new Map(rows.map(({ queue_id, count }) => [queue_id, Number(count)]));
}
