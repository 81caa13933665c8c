import type { StateType, Timestamp } from "@ostinato/core";
import { type SqlBool, sql } from "kysely";
import type { Reader } from "../../db/dialect.ts";
import { holdsNow } from "../../db/lease-clock.ts";
import { hasNotEnded, isFailure, isOfType } from "../../db/state-sql.ts";
import type { JsonText } from "../../db/tables.ts";

export interface EndedCount {
  readonly task_key: string;
  readonly completed: number;
  readonly failed: number;
}

/** How the background runs since the moment have ended, by the keys of their tasks. */
export async function endedSince(reader: Reader, since: Timestamp): Promise<readonly EndedCount[]> {
  const { rows } = await sql<EndedCount>`SELECT task_key,
      sum(CASE WHEN ${isOfType("state_type", ["COMPLETED"])} THEN 1 ELSE 0 END) AS completed,
      sum(CASE WHEN ${isFailure("state_type")} THEN 1 ELSE 0 END) AS failed
    FROM task_run WHERE deferred = 1 AND end_time >= ${since} GROUP BY task_key`.execute(reader);
  return rows.map((row) => ({ ...row, completed: Number(row.completed), failed: Number(row.failed) }));
}

export interface WaitingRow {
  readonly id: string;
  readonly name: string;
  readonly task_key: string;
  readonly priority: number;
  readonly due: Timestamp;
  readonly deliveries: number;
}

/** Runs without a worker: those that are due in their order, then the others by their time. */
export async function waitingRuns(
  reader: Reader,
  key: string | undefined,
  { now, limit }: { readonly now: Timestamp; readonly limit: number },
): Promise<readonly WaitingRow[]> {
  const isLater = sql<SqlBool>`(waits_until IS NOT NULL AND waits_until > ${now})`;
  const inOrder = sql`ORDER BY CASE WHEN ${isLater} THEN 1 ELSE 0 END, CASE WHEN ${isLater} THEN 0 ELSE priority END,
    coalesce(waits_until, queued), task_run_id`;
  // The first are chosen before their runs are read: a queue may be long.
  const { rows } = await sql<WaitingRow>`SELECT run.id, run.name, run.task_key, delivery.priority,
      coalesce(delivery.waits_until, delivery.queued) AS due, delivery.deliveries
    FROM (SELECT * FROM task_delivery WHERE worker_id IS NULL AND ${ofTask("task_key", key)} ${inOrder} LIMIT ${limit}) AS delivery
    JOIN task_run AS run ON run.id = delivery.task_run_id ${inOrder}`.execute(reader);
  return rows;
}

function ofTask(column: string, key: string | undefined) {
  return key === undefined ? sql<SqlBool>`1 = 1` : sql<SqlBool>`${sql.ref(column)} = ${key}`;
}

export interface WorkerRow {
  readonly id: string;
  readonly identifier: string;
  readonly task_keys: JsonText;
  readonly slots: number | null;
  readonly created: Timestamp;
  readonly updated: Timestamp;
}

export async function connectedWorkers(reader: Reader, limit: number): Promise<readonly WorkerRow[]> {
  const { rows } = await sql<WorkerRow>`SELECT id, identifier, task_keys, slots, created, updated FROM task_worker
    WHERE is_connected = 1 AND ${holdsNow("task_worker")} ORDER BY identifier, id LIMIT ${limit}`.execute(reader);
  return rows;
}

export interface HeldRow {
  readonly identifier: string;
  readonly id: string;
  readonly name: string;
  readonly task_key: string;
  readonly state_type: StateType | null;
  readonly state_name: string | null;
  readonly since: Timestamp | null;
}

/** What workers have and have not ended, the earliest first. */
export async function heldRuns(reader: Reader, limit: number): Promise<readonly HeldRow[]> {
  const { rows } = await sql<HeldRow>`SELECT worker.identifier, run.id, run.name, run.task_key, run.state_type,
      run.state_name, run.state_timestamp AS since
    FROM task_delivery AS delivery JOIN task_worker AS worker ON worker.id = delivery.worker_id
    JOIN task_run AS run ON run.id = delivery.task_run_id
    WHERE delivery.worker_id IS NOT NULL AND ${hasNotEnded("run.state_type")}
    ORDER BY run.state_timestamp, run.id LIMIT ${limit}`.execute(reader);
  return rows;
}

export interface FailedRow extends Omit<HeldRow, "identifier" | "since"> {
  readonly ended: Timestamp;
  readonly message: string | null;
  readonly worker: string | null;
}

/** Background runs that failed or crashed since the moment, the latest first. */
export async function failedRuns(
  reader: Reader,
  key: string | undefined,
  { since, limit }: { readonly since: Timestamp; readonly limit: number },
): Promise<readonly FailedRow[]> {
  const { rows } = await sql<FailedRow>`SELECT run.id, run.name, run.task_key, run.state_type, run.state_name,
      run.end_time AS ended, state.message, coalesce(worker.identifier, run.task_worker) AS worker
    FROM task_run AS run LEFT JOIN task_run_state AS state ON state.id = run.state_id
    LEFT JOIN task_delivery AS delivery ON delivery.task_run_id = run.id
    LEFT JOIN task_worker AS worker ON worker.id = delivery.worker_id
    WHERE run.deferred = 1 AND run.end_time >= ${since} AND ${isFailure("run.state_type")} AND ${ofTask("run.task_key", key)}
    ORDER BY run.end_time DESC, run.id DESC LIMIT ${limit}`.execute(reader);
  return rows;
}
