import type { Insertable } from "kysely";
import type { Reader, Writer } from "../db/dialect.ts";
import type { Tables } from "../db/tables.ts";

/** The queue of a work pool with the pool, by their names. */
export async function placeByNames(reader: Reader, poolName: string, queueName: string) {
  const found = await reader
    .selectFrom("work_queue")
    .innerJoin("work_pool", "work_pool.id", "work_queue.work_pool_id")
    .select([
      "work_queue.id",
      "work_queue.name",
      "work_pool.id as pool_id",
      "work_pool.name as pool_name",
      "work_pool.type",
    ])
    .where("work_pool.name", "=", poolName)
    .where("work_queue.name", "=", queueName)
    .executeTakeFirst();
  if (found === undefined) return undefined;
  const { id, name, pool_id, pool_name, type } = found;
  return { queue: { id, name }, pool: { id: pool_id, name: pool_name, type } };
}

export function poolByName(reader: Reader, name: string) {
  return reader.selectFrom("work_pool").select(["id", "name", "type"]).where("name", "=", name).executeTakeFirst();
}

/** Adds the pool where none has the name. */
export async function insertPool(tx: Writer, row: Insertable<Tables["work_pool"]>): Promise<void> {
  await tx
    .insertInto("work_pool")
    .values(row)
    .onConflict((conflict) => conflict.column("name").doNothing())
    .execute();
}

/** Adds the queue where its pool has none of the name. */
export async function insertQueue(tx: Writer, row: Insertable<Tables["work_queue"]>): Promise<void> {
  await tx
    .insertInto("work_queue")
    .values(row)
    .onConflict((conflict) => conflict.columns(["work_pool_id", "name"]).doNothing())
    .execute();
}
