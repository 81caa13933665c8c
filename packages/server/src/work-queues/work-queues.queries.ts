import type { WorkQueueFilter } from "@ostinato/protocol";
import { type Insertable, type RawBuilder, type Selectable, sql, type Updateable } from "kysely";
import { everything } from "../criteria/conditions.queries.ts";
import { workQueueCondition } from "../criteria/work-pools.queries.ts";
import type { Reader, Writer } from "../db/dialect.ts";
import { portable } from "../db/portable.ts";
import { holdsSlot } from "../db/state-sql.ts";
import type { Tables } from "../db/tables.ts";
import type { Ranked } from "./priorities.rules.ts";

/** A work queue with its pool, and the slots of its limit that are taken. */
export interface QueueRow extends Selectable<Tables["work_queue"]> {
  readonly pool_name: string;
  readonly pool_type: string;
  /** Null where it has no limit. */
  readonly active_slots: number | null;
}

/** The pool of a queue, as its events name it. */
export interface PoolOfQueue {
  readonly id: string;
  readonly name: string;
  readonly type: string;
}

const takenOfLimit: RawBuilder<number | null> = sql`CASE WHEN work_queue.concurrency_limit IS NULL THEN NULL
  ELSE (SELECT count(*) FROM flow_run WHERE flow_run.work_queue_id = work_queue.id
    AND ${holdsSlot("flow_run")}) END`;

function selectQueues(reader: Reader) {
  return reader
    .selectFrom("work_queue")
    .innerJoin("work_pool", "work_pool.id", "work_queue.work_pool_id")
    .selectAll("work_queue")
    .select(["work_pool.name as pool_name", "work_pool.type as pool_type", takenOfLimit.as("active_slots")]);
}

async function rowsOf(query: ReturnType<typeof selectQueues>): Promise<QueueRow[]> {
  return (await query.execute()).map(withNumbers);
}

/** PostgreSQL gives a count as text. */
function withNumbers(row: QueueRow): QueueRow {
  return row.active_slots === null ? row : { ...row, active_slots: Number(row.active_slots) };
}

export async function queueById(reader: Reader, id: string): Promise<QueueRow | undefined> {
  return (await rowsOf(selectQueues(reader).where("work_queue.id", "=", id)))[0];
}

export function queuesByIds(reader: Reader, ids: readonly string[]): Promise<QueueRow[]> {
  return rowsOf(selectQueues(reader).where("work_queue.id", "in", ids));
}

export async function queueByNames(
  reader: Reader,
  { pool, queue }: { readonly pool: string; readonly queue: string },
): Promise<QueueRow | undefined> {
  const query = selectQueues(reader).where("work_pool.name", "=", pool).where("work_queue.name", "=", queue);
  return (await rowsOf(query))[0];
}

export interface QueueQuery {
  readonly filter: WorkQueueFilter | null | undefined;
  /** Undefined for all pools. */
  readonly poolId?: string;
  readonly limit: number;
  readonly offset: number;
}

/** The queues of a pool by their priorities, those of all pools by their names. */
export function findQueues(reader: Reader, { filter, poolId, limit, offset }: QueueQuery): Promise<QueueRow[]> {
  const order = poolId === undefined ? (["work_queue.name"] as const) : (["work_queue.priority"] as const);
  return rowsOf(
    selectQueues(reader)
      .where(workQueueCondition(filter) ?? everything)
      .$if(poolId !== undefined, (query) => query.where("work_queue.work_pool_id", "=", poolId ?? ""))
      .orderBy(order)
      .orderBy("work_queue.id")
      .limit(limit)
      .offset(offset),
  );
}

export function allQueues(reader: Reader): Promise<QueueRow[]> {
  return rowsOf(selectQueues(reader).orderBy("work_queue.name").orderBy("work_queue.id"));
}

export function queuesOfPool(reader: Reader, poolId: string): Promise<QueueRow[]> {
  return rowsOf(selectQueues(reader).where("work_queue.work_pool_id", "=", poolId).orderBy("work_queue.priority"));
}

export function queuesOfPools(reader: Reader, poolIds: readonly string[]) {
  return reader
    .selectFrom("work_queue")
    .select(["id", "name", "work_pool_id"])
    .where("work_pool_id", "in", poolIds)
    .orderBy("priority")
    .orderBy("id")
    .execute();
}

export async function poolIdByName(reader: Reader, name: string): Promise<string | undefined> {
  const found = await reader.selectFrom("work_pool").select("id").where("name", "=", name).executeTakeFirst();
  return found?.id;
}

const held = ["id", "name", "type", "default_queue_id"] as const;

/** Holds the pool until the unit of work ends: whoever changes its limit, its queues or their limits does. */
export function lockPool(tx: Writer, id: string) {
  return tx
    .selectFrom("work_pool")
    .select(held)
    .where("id", "=", id)
    .modifyEnd(portable.rowLock("work_pool"))
    .executeTakeFirst();
}

export function lockPoolNamed(tx: Writer, name: string) {
  return tx
    .selectFrom("work_pool")
    .select(held)
    .where("name", "=", name)
    .modifyEnd(portable.rowLock("work_pool"))
    .executeTakeFirst();
}

export async function prioritiesOf(reader: Reader, poolId: string): Promise<readonly Ranked[]> {
  return reader.selectFrom("work_queue").select(["id", "priority"]).where("work_pool_id", "=", poolId).execute();
}

export async function setPriorities(tx: Writer, moved: readonly Ranked[]): Promise<void> {
  for (const { id, priority } of moved) await updateQueue(tx, id, { priority });
}

/** Adds the queue where its pool has none of the name; gives false where it has one. */
export async function insertQueue(tx: Writer, row: Insertable<Tables["work_queue"]>): Promise<boolean> {
  const result = await tx
    .insertInto("work_queue")
    .values(row)
    .onConflict((conflict) => conflict.columns(["work_pool_id", "name"]).doNothing())
    .executeTakeFirst();
  return (result.numInsertedOrUpdatedRows ?? 0n) > 0n;
}

export async function updateQueue(tx: Writer, id: string, change: Updateable<Tables["work_queue"]>): Promise<void> {
  await tx.updateTable("work_queue").set(change).where("id", "=", id).execute();
}

export async function deleteQueue(tx: Writer, id: string): Promise<void> {
  await tx.deleteFrom("work_queue").where("id", "=", id).execute();
}

export async function tagsOfDeployment(reader: Reader, id: string) {
  return reader.selectFrom("deployment").select("tags").where("id", "=", id).executeTakeFirst();
}
