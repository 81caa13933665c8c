import type { Reader } from "../db/dialect.ts";

/** The queue of a work pool with the pool, by their names. */
export async function placeByNames(reader: Reader, poolName: string, queueName: string | null) {
  const found = await reader
    .selectFrom("work_pool")
    .innerJoin("work_queue", "work_queue.work_pool_id", "work_pool.id")
    .select([
      "work_queue.id",
      "work_queue.name",
      "work_pool.id as pool_id",
      "work_pool.name as pool_name",
      "work_pool.type",
    ])
    .where("work_pool.name", "=", poolName)
    .$if(queueName === null, (query) => query.whereRef("work_queue.id", "=", "work_pool.default_queue_id"))
    .$if(queueName !== null, (query) => query.where("work_queue.name", "=", queueName ?? ""))
    .executeTakeFirst();
  if (found === undefined) return undefined;
  const { id, name, pool_id, pool_name, type } = found;
  return { queue: { id, name }, pool: { id: pool_id, name: pool_name, type } };
}
