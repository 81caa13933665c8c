import { isUuid, microsPerSecond, type Timestamp } from "@ostinato/core";
import { type RawBuilder, type Selectable, sql, type Updateable } from "kysely";
import type { Reader, Writer } from "../db/dialect.ts";
import { holdsNow } from "../db/lease-clock.ts";
import { portable } from "../db/portable.ts";
import type { Tables } from "../db/tables.ts";
import { slotsFilled } from "./filling.rules.ts";

export interface LimitRow extends Selectable<Tables["concurrency_limit"]> {
  /** The slots that are taken now. */
  readonly active_slots: number;
  /** 1 where deployments have the limit, whose runs may wait for its slots. */
  readonly of_deployments: number;
}

/** The slots of the limit in `concurrency_limit.id` that somebody holds now. */
const heldSlots: RawBuilder<number> = sql`(SELECT coalesce(sum(slot.slots), 0) FROM concurrency_slot AS slot
  JOIN concurrency_lease AS lease ON lease.id = slot.lease_id
  WHERE slot.limit_id = concurrency_limit.id AND ${holdsNow("lease")})`;

const ofDeployments: RawBuilder<number> = sql`(SELECT count(*) FROM (SELECT 1 FROM deployment
  WHERE deployment.concurrency_limit_id = concurrency_limit.id LIMIT 1) AS one)`;

function selectLimits(reader: Reader) {
  return reader
    .selectFrom("concurrency_limit")
    .selectAll()
    .select([heldSlots.as("active_slots"), ofDeployments.as("of_deployments")]);
}

export async function limitsByIds(
  reader: Reader,
  ids: readonly string[],
  now: Timestamp,
): Promise<readonly LimitRow[]> {
  return ids.length === 0
    ? []
    : limitsOf(await selectLimits(reader).where("id", "in", ids).orderBy("id").execute(), now);
}

export async function limitsByNames(
  reader: Reader,
  names: readonly string[],
  now: Timestamp,
): Promise<readonly LimitRow[]> {
  if (names.length === 0) return [];
  return limitsOf(await selectLimits(reader).where("name", "in", names).orderBy("id").execute(), now);
}

/** The limit with this id, or else with this name. */
export async function limitByIdOrName(reader: Reader, idOrName: string, now: Timestamp): Promise<LimitRow | undefined> {
  const found = isUuid(idOrName)
    ? await selectLimits(reader).where("id", "=", idOrName.toLowerCase()).execute()
    : await selectLimits(reader).where("name", "=", idOrName).execute();
  return limitsOf(found, now)[0];
}

export interface LimitPage {
  readonly limit: number;
  readonly offset: number;
  /** Only those whose names begin so. */
  readonly prefix?: string;
}

/** By name, without those that belong to keys. */
export async function listLimits(
  reader: Reader,
  { limit, offset, prefix = "" }: LimitPage,
  now: Timestamp,
): Promise<readonly LimitRow[]> {
  const rows = await selectLimits(reader)
    .where("keyed", "=", 0)
    .where(sql<boolean>`substr(name, 1, ${sql.lit(prefix.length)}) = ${prefix}`)
    .orderBy("name")
    .limit(limit)
    .offset(offset)
    .execute();
  return limitsOf(rows, now);
}

/** PostgreSQL gives sums and counts as text. */
function limitsOf<R extends LimitRow>(rows: readonly R[], now: Timestamp): readonly R[] {
  return rows.map((row) => ({
    ...row,
    of_deployments: Number(row.of_deployments),
    active_slots: row.slot_decay_per_second > 0 ? slotsFilled(row, now) : Number(row.active_slots),
  }));
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
  if (names.length === 0) return [];
  const rows = await tx
    .selectFrom("concurrency_limit")
    .select("id")
    .where("name", "in", names)
    .orderBy("id")
    .modifyEnd(portable.rowLock("concurrency_limit"))
    .execute();
  return rows.map(({ id }) => id);
}

/** The limits with these names and those with these ids. */
export interface SoughtLimits {
  readonly names: readonly string[];
  readonly ids: readonly string[];
}

export function isNothing({ names, ids }: SoughtLimits): boolean {
  return names.length === 0 && ids.length === 0;
}

/** There is a name or an id: PostgreSQL refuses an empty list. */
export function isSought({ names, ids }: SoughtLimits): RawBuilder<boolean> {
  const named = names.length === 0 ? undefined : sql<boolean>`name IN (${sql.join([...new Set(names)])})`;
  const known = ids.length === 0 ? undefined : sql<boolean>`concurrency_limit.id IN (${sql.join([...new Set(ids)])})`;
  return named === undefined || known === undefined ? (named ?? known ?? sql`1 = 0`) : sql`(${known} OR ${named})`;
}

/** Holds the limits until the unit of work ends. */
export async function lockLimitsOf(tx: Writer, sought: SoughtLimits): Promise<void> {
  if (isNothing(sought)) return;
  await tx
    .selectFrom("concurrency_limit")
    .select("id")
    .where(isSought(sought))
    .orderBy("id")
    .modifyEnd(portable.rowLock("concurrency_limit"))
    .execute();
}

