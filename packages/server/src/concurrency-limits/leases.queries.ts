import { microsPerSecond, type Timestamp } from "@ostinato/core";
import { sql } from "kysely";
import type { Reader, Writer } from "../db/dialect.ts";
import { holdsNow, leaseTime } from "../db/lease-clock.ts";
import { idRows, portable } from "../db/portable.ts";

export interface Holder {
  readonly type: string;
  readonly id: string;
}

export interface Taken {
  readonly leaseId: string;
  readonly holder: Holder | null;
  /** Null for a lease that ends with its holder. */
  readonly seconds: number | null;
  readonly now: Timestamp;
}

/** Keeps the leases, as new ones or with other ends. */
export async function putLease(tx: Writer, ...taken: readonly Taken[]): Promise<void> {
  const rows = taken.map(
    ({ leaseId, holder, seconds, now }) =>
      sql`(${leaseId}, ${now}, ${holder?.type ?? null}, ${holder?.id ?? null}, ${endAfter(seconds)})`,
  );
  await sql`INSERT INTO concurrency_lease (id, created, holder_type, holder_id, ends_at) VALUES ${sql.join(rows)}
    ON CONFLICT (id) DO UPDATE SET ends_at = excluded.ends_at`.execute(tx);
}

export interface SlotsOfLease {
  readonly leaseId: string;
  readonly limitIds: readonly string[];
  readonly slots: number;
}

/** Taking the slots that a lease has already changes nothing. */
export async function putSlots(tx: Writer, ...taken: readonly SlotsOfLease[]): Promise<void> {
  const rows = taken.flatMap(({ leaseId, limitIds, slots }) =>
    limitIds.map((limit_id) => ({ limit_id, lease_id: leaseId, slots })),
  );
  await tx
    .insertInto("concurrency_slot")
    .values(rows)
    .onConflict((conflict) => conflict.doNothing())
    .execute();
}

/** Gives a lease that is in force another end; false where it has ended. */
export async function renewLease(tx: Writer, leaseId: string, seconds: number): Promise<boolean> {
  const { rows } = await sql`UPDATE concurrency_lease SET ends_at = ${endAfter(seconds)}
    WHERE id = ${leaseId} AND ${holdsNow("concurrency_lease")} RETURNING id`.execute(tx);
  return rows.length > 0;
}

function endAfter(seconds: number | null) {
  return seconds === null ? sql`NULL` : sql`${leaseTime} + ${sql.lit(Math.round(seconds * microsPerSecond))}`;
}

export async function limitsOfLease(reader: Reader, leaseId: string): Promise<readonly string[]> {
  const rows = await reader
    .selectFrom("concurrency_slot")
    .select("limit_id")
    .where("lease_id", "=", leaseId)
    .orderBy("limit_id")
    .execute();
  return rows.map(({ limit_id }) => limit_id);
}

export interface SlotsHeld {
  readonly lease_id: string;
  readonly limit_id: string;
  readonly slots: number;
  readonly since: Timestamp;
  /** 0 for a lease that has ended and not been removed yet. */
  readonly in_force: number;
}

/** What the leases hold; nothing where they are gone. */
export async function slotsOfLeases(reader: Reader, leaseIds: readonly string[]): Promise<readonly SlotsHeld[]> {
  return leaseIds.length === 0 ? [] : selectHeld(reader).where("slot.lease_id", "in", leaseIds).execute();
}

/** What is held of the limit, the earliest first; with `holderId` only by that holder. */
export function slotsOfLimit(reader: Reader, limitId: string, holderId?: string): Promise<readonly SlotsHeld[]> {
  return selectHeld(reader)
    .where("slot.limit_id", "=", limitId)
    .where(holdsNow("lease"))
    .$if(holderId !== undefined, (query) => query.where("lease.holder_id", "=", holderId ?? ""))
    .orderBy("lease.created")
    .orderBy("lease.id")
    .execute();
}

function selectHeld(reader: Reader) {
  return reader
    .selectFrom("concurrency_slot as slot")
    .innerJoin("concurrency_lease as lease", "lease.id", "slot.lease_id")
    .select(["slot.lease_id", "slot.limit_id", "slot.slots", "lease.created as since"])
    .select(sql<number>`CASE WHEN ${holdsNow("lease")} THEN 1 ELSE 0 END`.as("in_force"));
}

