import type { Timestamp } from "@ostinato/core";
import { type SqlBool, sql } from "kysely";
import { columnTypes, type RowOf } from "../db/columns.ts";
import type { Reader, Writer } from "../db/dialect.ts";
import { insertRows } from "../db/insert-rows.ts";
import { leaseTime } from "../db/lease-clock.ts";
import { idRows, portable } from "../db/portable.ts";
import { hasNotEnded, isOfType } from "../db/state-sql.ts";
import { tables } from "../db/tables.ts";
import type { NextDue } from "../waking/waker.service.ts";
import { formerIds, type LiveWorker } from "./task-workers.queries.ts";

export type DeliveryRow = RowOf<typeof tables.task_delivery>;

export type NewDelivery = Pick<
  DeliveryRow,
  "task_run_id" | "task_key" | "priority" | "queued" | "waits_until" | "parameters_id"
>;

/** The `last_word` of a task run of which no process has said anything. */
export const noWord = 0 as Timestamp;

const deliveryColumns = columnTypes(tables.task_delivery);

/** Has the task runs wait; one that a worker has is taken from it, and keeps its priority. */
export async function putDeliveries(tx: Writer, rows: readonly NewDelivery[]): Promise<void> {
  await insertRows(tx, {
    into: "task_delivery",
    columns: deliveryColumns,
    rows: rows.map((row) => ({
      ...row,
      deliveries: 0,
      worker_id: null,
      acknowledged_at: null,
      is_told_unserved: null,
    })),
    ending: `ON CONFLICT (task_run_id) DO UPDATE SET queued = excluded.queued, waits_until = excluded.waits_until,
      parameters_id = excluded.parameters_id, worker_id = NULL, acknowledged_at = NULL,
      is_told_unserved = NULL`,
  });
}

/** For each key the time of its first run that is due after this one; the first of all for null. */
export async function nextDueTimes(
  reader: Reader,
  keys: readonly string[],
  after: Timestamp | null,
): Promise<readonly NextDue[]> {
  const later = after === null ? sql<SqlBool>`1 = 1` : sql<SqlBool>`d.waits_until > ${after}`;
  const waits =
    after === null
      ? sql<SqlBool>`EXISTS (SELECT 1 FROM task_delivery AS w
          WHERE w.task_key = given.task_key AND w.worker_id IS NULL AND w.waits_until IS NULL)`
      : sql<SqlBool>`1 = 0`;
  const { rows } = await sql<{ id: string; at: Timestamp | null }>`
    SELECT given.task_key AS id, CASE WHEN ${waits} THEN 0 ELSE
      (SELECT min(d.waits_until) FROM task_delivery AS d
        WHERE d.task_key = given.task_key AND d.waits_until IS NOT NULL AND ${later}) END AS at
    FROM ${keyRows(keys)} AS given`.execute(reader);
  return rows.flatMap(({ id, at }) => (at === null ? [] : [{ id, at: Number(at) as Timestamp }]));
}

function keyRows(keys: readonly string[]) {
  return portable.rowsOf(JSON.stringify(keys.map((task_key) => ({ task_key }))), { task_key: "text" });
}

/** Lets runs take their turn whose time has come. */
export async function endWaits(tx: Writer, key: string, now: Timestamp): Promise<void> {
  await tx
    .updateTable("task_delivery")
    .set({ waits_until: null })
    .where("task_key", "=", key)
    .where("waits_until", "<=", now)
    .execute();
}

export type FreeDelivery = Pick<DeliveryRow, "task_run_id" | "priority" | "queued" | "deliveries">;

/** The first runs in line, held until the unit ends, without those that other servers are handing over. */
export async function firstInLine(tx: Writer, key: string, limit: number): Promise<readonly FreeDelivery[]> {
  const { rows } = await sql<FreeDelivery>`SELECT task_run_id, priority, queued, deliveries FROM task_delivery
    WHERE task_key = ${key} AND worker_id IS NULL AND waits_until IS NULL
    ORDER BY priority, queued, task_run_id LIMIT ${limit} ${portable.freeRowLock("task_delivery")}`.execute(tx);
  return rows;
}

/** Those of the task runs that are still to start. */
export async function scheduledAmong(tx: Writer, ids: readonly string[]): Promise<readonly string[]> {
  const { rows } = await sql<{ id: string }>`SELECT id FROM task_run
    WHERE id IN (SELECT id FROM ${idRows(ids)} AS wanted) AND ${isOfType("state_type", ["SCHEDULED"])}`.execute(tx);
  return rows.map(({ id }) => id);
}

