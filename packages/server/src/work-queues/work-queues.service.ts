import { timeOrderedId } from "@ostinato/core";
import type { Reader } from "../db/dialect.ts";
import { storable } from "../db/json-text.ts";
import { refused } from "../kernel/errors.ts";
import type { Unit } from "../kernel/unit.ts";
import * as queries from "./work-queues.queries.ts";

/** A work queue with its pool: where runs wait for a worker. */
export interface Place {
  readonly queue: { readonly id: string; readonly name: string };
  readonly pool: { readonly id: string; readonly name: string; readonly type: string };
}

export interface PlaceNames {
  readonly pool: string;
  /** The pool's default queue where none is named. */
  readonly queue: string | null;
}

const defaultQueue = "default";

/** The pool of queues that are named without a pool, as Prefect calls it. */
const poolOfLooseQueues = { name: "default-agent-pool", type: "prefect-agent" };

const newPool = { base_job_template: "{}", is_paused: 0, status: "NOT_READY", storage_configuration: "{}" } as const;
const newQueue = { description: "", is_paused: 0, priority: 1, status: "NOT_READY" } as const;

/** The place with these names. Throws a 404 that names what is missing. */
export async function findPlace(reader: Reader, { pool, queue }: PlaceNames): Promise<Place> {
  const found = await queries.placeByNames(reader, pool, queue ?? defaultQueue);
  if (found === undefined) throw missingPlace({ pool, queue });
  return found;
}

function missingPlace({ pool, queue }: PlaceNames) {
  const missing = queue === null ? `Work pool "${pool}"` : `Work pool queue '${pool}/${queue}'`;
  return refused("WORK_QUEUE_NOT_FOUND", `${missing} not found.`);
}

/** The place with these names; a queue that the pool lacks is added to it. Throws a 404 where there is no such pool. */
export async function claimPlace(unit: Unit, { pool, queue }: PlaceNames): Promise<Place> {
  const known = await queries.poolByName(unit.tx, pool);
  if (known === undefined) throw missingPlace({ pool, queue: null });
  if (queue !== null) await addQueue(unit, known.id, queue);
  return findPlace(unit.tx, { pool, queue });
}

/** The place of a queue that is named without a pool. */
export async function claimLooseQueue(unit: Unit, queue: string): Promise<Place> {
  const { name, type } = poolOfLooseQueues;
  await queries.insertPool(unit.tx, { ...newPool, ...newRow(unit), name, type });
  const pool = await queries.poolByName(unit.tx, name);
  if (pool !== undefined) await addQueue(unit, pool.id, defaultQueue);
  return claimPlace(unit, { pool: name, queue });
}

async function addQueue(unit: Unit, poolId: string, name: string): Promise<void> {
  await queries.insertQueue(unit.tx, {
    ...newQueue,
    ...newRow(unit),
    name: storable(name),
    work_pool_id: poolId,
  });
}

function newRow({ context }: Unit) {
  const now = context.clock.now();
  return { id: timeOrderedId(now), created: now, updated: now };
}