/** Takes slots away from the leases on a limit, the earliest first; with `anonymous` only from those that name no holder and have no end. */
export async function shrinkLeases(
  tx: Writer,
  { limitId, slots, anonymous }: { readonly limitId: string; readonly slots: number; readonly anonymous: boolean },
): Promise<void> {
  let left = slots;
  const held = await selectHeld(tx)
    .where("slot.limit_id", "=", limitId)
    .$if(anonymous, (query) => query.where("lease.holder_id", "is", null).where("lease.ends_at", "is", null))
    .orderBy("lease.created")
    .orderBy("lease.id")
    .limit(slots)
    .execute();
  for (const { lease_id, limit_id, slots: own } of held) {
    if (left <= 0) return;
    const slot = { lease_id, limit_id };
    if (own > left) await resizeSlot(tx, slot, own - left);
    else await deleteSlot(tx, slot);
    left -= own;
  }
}

interface SlotKey {
  readonly lease_id: string;
  readonly limit_id: string;
}

async function resizeSlot(tx: Writer, { lease_id, limit_id }: SlotKey, slots: number): Promise<void> {
  await tx
    .updateTable("concurrency_slot")
    .set({ slots })
    .where("lease_id", "=", lease_id)
    .where("limit_id", "=", limit_id)
    .execute();
}

/** A lease that holds nothing more is gone. */
async function deleteSlot(tx: Writer, { lease_id, limit_id }: SlotKey): Promise<void> {
  await tx.deleteFrom("concurrency_slot").where("lease_id", "=", lease_id).where("limit_id", "=", limit_id).execute();
  await sql`DELETE FROM concurrency_lease WHERE id = ${lease_id}
    AND NOT EXISTS (SELECT 1 FROM concurrency_slot WHERE lease_id = ${lease_id})`.execute(tx);
}

/** The task runs that hold slots of the limits. */
export function taskRunsHolding(reader: Reader, limitIds: readonly string[]) {
  return reader
    .selectFrom("concurrency_slot as slot")
    .innerJoin("concurrency_lease as lease", "lease.id", "slot.lease_id")
    .select(["slot.limit_id", "lease.holder_id"])
    .where("slot.limit_id", "in", limitIds)
    .where("lease.holder_type", "=", "task_run")
    .where(holdsNow("lease"))
    .orderBy("lease.created")
    .orderBy("lease.id")
    .execute();
}

export async function deleteLeases(tx: Writer, leaseIds: readonly string[]): Promise<void> {
  await tx.deleteFrom("concurrency_lease").where("id", "in", leaseIds).execute();
}

/** Ends the lease; gives the limits whose slots are given back, none where the lease is gone. */
export async function deleteLease(tx: Writer, leaseId: string): Promise<readonly string[]> {
  const limits = await limitsOfLease(tx, leaseId);
  await deleteLeases(tx, [leaseId]);
  return limits;
}

/** The same with all leases that a flow run holds, itself or by its task runs. */
export async function deleteLeasesOfRun(tx: Writer, flowRunId: string): Promise<readonly string[]> {
  const { rows } = await sql<{ id: string }>`SELECT id FROM concurrency_lease
    WHERE ${heldByRun("concurrency_lease", flowRunId)} ORDER BY id`.execute(tx);
  return rows.length === 0 ? [] : freeLeases(tx, rows);
}

/** The same with all leases that these hold. */
export async function deleteLeasesOfHolders(tx: Writer, holderIds: readonly string[]): Promise<readonly string[]> {
  const { rows } = await sql<{ id: string }>`SELECT id FROM concurrency_lease
    WHERE holder_id IN (SELECT id FROM ${idRows(holderIds)} AS holder) ORDER BY id`.execute(tx);
  return rows.length === 0 ? [] : freeLeases(tx, rows);
}

/** The same with all leases that task runs of a flow run hold. */
export async function deleteLeasesOfTaskRuns(tx: Writer, flowRunId: string): Promise<readonly string[]> {
  const { rows } = await sql<{ id: string }>`SELECT id FROM concurrency_lease
    WHERE ${heldByTaskRunOf("concurrency_lease", flowRunId)} ORDER BY id`.execute(tx);
  return rows.length === 0 ? [] : freeLeases(tx, rows);
}

/** What a flow run or one of its task runs holds, or waits for. Of these tables only a few rows name a task run. */
export function heldByRun(table: TableWithHolder, flowRunId: string) {
  const [type, id] = [sql.ref(`${table}.holder_type`), sql.ref(`${table}.holder_id`)];
  return sql<boolean>`((${type} = 'flow_run' AND ${id} = ${flowRunId}) OR ${heldByTaskRunOf(table, flowRunId)})`;
}

