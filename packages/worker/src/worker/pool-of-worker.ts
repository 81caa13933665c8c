import type { Client } from "@ostinato/client";
import { ApiError, isNotFound, ServerUnreachable } from "@ostinato/client";
import { type Clock, didYouMean, exponentialDelay, sleep } from "@ostinato/core";
import { workerType, workerTypes } from "@ostinato/job-templates/worker-types";
import type {
  createWorkPool,
  filterQueuesOfPool,
  filterWorkPools,
  readWorkPool,
  updateWorkPool,
  WorkPool,
} from "@ostinato/protocol";
import { WorkerError } from "./worker-error.ts";

export interface PoolOfWorkerOptions {
  readonly client: Client;
  readonly clock: Clock;
  readonly poolName: string;
  /** The type that the worker was asked for; by default that of the pool. */
  readonly type: string | undefined;
  /** The queues of the pool that the worker was asked for; none stand for all. */
  readonly queues: readonly string[];
  /** Whether a pool that is not there is created. */
  readonly create: boolean;
  /** Ends the waiting for a server that does not answer. */
  readonly signal: AbortSignal;
}

const defaultType = "process";

/**
 * The pool that the worker serves, once the server answers. Throws a `WorkerError` where there is no such pool or queue, or a pool of another
 * type.
 */
export async function openPool(options: PoolOfWorkerOptions): Promise<WorkPool> {
  const pool = await untilAnswered(options, () => findOrCreate(options));
  const { type, poolName } = options;
  if (type === undefined || type === pool.type) {
    return await untilAnswered(options, async () => {
      await requireQueues(options);
      return await withTemplate(options, pool);
    });
  }
  throw new WorkerError(
    `Work pool "${poolName}" is of the type ${pool.type}, and its runs need a worker of that type: start this one with --type ${pool.type}, or for another pool.`,
  );
}

/** The pool as it is now; undefined where it was deleted. */
export async function readPool(client: Client, name: string): Promise<WorkPool | undefined> {
  try {
    return await client.call<typeof readWorkPool>("GET /work_pools/{name}", { params: { name } });
  } catch (error) {
    if (isNotFound(error)) return undefined;
    throw error;
  }
}

async function findOrCreate(options: PoolOfWorkerOptions): Promise<WorkPool> {
  const { client, poolName, create } = options;
  const found = await readPool(client, poolName);
  if (found !== undefined) return found;
  if (!create) throw new WorkerError(await noPool(options));
  try {
    return await client.call<typeof createWorkPool>("POST /work_pools/", { body: newPool(options) });
  } catch (error) {
    // Somebody else has created it at the same moment.
    const other = error instanceof ApiError && error.status === 409 ? await readPool(client, poolName) : undefined;
    if (other === undefined) throw error;
    return other;
  }
}

async function requireQueues({ client, poolName, queues }: PoolOfWorkerOptions): Promise<void> {
  if (queues.length === 0) return;
  const found = await client.call<typeof filterQueuesOfPool>("POST /work_pools/{work_pool_name}/queues/filter", {
    params: { work_pool_name: poolName },
    body: {},
  });
  const names = found.map(({ name }) => name);
  const missing = queues.find((name) => !names.includes(name));
  if (missing === undefined) return;
  throw new WorkerError(
    `Work pool "${poolName}" has no queue "${missing}".${didYouMean(missing, names) || ` Its queues are: ${names.join(", ")}.`} Create it with "ostinato work-queue create ${missing} --pool ${poolName}".`,
  );
}

/** A pool that was made without a job template gets that of its type from its first worker. */
async function withTemplate({ client, poolName }: PoolOfWorkerOptions, pool: WorkPool): Promise<WorkPool> {
  const template = workerType(pool.type)?.default_base_job_configuration;
  if (Object.keys(pool.base_job_template).length > 0 || template === undefined) return pool;
  const base_job_template = { ...template };
  await client.call<typeof updateWorkPool>("PATCH /work_pools/{name}", {
    params: { name: poolName },
    body: { base_job_template },
  });
  return { ...pool, base_job_template };
}

function newPool({ poolName: name, type = defaultType }: PoolOfWorkerOptions) {
  const template = workerType(type)?.default_base_job_configuration;
  if (template === undefined) {
    const known = workerTypes.map((one) => one.type).join(", ");
    throw new WorkerError(`There is no type of work pools "${type}". The types are: ${known}.`);
  }
  return { name, type, base_job_template: { ...template } };
}

async function noPool({ client, poolName, type = defaultType }: PoolOfWorkerOptions): Promise<string> {
  const pools = await client.call<typeof filterWorkPools>("POST /work_pools/filter", { body: { limit: 20 } });
  const names = pools.map(({ name }) => name).join(", ");
  const have = pools.length === 0 ? "There are none yet." : `There are: ${names}.`;
  return `There is no work pool "${poolName}". ${have} Create it with "ostinato work-pool create ${poolName} --type ${type}", or start the worker with --create.`;
}

/** A worker may be started before its server. */
async function untilAnswered<T>({ clock, signal }: PoolOfWorkerOptions, ask: () => Promise<T>): Promise<T> {
  for (let attempt = 0; ; attempt += 1) {
    try {
      return await ask();
    } catch (error) {
      if (!(error instanceof ServerUnreachable)) throw error;
    }
    await sleep(clock, exponentialDelay(attempt, { baseSeconds: 0.2, capSeconds: 10 }), signal);
  }
}
