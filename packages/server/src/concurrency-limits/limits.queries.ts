import type { Timestamp } from "@ostinato/core";
import { type RawBuilder, type Selectable, sql } from "kysely";
import type { Reader, Writer } from "../db/dialect.ts";
import { portable } from "../db/portable.ts";
import type { Tables } from "../db/tables.ts";
import { holdsNow } from "./lease-clock.queries.ts";

export interface LimitRow extends Selectable<Tables["concurrency_limit"]> {
  /** The sum of the slots that somebody holds. */
  readonly active_slots: number;
}

/** The slots of the limit in `concurrency_limit.id` that somebody holds now. */
const heldSlots: RawBuilder<number> = sql`(SELECT coalesce(sum(slot.slots), 0) FROM concurrency_slot AS slot
  JOIN concurrency_lease AS lease ON lease.id = slot.lease_id
  WHERE slot.limit_id = concurrency_limit.id AND ${holdsNow("lease")})`;

function selectLimits(reader: Reader) {
  return reader.selectFrom("concurrency_limit").selectAll().select(heldSlots.as("active_slots"));
}

export async function limitsByIds(reader: Reader, ids: readonly string[]): Promise<readonly LimitRow[]> {
  return ids.length === 0 ? [] : (await selectLimits(reader).where("id", "in", ids).execute()).map(withNumbers);
}

export async function limitsByNames(reader: Reader, names: readonly string[]): Promise<readonly LimitRow[]> {
  return (await selectLimits(reader).where("name", "in", names).orderBy("id").execute()).map(withNumbers);
}

/** PostgreSQL gives a sum as text. */
function withNumbers<R extends { readonly active_slots: number }>(row: R): R {
  return { ...row, active_slots: Number(row.active_slots) };
}

/** Holds the limits until the unit of work ends, in the order of their ids, which everybody takes them in. */
export async function lockLimits(tx: Writer, ids: readonly string[]): Promise<void> {
  await tx
    .selectFrom("concurrency_limit")
    .select("id")
    .where("id", "in", ids)
    .orderBy("id")
    .modifyEnd(portable.rowLock("concurrency_limit"))
    .execute();
}

/** The limits with these names, held until the unit of work ends. */
export async function lockLimitsNamed(tx: Writer, names: readonly string[]): Promise<readonly string[]> {
  const rows = await tx
    .selectFrom("concurrency_limit")
    .select("id")
    .where("name", "in", names)
    .orderBy("id")
    .modifyEnd(portable.rowLock("concurrency_limit"))
    .execute();
  return rows.map(({ id }) => id);
}

interface NewLimit {
  readonly id: string;
  readonly name: string;
  readonly maxSlots: number;
  readonly now: Timestamp;
}

/** Makes the limit, or changes the one with the name; gives its id. */
export async function putLimit(tx: Writer, { id, name, maxSlots, now }: NewLimit): Promise<string> {
  const put = await tx
    .insertInto("concurrency_limit")
    .values({
      id,
      name,
      created: now,
      updated: now,
      active: 1,
      max_slots: maxSlots,
      slot_decay_per_second: 0,
      denied_slots: 0,
      avg_slot_occupancy_seconds: 2,
    })
    .onConflict((conflict) => conflict.column("name").doUpdateSet({ max_slots: maxSlots, updated: now }))
    .returning("id")
    .executeTakeFirstOrThrow();
  return put.id;
}

/** The slots of the limit are free then, and deployments that had it have none. */
export async function deleteLimit(tx: Writer, name: string): Promise<void> {
  await tx.deleteFrom("concurrency_limit").where("name", "=", name).execute();
}

export async function setLimitOfDeployment(tx: Writer, deploymentId: string, limitId: string): Promise<void> {
  await tx.updateTable("deployment").set({ concurrency_limit_id: limitId }).where("id", "=", deploymentId).execute();
}
