import { microsPerSecond, type StateType, type Timestamp } from "@ostinato/core";
import { type SqlBool, sql } from "kysely";
import type { RowOf } from "../db/columns.ts";
import type { Reader, Writer } from "../db/dialect.ts";
import { holdsNow, leaseTime } from "../db/lease-clock.ts";
import { idRows, portable } from "../db/portable.ts";
import { hasNotEnded, isOfType, isTerminal } from "../db/state-sql.ts";
import type { tables } from "../db/tables.ts";

export type TaskWorkerRow = RowOf<typeof tables.task_worker>;

export type LiveWorker = Pick<TaskWorkerRow, "id" | "identifier" | "task_keys" | "takes_many" | "slots">;

export interface Renewal {
  readonly seconds: number;
  readonly now: Timestamp;
}

/** Adds the worker, or keeps what it has for longer. */
export async function keepWorker(tx: Writer, worker: LiveWorker, { seconds, now }: Renewal): Promise<void> {
  await tx
    .insertInto("task_worker")
    .values({ ...worker, created: now, updated: now, is_connected: 1, ends_at: endAfter(seconds) })
    .onConflict((conflict) =>
      conflict.column("id").doUpdateSet({ updated: now, is_connected: 1, ends_at: endAfter(seconds) }),
    )
    .execute();
}

function endAfter(seconds: number) {
  return sql<Timestamp>`${leaseTime} + ${sql.lit(Math.round(seconds * microsPerSecond))}`;
}

export async function keepWorkers(tx: Writer, ids: readonly string[], { seconds, now }: Renewal): Promise<number> {
  const { numAffectedRows } =
    await sql`UPDATE task_worker SET updated = ${now}, is_connected = 1, ends_at = ${endAfter(seconds)}
    WHERE id IN (SELECT id FROM ${idRows(ids)} AS wanted)`.execute(tx);
  return Number(numAffectedRows ?? 0n);
}

/** The connection has gone: the worker has so long to come back. */
export async function letGo(tx: Writer, id: string, seconds: number): Promise<void> {
  await tx
    .updateTable("task_worker")
    .set({ is_connected: 0, ends_at: endAfter(seconds) })
    .where("id", "=", id)
    .execute();
}

/** What the same worker confirmed on connections before this one goes on to it: of these where ids are given, else all. */
export async function moveConfirmed(tx: Writer, worker: LiveWorker, ids: readonly string[] | undefined): Promise<void> {
  const isMoved =
    ids === undefined ? sql<SqlBool>`1 = 1` : sql<SqlBool>`task_run_id IN (SELECT id FROM ${idRows(ids)} AS wanted)`;
  await sql`UPDATE task_delivery SET worker_id = ${worker.id}
    WHERE acknowledged_at IS NOT NULL AND worker_id IN (${formerIds(worker)}) AND ${isMoved}`.execute(tx);
}

/** The connections of the same worker before this one. */
export function formerIds({ id, identifier, task_keys }: LiveWorker) {
  return sql`SELECT former.id FROM task_worker AS former
    WHERE former.identifier = ${identifier} AND former.task_keys = ${task_keys} AND former.id <> ${id}`;
}

export type ConnectedWorker = Pick<TaskWorkerRow, "identifier" | "task_keys" | "updated">;

export function connectedWorkers(reader: Reader): Promise<readonly ConnectedWorker[]> {
  return reader
    .selectFrom("task_worker")
    .select(["identifier", "task_keys", "updated"])
    .where("is_connected", "=", 1)
    .where(holdsNow("task_worker"))
    .orderBy("identifier")
    .orderBy("id")
    .execute();
}

export interface LostDelivery {
  readonly task_run_id: string;
  readonly task_key: string;
  readonly priority: number;
  readonly parameters_id: string | null;
  readonly deliveries: number;
  readonly state_type: StateType | null;
  readonly identifier: string | null;
  readonly takes_many: number | null;
}

/**
 * Runs of workers that have ended, held until the unit ends. What has begun is waited for a while longer, since its worker may come back.
 */
