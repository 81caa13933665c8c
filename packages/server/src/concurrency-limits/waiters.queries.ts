import { microsPerSecond, type Timestamp } from "@ostinato/core";
import { sql } from "kysely";
import type { Reader, Writer } from "../db/dialect.ts";
import { leaseTime } from "../db/lease-clock.ts";
import { type Holder, heldByRun } from "./leases.queries.ts";
import { isNothing, isSought, type SoughtLimits } from "./limits.queries.ts";

export interface WaiterRow {
  readonly limit_id: string;
  readonly waiter_id: string;
  readonly slots: number;
}

/** Who waits for slots of the limits, those who wait longest first. */
export async function waitersOf(reader: Reader, sought: SoughtLimits): Promise<readonly WaiterRow[]> {
  if (isNothing(sought)) return [];
  return reader
    .selectFrom("concurrency_waiter")
    .select(["limit_id", "waiter_id", "slots"])
    .where("limit_id", "in", (query) => query.selectFrom("concurrency_limit").select("id").where(isSought(sought)))
    .where(sql<boolean>`ends_at > ${leaseTime}`)
    .orderBy("created")
    .orderBy("waiter_id")
    .execute();
}

export interface NewWaiter {
  readonly waiterId: string;
  readonly holder: Holder | null;
  readonly limitIds: readonly string[];
  readonly slots: number;
  /** How long it stays in line without asking again. */
  readonly seconds: number;
  readonly now: Timestamp;
}

/** Puts it at the end of each line; one that is in line stays where it is. */
export async function putWaiter(tx: Writer, waiter: NewWaiter): Promise<void> {
  const { waiterId: waiter_id, holder, limitIds, slots, seconds, now } = waiter;
  const heldBy = { holder_type: holder?.type ?? null, holder_id: holder?.id ?? null };
  const ends_at = sql<Timestamp>`${leaseTime} + ${sql.lit(Math.round(seconds * microsPerSecond))}`;
  await tx
    .insertInto("concurrency_waiter")
    .values(limitIds.map((limit_id) => ({ limit_id, waiter_id, created: now, ...heldBy, slots, ends_at })))
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

/** Takes a flow run and its task runs out of all lines; gives the limits of these. */
export async function deleteWaitersOfRun(tx: Writer, flowRunId: string): Promise<readonly string[]> {
  const { rows } = await sql<{ limit_id: string }>`DELETE FROM concurrency_waiter
    WHERE ${heldByRun("concurrency_waiter", flowRunId)} RETURNING limit_id`.execute(tx);
  return [...new Set(rows.map(({ limit_id }) => limit_id))].toSorted();
}

/** Removes some who have given up; gives the limits whose lines moved by that. */
export async function deleteEndedWaiters(tx: Writer, limit: number): Promise<readonly string[]> {
  const { rows } = await sql<{ limit_id: string }>`DELETE FROM concurrency_waiter WHERE (limit_id, waiter_id) IN
    (SELECT limit_id, waiter_id FROM concurrency_waiter WHERE ends_at <= ${leaseTime} ORDER BY ends_at LIMIT ${limit})
    RETURNING limit_id`.execute(tx);
  return [...new Set(rows.map(({ limit_id }) => limit_id))];
}

export interface WaitOfRun {
  readonly limit_id: string;
  readonly limit_name: string;
  readonly max_slots: number;
  readonly slot_decay_per_second: number;
  readonly since: Timestamp;
  /** 1 for the first in line. */
  readonly place: number;
  readonly length: number;
}

/** The lines in which a flow run waits for slots, itself or by one of its tasks, the longest wait first. */
export async function waitsOfRun(reader: Reader, flowRunId: string, limit: number): Promise<readonly WaitOfRun[]> {
  const inLine = sql`other.limit_id = waiter.limit_id AND other.ends_at > ${leaseTime}`;
  const { rows } = await sql<WaitOfRun>`
    SELECT waiter.limit_id, concurrency_limit.name AS limit_name, concurrency_limit.max_slots,
      concurrency_limit.slot_decay_per_second, waiter.created AS since,
      (SELECT count(*) FROM concurrency_waiter AS other WHERE ${inLine}
        AND (other.created, other.waiter_id) <= (waiter.created, waiter.waiter_id)) AS place,
      (SELECT count(*) FROM concurrency_waiter AS other WHERE ${inLine}) AS length
    FROM concurrency_waiter AS waiter JOIN concurrency_limit ON concurrency_limit.id = waiter.limit_id
    WHERE waiter.ends_at > ${leaseTime} AND (waiter.holder_id = ${flowRunId}
      OR waiter.holder_id IN (SELECT id FROM task_run WHERE task_run.flow_run_id = ${flowRunId} AND task_run.state_type = 'PENDING'))
    ORDER BY waiter.created, waiter.limit_id LIMIT ${limit}`.execute(reader);
  return rows.map((row) => ({ ...row, place: Number(row.place), length: Number(row.length) }));
}