type TableWithHolder = "concurrency_lease" | "concurrency_waiter";

function heldByTaskRunOf(table: TableWithHolder, flowRunId: string) {
  const [type, id] = [sql.ref(`${table}.holder_type`), sql.ref(`${table}.holder_id`)];
  return sql<boolean>`(${type} = 'task_run' AND EXISTS
    (SELECT 1 FROM task_run WHERE task_run.id = ${id} AND task_run.flow_run_id = ${flowRunId}))`;
}

/** Removes some leases whose time is over; gives the limits that have free slots by that. */
export async function deleteEndedLeases(tx: Writer, limit: number): Promise<EndedLeases> {
  const { rows } = await sql<{ id: string }>`SELECT id FROM concurrency_lease
    WHERE ends_at IS NOT NULL AND ends_at <= ${leaseTime} ORDER BY ends_at, id LIMIT ${limit}
    ${portable.freeRowLock("concurrency_lease")}`.execute(tx);
  return { leases: rows.length, limitIds: rows.length === 0 ? [] : await freeLeases(tx, rows) };
}

export interface EndedLeases {
  readonly leases: number;
  readonly limitIds: readonly string[];
}

async function freeLeases(tx: Writer, leases: readonly { readonly id: string }[]): Promise<readonly string[]> {
  const ids = leases.map(({ id }) => id);
  const slots = await tx
    .selectFrom("concurrency_slot")
    .select("limit_id")
    .distinct()
    .where("lease_id", "in", ids)
    .orderBy("limit_id")
    .execute();
  await tx.deleteFrom("concurrency_lease").where("id", "in", ids).execute();
  return slots.map(({ limit_id }) => limit_id);
}

export interface SlotHolder {
  readonly flow_run_id: string | null;
  readonly flow_run_name: string | null;
  readonly since: Timestamp;
}

/** Who holds slots of the limit, the earliest first. */
export function holdersOfLimit(reader: Reader, limitId: string, limit: number): Promise<readonly SlotHolder[]> {
  return reader
    .selectFrom("concurrency_slot as slot")
    .innerJoin("concurrency_lease as lease", "lease.id", "slot.lease_id")
    .leftJoin("flow_run", (join) =>
      join.onRef("flow_run.id", "=", "lease.holder_id").on("lease.holder_type", "=", "flow_run"),
    )
    .select(["flow_run.id as flow_run_id", "flow_run.name as flow_run_name", "lease.created as since"])
    .where("slot.limit_id", "=", limitId)
    .where(holdsNow("lease"))
    .orderBy("lease.created")
    .orderBy("lease.id")
    .limit(limit)
    .execute();
}

export interface SlotsOfRun {
  readonly limit: string;
  readonly slots: number;
  readonly since: Timestamp;
  readonly task_run_name: string | null;
}

/** The slots that a flow run holds, itself or by its task runs, the earliest first. */
export async function slotsOfRun(reader: Reader, flowRunId: string, limit: number): Promise<readonly SlotsOfRun[]> {
  const { rows } =
    await sql<SlotsOfRun>`SELECT concurrency_limit.name AS "limit", slot.slots, concurrency_lease.created AS since,
      task_run.name AS task_run_name
    FROM concurrency_lease JOIN concurrency_slot AS slot ON slot.lease_id = concurrency_lease.id
    JOIN concurrency_limit ON concurrency_limit.id = slot.limit_id
    LEFT JOIN task_run ON concurrency_lease.holder_type = 'task_run' AND task_run.id = concurrency_lease.holder_id
    WHERE ${heldByRun("concurrency_lease", flowRunId)} AND ${holdsNow("concurrency_lease")}
    ORDER BY concurrency_lease.created, concurrency_lease.id, concurrency_limit.name LIMIT ${limit}`.execute(reader);
  return rows;
}

/** The lease by which the run holds a slot of the limit now. */
export async function leaseOfRun(reader: Reader, limitId: string, flowRunId: string): Promise<string | undefined> {
  const found = await reader
    .selectFrom("concurrency_lease as lease")
    .innerJoin("concurrency_slot as slot", "slot.lease_id", "lease.id")
    .select("lease.id")
    .where("lease.holder_id", "=", flowRunId)
    .where("lease.holder_type", "=", "flow_run")
    .where("slot.limit_id", "=", limitId)
    .where(holdsNow("lease"))
    .orderBy("lease.id")
    .executeTakeFirst();
  return found?.id;
}
