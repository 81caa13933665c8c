import { includesAccess, PlaceName } from "@ostinato/protocol";
import type { Context } from "../kernel/context.ts";
import { type Unit, unit } from "../kernel/unit.ts";
import { readAs } from "../kernel/validation.ts";
import { addPool } from "../work-pools/new-pools.service.ts";
import * as workPools from "../work-pools/work-pools.service.ts";
import * as workQueues from "../work-queues/work-queues.service.ts";
import * as workers from "../workers/workers.service.ts";
import { ChannelEnded, type Terms } from "./hello.ts";
import type { QueueName } from "./pool-feed.service.ts";

/** Where a worker has joined. */
export interface Joined {
  readonly poolId: string;
  readonly queues: readonly QueueName[];
}

/**
 * Has the worker join the pool, which is created or gets a job template where the worker has leave to do so, and notes its first sign
 * of life. Throws `ChannelEnded` where the pool or one of the queues does not exist, and where no pool can have the name.
 */
export function join(context: Context, poolName: string, terms: Terms): Promise<Joined> {
  return unit(context, async (unit) => {
    const pool = await poolFor(unit, poolName, terms);
    const queues = await queuesFor(unit, pool.id, terms.queueNames);
    const { workerName: name, intervalSeconds, metadata } = terms;
    await workers.noteSign(unit, poolName, { name, heartbeat_interval_seconds: intervalSeconds, metadata });
    return { poolId: pool.id, queues };
  });
}

async function poolFor(unit: Unit, name: string, { createsPool, workerType: type, template }: Terms) {
  const mayEdit = includesAccess(unit.context.actor.access, "edit");
  const known = await workPools.findRow(unit.tx, name);
  if (known === undefined) {
    if (!createsPool || !mayEdit || workPools.isReserved(name)) throw new ChannelEnded("authorization_failed");
    if (readAs(PlaceName, name).problems.length > 0) throw new ChannelEnded("protocol_error");
    await addPool(unit, { name, type, base_job_template: template });
    return workPools.rowOf(unit.tx, name);
  }
  const lacksTemplate = known.base_job_template === "{}" && Object.keys(template).length > 0;
  if (lacksTemplate && mayEdit) await workPools.changeIn(unit, name, { base_job_template: template });
  return known;
}

async function queuesFor(unit: Unit, poolId: string, names: readonly string[]): Promise<readonly QueueName[]> {
  const queues = await workQueues.rowsOfPool(unit.tx, poolId);
  if (names.length === 0) return queues;
  const byName = new Map(queues.map((queue) => [queue.name, queue]));
  return names.map((name) => {
    const queue = byName.get(name);
    if (queue === undefined) throw new ChannelEnded("authorization_failed");
    return queue;
  });
}
