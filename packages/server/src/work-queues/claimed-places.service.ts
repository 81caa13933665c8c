import { absentPlace } from "../kernel/errors.ts";
import type { Unit } from "../kernel/unit.ts";
import { addLoosePool } from "../work-pools/new-pools.service.ts";
import { addQueue } from "./new-queues.service.ts";
import * as queries from "./places.queries.ts";
import { findPlace, type Place, type PlaceNames } from "./places.service.ts";
import { lockPoolNamed } from "./work-queues.queries.ts";

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