export async function limitsSought(reader: Reader, sought: SoughtLimits, now: Timestamp): Promise<readonly LimitRow[]> {
  return isNothing(sought)
    ? []
    : limitsOf(await selectLimits(reader).where(isSought(sought)).orderBy("id").execute(), now);
}

/** The limits with these names, in the order of their ids. */
export async function limitsWithNames(
  reader: Reader,
  names: readonly string[],
): Promise<readonly { readonly id: string; readonly name: string }[]> {
  if (names.length === 0) return [];
  return reader
    .selectFrom("concurrency_limit")
    .select(["id", "name"])
    .where("name", "in", names)
    .orderBy("id")
    .execute();
}

export async function namesOfLimits(
  reader: Reader,
  ids: readonly string[],
): Promise<readonly { readonly id: string; readonly name: string }[]> {
  if (ids.length === 0) return [];
  return reader.selectFrom("concurrency_limit").select(["id", "name"]).where("id", "in", ids).execute();
}

export interface NewLimit {
  readonly id: string;
  readonly name: string;
  readonly maxSlots: number;
  readonly now: Timestamp;
  readonly decayPerSecond?: number;
  readonly keyed?: boolean;
  readonly active?: boolean;
  readonly deniedSlots?: number;
}

function newRow(limit: NewLimit) {
  const { id, name, maxSlots, now, decayPerSecond = 0, keyed = false, active = true, deniedSlots = 0 } = limit;
  return {
    id,
    name,
    created: now,
    updated: now,
    active: active ? 1 : 0,
    max_slots: maxSlots,
    slot_decay_per_second: decayPerSecond,
    denied_slots: deniedSlots,
    avg_slot_occupancy_seconds: 2,
    filled: 0,
    filled_at: null,
    keyed: keyed ? 1 : 0,
  } as const;
}

/** Makes the limit; false where one has the name. */
export async function insertLimit(tx: Writer, limit: NewLimit): Promise<boolean> {
  const made = await tx
    .insertInto("concurrency_limit")
    .values(newRow(limit))
    .onConflict((conflict) => conflict.column("name").doNothing())
    .returning("id")
    .executeTakeFirst();
  return made !== undefined;
}

/** Makes the limit, or changes the one with the name; gives its id. */
export async function putLimit(tx: Writer, limit: NewLimit): Promise<string> {
  const { maxSlots: max_slots, now: updated, decayPerSecond: slot_decay_per_second = 0 } = limit;
  const put = await tx
    .insertInto("concurrency_limit")
    .values(newRow(limit))
    .onConflict((conflict) =>
      conflict
        .column("name")
        .doUpdateSet({ max_slots, updated, slot_decay_per_second, ...(limit.keyed ? {} : { keyed: 0 }) }),
    )
    .returning("id")
    .executeTakeFirstOrThrow();
  return put.id;
}

export async function updateLimit(
  tx: Writer,
  id: string,
  change: Updateable<Tables["concurrency_limit"]>,
): Promise<void> {
  await tx.updateTable("concurrency_limit").set(change).where("id", "=", id).execute();
}

/** The slots of the limit are free then, and deployments that had it have none. */
export async function deleteLimit(tx: Writer, name: string): Promise<void> {
  await tx.deleteFrom("concurrency_limit").where("name", "=", name).execute();
}

export async function setLimitOfDeployment(tx: Writer, deploymentId: string, limitId: string): Promise<void> {
  await tx.updateTable("deployment").set({ concurrency_limit_id: limitId }).where("id", "=", deploymentId).execute();
}

export interface UnusedKeyed {
  readonly before: Timestamp;
  readonly now: Timestamp;
  /** Removes no more at once. */
  readonly limit: number;
}

/** Removes some limits of keys that nobody has needed since then. A rate stays until all of its slots are free again. */
export async function deleteUnusedKeyed(tx: Writer, { before, now, limit }: UnusedKeyed): Promise<number> {
  const { rows } = await sql`DELETE FROM concurrency_limit WHERE id IN (SELECT id FROM concurrency_limit
    WHERE keyed = 1 AND updated < ${before}
      AND (filled_at IS NULL OR filled * ${sql.lit(microsPerSecond)} <= slot_decay_per_second * (${now} - filled_at))
      AND NOT EXISTS (SELECT 1 FROM concurrency_slot WHERE concurrency_slot.limit_id = concurrency_limit.id)
      AND NOT EXISTS (SELECT 1 FROM concurrency_waiter WHERE concurrency_waiter.limit_id = concurrency_limit.id)
    ORDER BY updated, id LIMIT ${limit}) RETURNING id`.execute(tx);
  return rows.length;
}

export async function deploymentsWithLimit(reader: Reader, limitId: string): Promise<readonly string[]> {
  const rows = await reader
    .selectFrom("deployment")
    .select("id")
    .where("concurrency_limit_id", "=", limitId)
    .orderBy("id")
    .execute();
  return rows.map(({ id }) => id);
}
