import type { Unit } from "../kernel/unit.ts";
import type { PlaceSlots } from "../orchestration/slots.ts";
import { holdPool, placesOf, takenByQueue } from "./pool-places.queries.ts";

/**
 * The limits of the queue and of its pool, and how many slots of each are taken. Holds the pool until the unit of work ends, so that runs
 * which take its slots decide one after another.
 */
export async function slotsOfPlace({ tx }: Unit, queueId: string): Promise<readonly PlaceSlots[]> {
  const seen = await placesOf(tx, { queueId });
  if (seen === undefined || !(await holdPool(tx, seen.id, { alone: true }))) return [];
  const pool = await placesOf(tx, { id: seen.id });
  const queue = pool?.queues.find(({ id }) => id === queueId);
  if (pool === undefined || queue === undefined) return [];
  const taken = await takenByQueue(tx, pool.id);
  const inPool = [...taken.values()].reduce((sum, each) => sum + each, 0);
  return [...slots("work pool", pool, inPool), ...slots("work queue", queue, taken.get(queueId) ?? 0)];
}

function slots(
  what: PlaceSlots["what"],
  { name, limit }: { readonly name: string; readonly limit: number | null },
  taken: number,
): PlaceSlots[] {
  return limit === null ? [] : [{ what, name, limit, taken }];
}
