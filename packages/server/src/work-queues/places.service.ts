import type { Reader } from "../db/dialect.ts";
import { absentPlace } from "../kernel/errors.ts";
import * as queries from "./places.queries.ts";

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
