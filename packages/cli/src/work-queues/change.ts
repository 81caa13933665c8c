import { ApiError, type Client } from "@ostinato/client";
import {
  createQueueOfPool,
  readQueueOfPool,
  updateQueueOfPool,
  type WorkQueue,
  type WorkQueueUpdate,
} from "@ostinato/protocol";
import { withServer } from "../connect.ts";
import { CliError } from "../errors.ts";
import { say, sayJson } from "../output/output.ts";
import { findPool } from "../work-pools/find.ts";
import { findQueue } from "./find.ts";

export interface InPool {
  readonly pool: string;
  readonly json?: boolean;
}

export interface NewQueue extends InPool {
  readonly priority?: number;
  readonly concurrencyLimit?: number;
  readonly description?: string;
}

export function create(name: string, { pool, json, ...fields }: NewQueue): Promise<void> {
  return withServer(async ({ client }) => {
    const { name: work_pool_name } = await findPool(client, pool);
    const body = {
      name,
      description: fields.description ?? null,
      concurrency_limit: fields.concurrencyLimit ?? null,
      priority: fields.priority ?? null,
    };
    const queue = await client.call(createQueueOfPool, { params: { work_pool_name }, body }).catch((error: unknown) => {
      if (error instanceof ApiError && error.status === 409)
        throw new CliError(`Work pool ${pool} has a queue ${JSON.stringify(name)} already.`);
      throw error;
    });
    if (json) sayJson(queue);
    else say(`Work pool ${pool} has the queue ${name}, with priority ${queue.priority}.`);
  });
}

export function pause(name: string, options: InPool): Promise<void> {
  return change(
    name,
    options,
    { is_paused: true },
    'is paused: no run of it starts until "ostinato work-queue resume"',
  );
}

export function resume(name: string, options: InPool): Promise<void> {
  return change(name, options, { is_paused: false }, "starts runs again");
}

export function setPriority(name: string, priority: number, options: InPool): Promise<void> {
  return change(name, options, { priority }, `has priority ${priority}`);
}

export function setLimit(name: string, limit: number | null, options: InPool): Promise<void> {
  const words = limit === null ? "has no limit" : `has a limit of ${limit}`;
  return change(name, options, { concurrency_limit: limit }, words);
}

function change(name: string, { pool, json }: InPool, body: WorkQueueUpdate, words: string): Promise<void> {
  return withServer(async ({ client }) => {
    const queue = await changed(client, { pool, name, body });
    if (json) sayJson(queue);
    else say(`Queue ${name} of work pool ${pool} ${words}.`);
  });
}

async function changed(
  client: Client,
  { pool, name, body }: { readonly pool: string; readonly name: string; readonly body: WorkQueueUpdate },
): Promise<WorkQueue> {
  await findQueue(client, pool, name);
  const params = { work_pool_name: pool, name };
  await client.call(updateQueueOfPool, { params, body });
  return await client.call(readQueueOfPool, { params });
}
