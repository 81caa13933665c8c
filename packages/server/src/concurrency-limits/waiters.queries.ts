import { microsPerSecond, type Timestamp } from "@ostinato/core";
import { sql } from "kysely";
import type { Reader, Writer } from "../db/dialect.ts";
import { leaseTime } from "../db/lease-clock.ts";

export interface WaiterRow {
  readonly limit_id: string;
  readonly waiter_id: string;
  readonly slots: number;
}

/** Who waits for slots of the limits, those who wait longest first. */
export async function waitersOf(reader: Reader, limitIds: readonly string[]): Promise<readonly WaiterRow[]> {
  return reader
    .selectFrom("concurrency_waiter")
    .select(["limit_id", "waiter_id", "slots"])
    .where("limit_id", "in", limitIds)
    .where(sql<boolean>`ends_at > ${leaseTime}`)
    .orderBy("created")
    .orderBy("waiter_id")
    .execute();
}

export interface NewWaiter {
  readonly waiterId: string;
  readonly holderType: string | null;
  readonly limitIds: readonly string[];
  readonly slots: number;
  /** How long it stays in line without asking again. */
  readonly seconds: number;
  readonly now: Timestamp;
}

/** Puts it at the end of each line; one that is in line stays where it is. */
export async function putWaiter(tx: Writer, waiter: NewWaiter): Promise<void> {
  const { waiterId: waiter_id, holderType: holder_type, limitIds, slots, seconds, now } = waiter;
  const ends_at = sql<Timestamp>`${leaseTime} + ${sql.lit(Math.round(seconds * microsPerSecond))}`;
  await tx
    .insertInto("concurrency_waiter")
    .values(limitIds.map((limit_id) => ({ limit_id, waiter_id, created: now, holder_type, slots, ends_at })))
    .onConflict((conflict) =>
      conflict.columns(["limit_id", "waiter_id"]).doUpdateSet(({ ref }) => ({
        ends_at: ref("excluded.ends_at"),
        slots: ref("excluded.slots"),
      })),
    )
    .execute();
}

export async function deleteWaiter(tx: Writer, waiterId: string, limitIds: readonly string[]): Promise<void> {
  await tx
    .deleteFrom("concurrency_waiter")
    .where("waiter_id", "=", waiterId)
    .where("limit_id", "in", limitIds)
    .execute();
}

/** Takes the waiter out of all lines; gives the limits of these. */
export async function deleteWaiterOfAll(tx: Writer, waiterId: string): Promise<readonly string[]> {
  const left = await tx
    .deleteFrom("concurrency_waiter")
    .where("waiter_id", "=", waiterId)
    .returning("limit_id")
    .execute();
  return left.map(({ limit_id }) => limit_id).toSorted();
}

/** Removes some who have given up; gives the limits whose lines moved by that. */
export async function deleteEndedWaiters(tx: Writer, limit: number): Promise<readonly string[]> {
  const { rows } = await sql<{ limit_id: string }>`DELETE FROM concurrency_waiter WHERE (limit_id, waiter_id) IN
    (SELECT limit_id, waiter_id FROM concurrency_waiter WHERE ends_at <= ${leaseTime} ORDER BY ends_at LIMIT ${limit})
    RETURNING limit_id`.execute(tx);
  return [...new Set(rows.map(({ limit_id }) => limit_id))];
}
