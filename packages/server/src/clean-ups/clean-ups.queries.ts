import { microsPerSecond, type Timestamp } from "@ostinato/core";
import { type Selectable, sql } from "kysely";
import type { Reader, Writer } from "../db/dialect.ts";
import { leaseTime } from "../db/lease-clock.ts";
import { portable } from "../db/portable.ts";
import type { Tables } from "../db/tables.ts";

export type CleanUpRow = Selectable<Tables["clean_up"]>;

export async function insertCleanUp(tx: Writer, row: CleanUpRow): Promise<void> {
  await tx.insertInto("clean_up").values(row).execute();
}

/** What nobody has, the oldest first. */
export function waitingCleanUps(
  reader: Reader,
  poolId: string,
  limit: number,
): Promise<readonly Pick<CleanUpRow, "id" | "kind" | "work_queue_id">[]> {
  return reader
    .selectFrom("clean_up")
    .select(["id", "kind", "work_queue_id"])
    .where("work_pool_id", "=", poolId)
    .where("reservation_token", "is", null)
    .orderBy("id")
    .limit(limit)
    .execute();
}

export async function poolsWithWaiting(reader: Reader): Promise<readonly string[]> {
  const rows = await reader
    .selectFrom("clean_up")
    .select("work_pool_id")
    .distinct()
    .where("reservation_token", "is", null)
    .execute();
  return rows.map(({ work_pool_id }) => work_pool_id);
}

export interface Reservation {
  readonly id: string;
  readonly token: string;
  readonly seconds: number;
  readonly now: Timestamp;
}

/** Undefined where somebody else has it. */
export function reserve(tx: Writer, { id, token, seconds, now }: Reservation): Promise<CleanUpRow | undefined> {
  return tx
    .updateTable("clean_up")
    .set(({ eb }) => ({
      delivery_count: eb("delivery_count", "+", 1),
      reservation_token: token,
      lease_ends_at: leaseEndAfter(seconds),
      updated: now,
    }))
    .where("id", "=", id)
    .where("reservation_token", "is", null)
    .returningAll()
    .executeTakeFirst();
}

/** The row, held until the unit ends, and whether its reservation is over. */
export async function cleanUpToChange(tx: Writer, id: string): Promise<HeldCleanUp | undefined> {
  const { rows } = await sql<HeldCleanUp>`SELECT *, CASE WHEN lease_ends_at <= ${leaseTime} THEN 1 ELSE 0 END AS is_over
    FROM clean_up WHERE id = ${id} ${portable.rowLock("clean_up")}`.execute(tx);
  return rows[0];
}

export interface HeldCleanUp extends CleanUpRow {
  readonly is_over: number;
}

export async function renew(tx: Writer, { id, seconds, now }: Omit<Reservation, "token">): Promise<void> {
  await tx
    .updateTable("clean_up")
    .set({ lease_ends_at: leaseEndAfter(seconds), updated: now })
    .where("id", "=", id)
    .execute();
}

function leaseEndAfter(seconds: number) {
  return sql<number>`${leaseTime} + ${sql.lit(Math.round(seconds * microsPerSecond))}`;
}

/** Gives it back, so that another worker gets it. */
export async function giveBack(tx: Writer, id: string, now: Timestamp): Promise<void> {
  await tx
    .updateTable("clean_up")
    .set({ reservation_token: null, lease_ends_at: null, updated: now })
    .where("id", "=", id)
    .execute();
}

export async function remove(tx: Writer, id: string): Promise<void> {
  await tx.deleteFrom("clean_up").where("id", "=", id).execute();
}

/** Rows whose reservation is over, held until the unit ends. */
export async function overdue(tx: Writer, limit: number): Promise<readonly CleanUpRow[]> {
  const { rows } = await sql<CleanUpRow>`SELECT * FROM clean_up
    WHERE reservation_token IS NOT NULL AND lease_ends_at <= ${leaseTime}
    ORDER BY lease_ends_at, id LIMIT ${limit} ${portable.freeRowLock("clean_up")}`.execute(tx);
  return rows;
}

/** Removes what has waited since before this time. */
export async function removeWaitingSince(tx: Writer, before: Timestamp, limit: number): Promise<readonly CleanUpRow[]> {
  const old = tx
    .selectFrom("clean_up")
    .select("id")
    .where("reservation_token", "is", null)
    .where("updated", "<", before)
    .limit(limit);
  return tx.deleteFrom("clean_up").where("id", "in", old).returningAll().execute();
}
