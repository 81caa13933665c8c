import type { Reader } from "../db/dialect.ts";
import { absentPlace } from "../kernel/errors.ts";
import type { Unit } from "../kernel/unit.ts";
import { addLoosePool } from "../work-pools/new-pools.service.ts";
import { addQueue } from "./new-queues.service.ts";
import * as queries from "./places.queries.ts";
import { lockPoolNamed } from "./work-queues.queries.ts";

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

/** The place with these names. Throws a 404 that names what is missing. */
export async function findPlace(reader: Reader, { pool, queue }: PlaceNames): Promise<Place> {
  const found = await queries.placeByNames(reader, pool, queue);
  if (found === undefined) throw absentPlace(pool, queue);
  return found;
}

/** The place with these names; a queue that the pool lacks is added to it. Throws a 404 where there is no such pool. */
export async function claimPlace(unit: Unit, { pool, queue }: PlaceNames): Promise<Place> {
  const known = await queries.placeByNames(unit.tx, pool, queue);
  if (known !== undefined) return known;
  const held = await lockPoolNamed(unit.tx, pool);
  if (held === undefined) throw absentPlace(pool, null);
  if (queue !== null) await addQueue(unit, held, { name: queue });
  return findPlace(unit.tx, { pool, queue });
}

/** The place of a queue that is named without a pool. */
export async function claimLooseQueue(unit: Unit, queue: string): Promise<Place> {
  return claimPlace(unit, { pool: await addLoosePool(unit), queue });
}
