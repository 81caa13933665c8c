import type { Reader } from "../db/dialect.ts";
import { absentPlace } from "../kernel/errors.ts";
import * as queries from "./pool-places.queries.ts";
import { isLimited, type PoolPlaces, type QueuePlace, type Room, roomIn } from "./room.rules.ts";

export { holdPool } from "./pool-places.queries.ts";
export { isLimited, type PoolPlaces, type QueuePlace, type Room } from "./room.rules.ts";

/** The pool of this name with its queues. Throws a 404 where there is none. */
export async function readPlaces(reader: Reader, name: string): Promise<PoolPlaces> {
  const pool = await queries.placesOf(reader, { name });
  if (pool === undefined) throw absentPlace(name, null);
  return pool;
}

/** The pool of this queue with all of its queues. */
export function readPlacesOfQueue(reader: Reader, queueId: string): Promise<PoolPlaces | undefined> {
  return queries.placesOf(reader, { queueId });
}

/** The queues of the pool with these names, all of them where none are given. Throws a 404 that names one that is missing. */
export function namedQueues(
  { name: pool, queues }: PoolPlaces,
  names: readonly string[] | null | undefined,
): readonly QueuePlace[] {
  if (names === null || names === undefined || names.length === 0) return queues;
  const byName = new Map(queues.map((queue) => [queue.name, queue]));
  return [...new Set(names)].map((name) => {
    const queue = byName.get(name);
    if (queue === undefined) throw absentPlace(pool, name);
    return queue;
  });
}

/** The slots of its queues that runs hold. */
export function readTaken(reader: Reader, poolId: string): Promise<ReadonlyMap<string, number>> {
  return queries.takenByQueue(reader, poolId);
}

/** How many more runs of the pool may start. Reads the runs only where there is a limit. */
export async function readRoom(reader: Reader, pool: PoolPlaces): Promise<Room> {
  return roomIn(pool, isLimited(pool) ? await queries.takenByQueue(reader, pool.id) : new Map());
}
