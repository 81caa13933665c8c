import type { WorkPoolFilter } from "@ostinato/protocol";
import { type Insertable, type RawBuilder, type Selectable, sql, type Updateable } from "kysely";
import { everything } from "../criteria/conditions.queries.ts";
import { countMatching } from "../criteria/counting.queries.ts";
import { workPoolCondition } from "../criteria/work-pools.queries.ts";
import type { Reader, Writer } from "../db/dialect.ts";
import { portable } from "../db/portable.ts";
import { holdsSlot } from "../db/state-sql.ts";
import type { Tables } from "../db/tables.ts";

/** A work pool with the slots of its limit that are taken. */
export interface PoolRow extends Selectable<Tables["work_pool"]> {
  /** Null where it has no limit. */
  readonly active_slots: number | null;
}

const takenOfLimit: RawBuilder<number | null> = sql`CASE WHEN work_pool.concurrency_limit IS NULL THEN NULL
  ELSE (SELECT count(*) FROM work_queue CROSS JOIN flow_run WHERE work_queue.work_pool_id = work_pool.id
    AND flow_run.work_queue_id = work_queue.id AND ${holdsSlot("flow_run")}) END`;

function selectPools(reader: Reader) {
  return reader.selectFrom("work_pool").selectAll().select(takenOfLimit.as("active_slots"));
}

async function rowsOf(query: ReturnType<typeof selectPools>): Promise<PoolRow[]> {
  return (await query.execute()).map(withNumbers);
}

/** PostgreSQL gives a count as text. */
function withNumbers(row: PoolRow): PoolRow {
  return row.active_slots === null ? row : { ...row, active_slots: Number(row.active_slots) };
}

export async function poolByName(reader: Reader, name: string): Promise<PoolRow | undefined> {
  return (await rowsOf(selectPools(reader).where("work_pool.name", "=", name)))[0];
}

/** What signs of life of workers ask, many times a minute: it counts no runs. */
export function standingOfPool(reader: Reader, key: { readonly name: string } | { readonly id: string }) {
  return reader
    .selectFrom("work_pool")
    .select(["id", "status", "updated"])
    .$if("name" in key, (query) => query.where("name", "=", "name" in key ? key.name : ""))
    .$if("id" in key, (query) => query.where("id", "=", "id" in key ? key.id : ""))
    .executeTakeFirst();
}

export function poolsByIds(reader: Reader, ids: readonly string[]): Promise<PoolRow[]> {
  return ids.length === 0 ? Promise.resolve([]) : rowsOf(selectPools(reader).where("work_pool.id", "in", ids));
}

/** The same as `poolByName`, held until the unit of work ends. */
export async function poolForChange(tx: Writer, name: string): Promise<PoolRow | undefined> {
  const held = await tx
    .selectFrom("work_pool")
    .select("id")
    .where("name", "=", name)
    .modifyEnd(portable.rowLock("work_pool"))
    .executeTakeFirst();
  return held && (await poolsByIds(tx, [held.id]))[0];
}

export interface PoolQuery {
  readonly filter: WorkPoolFilter | null | undefined;
  readonly limit: number;
  readonly offset: number;
}

export function findPools(reader: Reader, { filter, limit, offset }: PoolQuery): Promise<PoolRow[]> {
  return rowsOf(
    selectPools(reader)
      .where(workPoolCondition(filter) ?? everything)
      .orderBy("work_pool.name")
      .limit(limit)
      .offset(offset),
  );
}

export function countPools(reader: Reader, filter: WorkPoolFilter | null | undefined): Promise<number> {
  return countMatching(reader, "work_pool", workPoolCondition(filter));
}

/** Adds the pool where none has the name; gives false where there is one. */
export async function insertPool(tx: Writer, row: Insertable<Tables["work_pool"]>): Promise<boolean> {
  const result = await tx
    .insertInto("work_pool")
    .values(row)
    .onConflict((conflict) => conflict.column("name").doNothing())
    .executeTakeFirst();
  return (result.numInsertedOrUpdatedRows ?? 0n) > 0n;
}

export async function updatePool(tx: Writer, id: string, change: Updateable<Tables["work_pool"]>): Promise<void> {
  await tx.updateTable("work_pool").set(change).where("id", "=", id).execute();
}

/** Its queues and workers go with it, by the foreign keys. */
export async function deletePool(tx: Writer, id: string): Promise<void> {
  await tx.deleteFrom("work_pool").where("id", "=", id).execute();
}

export async function hasOnlineWorker(reader: Reader, poolId: string): Promise<boolean> {
  const found = await reader
    .selectFrom("worker")
    .select("id")
    .where("work_pool_id", "=", poolId)
    .where("status", "=", "ONLINE")
    .limit(1)
    .executeTakeFirst();
  return found !== undefined;
}
