import { type Client, isNotFound } from "@ostinato/client";
import { didYouMean } from "@ostinato/core";
import { filterQueuesOfPool, readQueueOfPool, type WorkQueue } from "@ostinato/protocol";
import { CliError } from "../errors.ts";
import { pageRows } from "../pages.ts";
import { findPool } from "../work-pools/find.ts";

/** Finds a queue of a work pool by their names. */
export async function findQueue(client: Client, pool: string, name: string): Promise<WorkQueue> {
  try {
    return await client.call(readQueueOfPool, { params: { work_pool_name: pool, name } });
  } catch (error) {
    if (!isNotFound(error)) throw error;
  }
  await findPool(client, pool);
  const queues = await client.call(filterQueuesOfPool, { params: { work_pool_name: pool }, body: { limit: pageRows } });
  const names = queues.map((queue) => queue.name);
  throw new CliError(
    `Work pool ${pool} has no queue ${JSON.stringify(name)}.${didYouMean(name, names) || ` Its queues are: ${names.join(", ")}.`}`,
  );
}