export async function lostDeliveries(
  tx: Writer,
  patienceSeconds: number,
  limit: number,
): Promise<readonly LostDelivery[]> {
  const hasBegun = sql<SqlBool>`NOT ${isOfType("run.state_type", ["SCHEDULED", "PENDING"])}`;
  const patience = sql.lit(Math.round(patienceSeconds * microsPerSecond));
  const { rows } =
    await sql<LostDelivery>`SELECT task_delivery.task_run_id, task_delivery.task_key, task_delivery.priority,
      task_delivery.parameters_id, task_delivery.deliveries, run.state_type, worker.identifier, worker.takes_many
    FROM task_delivery
    JOIN task_run AS run ON run.id = task_delivery.task_run_id
    LEFT JOIN task_worker AS worker ON worker.id = task_delivery.worker_id
    WHERE task_delivery.worker_id IS NOT NULL AND (worker.id IS NULL
      OR worker.ends_at + CASE WHEN ${hasBegun} THEN ${patience} ELSE 0 END <= ${leaseTime})
    ORDER BY task_delivery.task_run_id LIMIT ${limit} ${portable.freeRowLock("task_delivery")}`.execute(tx);
  return rows;
}

/** Runs that a worker of Prefect's confirmed long ago and has not begun, although it runs nothing else. Ours say what they give back. */
export async function ignoredDeliveries(
  tx: Writer,
  afterSeconds: number,
  limit: number,
): Promise<readonly LostDelivery[]> {
  const after = sql.lit(Math.round(afterSeconds * microsPerSecond));
  const { rows } =
    await sql<LostDelivery>`SELECT task_delivery.task_run_id, task_delivery.task_key, task_delivery.priority,
      task_delivery.parameters_id, task_delivery.deliveries, run.state_type, worker.identifier, worker.takes_many
    FROM task_delivery
    JOIN task_run AS run ON run.id = task_delivery.task_run_id
    JOIN task_worker AS worker ON worker.id = task_delivery.worker_id
    WHERE worker.takes_many = 0 AND task_delivery.acknowledged_at + ${after} <= ${leaseTime} AND ${isOfType("run.state_type", ["SCHEDULED"])}
      AND NOT EXISTS (SELECT 1 FROM task_delivery AS other JOIN task_run AS begun ON begun.id = other.task_run_id
        WHERE other.worker_id = worker.id AND other.task_run_id <> task_delivery.task_run_id
          AND NOT ${isOfType("begun.state_type", ["SCHEDULED"])} AND ${hasNotEnded("begun.state_type")})
    ORDER BY task_delivery.task_run_id LIMIT ${limit} ${portable.freeRowLock("task_delivery")}`.execute(tx);
  return rows;
}

/** Removes what workers have done, and keeps with each run which worker that was; gives the number of rows. */
export async function removeDone(tx: Writer, limit: number): Promise<Done> {
  const { rows } = await sql<{ id: string; task_key: string; worker: string | null }>`
    SELECT done.task_run_id AS id, done.task_key, worker.identifier AS worker FROM task_delivery AS done
    JOIN task_run AS run ON run.id = done.task_run_id LEFT JOIN task_worker AS worker ON worker.id = done.worker_id
    WHERE done.worker_id IS NOT NULL AND ${isTerminal("run.state_type")} ORDER BY done.task_run_id LIMIT ${limit}`.execute(
    tx,
  );
  if (rows.length === 0) return { runs: 0, taskKeys: [] };
  const given = portable.rowsOf(JSON.stringify(rows), { id: "uuid", worker: "text" });
  await sql`UPDATE task_run SET task_worker = given.worker FROM ${given} AS given
    WHERE task_run.id = given.id AND given.worker IS NOT NULL`.execute(tx);
  const ids = idRows(rows.map(({ id }) => id));
  await sql`DELETE FROM task_delivery WHERE task_run_id IN (SELECT id FROM ${ids} AS done)`.execute(tx);
  return { runs: rows.length, taskKeys: [...new Set(rows.map(({ task_key }) => task_key))] };
}

interface Done {
  readonly runs: number;
  readonly taskKeys: readonly string[];
}

/** Removes workers that ended so long ago and have nothing. */
export async function removeEndedWorkers(tx: Writer, afterSeconds: number): Promise<void> {
  await sql`DELETE FROM task_worker WHERE ends_at + ${sql.lit(Math.round(afterSeconds * microsPerSecond))} <= ${leaseTime}
    AND NOT EXISTS (SELECT 1 FROM task_delivery WHERE task_delivery.worker_id = task_worker.id)`.execute(tx);
}
