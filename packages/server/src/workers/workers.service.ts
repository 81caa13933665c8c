import { timeOrderedId } from "@ostinato/core";
import type { BodyOf, filterWorkers, WorkerHeartbeat, WorkerInfo } from "@ostinato/protocol";
import { storable, writeOptionalJson } from "../db/json-text.ts";
import type { Context } from "../kernel/context.ts";
import { refused } from "../kernel/errors.ts";
import { readLimit } from "../kernel/paging.ts";
import { type Unit, unit } from "../kernel/unit.ts";
import * as workPools from "../work-pools/work-pools.service.ts";
import { presentWorker } from "./workers.presenter.ts";
import * as queries from "./workers.queries.ts";

/** Notes a sign of life of a worker, which the first one registers: from then on its pool is ready. The server's time counts. */
export async function heartbeat(context: Context, pool: string, given: WorkerSign): Promise<void> {
  await unit(context, (unit) => noteSign(unit, pool, given));
}

/** A sign of life, with what the worker says of itself when it connects. */
export interface WorkerSign extends WorkerHeartbeat {
  readonly metadata?: Readonly<Record<string, unknown>> | null;
}

/** The same within a unit of work; gives the id of the worker. */
export async function noteSign(unit: Unit, pool: string, given: WorkerSign): Promise<string> {
  const { tx, context } = unit;
  const found = await workPools.standingOf(tx, pool);
  const now = context.clock.now();
  const id = await queries.putWorker(tx, {
    id: timeOrderedId(now),
    created: now,
    updated: now,
    name: storable(given.name),
    work_pool_id: found.id,
    last_heartbeat_time: now,
    heartbeat_interval_seconds: given.heartbeat_interval_seconds ?? null,
    status: "ONLINE",
    metadata: writeOptionalJson(given.metadata),
  });
  if (found.status === "NOT_READY") await workPools.settle(unit, pool);
  unit.changed("worker", [{ id }]);
  return id;
}

/** The id of the pool's worker with this name. One that is not known yet is registered. */
export async function idOf(
  context: Context,
  pool: { readonly id: string; readonly name: string },
  name: string,
): Promise<string> {
  const known = await queries.workerId(context.db.read, pool.id, storable(name));
  return known ?? unit(context, (unit) => noteSign(unit, pool.name, { name }));
}

/** The workers of the pool, those that were heard last first. */
export async function filter(
  { db }: Context,
  pool: string,
  { workers, limit, offset }: BodyOf<typeof filterWorkers>,
): Promise<WorkerInfo[]> {
  const { id: poolId } = await workPools.standingOf(db.read, pool);
  const query = { poolId, filter: workers, limit: readLimit(limit), offset: offset ?? 0 };
  return (await queries.findWorkers(db.read, query)).map(presentWorker);
}

/** Deletes the worker. It comes back with its next sign of life. */
export async function remove(context: Context, pool: string, name: string): Promise<void> {
  await unit(context, async (unit) => {
    const { id: poolId } = await workPools.standingOf(unit.tx, pool);
    const id = await queries.deleteWorker(unit.tx, poolId, name);
    if (id === undefined) throw refused("WORKER_NOT_FOUND", "Worker not found.");
    unit.deleted("worker", [id]);
  });
}