export interface Handing {
  readonly task_run_id: string;
  readonly worker_id: string;
}

/** Gives runs that the unit holds to workers. */
export async function handOver(tx: Writer, handed: readonly Handing[], isConfirmed: boolean): Promise<void> {
  const given = portable.rowsOf(JSON.stringify(handed), { task_run_id: "uuid", worker_id: "uuid" });
  const confirmed = isConfirmed ? leaseTime : sql`NULL`;
  await sql`UPDATE task_delivery SET worker_id = given.worker_id, deliveries = deliveries + 1, acknowledged_at = ${confirmed}
    FROM ${given} AS given WHERE task_delivery.task_run_id = given.task_run_id`.execute(tx);
}

/** Whatever the process says that gets the runs next counts: its clock may be behind that of the server, or of the process before. */
export async function forgetLastWords(tx: Writer, ids: readonly string[]): Promise<void> {
  await sql`UPDATE task_run SET last_word = ${sql.lit(noWord)} WHERE id IN (SELECT id FROM ${idRows(ids)} AS wanted)`.execute(
    tx,
  );
}

export async function acknowledge(tx: Writer, { task_run_id, worker_id }: Handing): Promise<void> {
  await sql`UPDATE task_delivery SET acknowledged_at = ${leaseTime}
    WHERE task_run_id = ${task_run_id} AND worker_id = ${worker_id}`.execute(tx);
}

export async function remove(tx: Writer, taskRunIds: readonly string[]): Promise<void> {
  if (taskRunIds.length === 0) return;
  await sql`DELETE FROM task_delivery WHERE task_run_id IN (SELECT id FROM ${idRows(taskRunIds)} AS wanted)`.execute(
    tx,
  );
}

/** Whether it was there. */
export async function removeWaiting(tx: Writer, taskRunId: string): Promise<boolean> {
  const { numAffectedRows } = await sql`DELETE FROM task_delivery WHERE task_run_id = ${taskRunId}
    AND worker_id IS NULL`.execute(tx);
  return (numAffectedRows ?? 0n) > 0n;
}

/** Gives back what the worker has of these; returns the keys of the tasks. */
export async function giveBack(
  tx: Writer,
  workerId: string,
  taskRunIds: readonly string[],
): Promise<readonly string[]> {
  const { rows } = await sql<{ task_key: string }>`UPDATE task_delivery SET worker_id = NULL, acknowledged_at = NULL
    WHERE worker_id = ${workerId} AND task_run_id IN (SELECT id FROM ${idRows(taskRunIds)} AS wanted)
    RETURNING task_key`.execute(tx);
  return [...new Set(rows.map(({ task_key }) => task_key))];
}

/** Gives back what the worker has by connections before this one and has not begun; returns the keys of the tasks. */
export async function giveBackOthers(tx: Writer, worker: LiveWorker): Promise<readonly string[]> {
  const { rows } = await sql<{ task_key: string }>`UPDATE task_delivery SET worker_id = NULL, acknowledged_at = NULL
    WHERE worker_id IN (${formerIds(worker)}) AND EXISTS (SELECT 1 FROM task_run
      WHERE task_run.id = task_run_id AND ${isOfType("task_run.state_type", ["SCHEDULED"])})
    RETURNING task_key`.execute(tx);
  return [...new Set(rows.map(({ task_key }) => task_key))];
}

/** Those of the task runs that the worker has. */
export async function heldAmong(tx: Writer, workerId: string, ids: readonly string[]): Promise<readonly string[]> {
  if (ids.length === 0) return [];
  const { rows } = await sql<{ task_run_id: string }>`SELECT task_run_id FROM task_delivery
    WHERE worker_id = ${workerId} AND task_run_id IN (SELECT id FROM ${idRows(ids)} AS wanted)`.execute(tx);
  return rows.map(({ task_run_id }) => task_run_id);
}

/** Those of the task runs that have not ended. */
export async function openAmong(reader: Reader, ids: readonly string[]): Promise<readonly string[]> {
  const { rows } = await sql<{ id: string }>`SELECT id FROM task_run
    WHERE id IN (SELECT id FROM ${idRows(ids)} AS wanted) AND ${hasNotEnded("state_type")}`.execute(reader);
  return rows.map(({ id }) => id);
}
