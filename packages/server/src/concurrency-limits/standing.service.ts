import { formatTimestamp } from "@ostinato/core";
import type { Waiting } from "@ostinato/protocol";
import type { Context } from "../kernel/context.ts";
import * as leases from "./leases.queries.ts";
import { placeInLine, type Standing } from "./line.queries.ts";

/** A page names no more. */
const maxHolders = 10;

/** The line in which a run waits for a slot of the limit. */
export async function lineOf(
  { db }: Context,
  limitId: string,
  standing: Standing,
): Promise<NonNullable<Waiting["line"]>> {
  const [{ place, length }, holders] = await Promise.all([
    placeInLine(db.read, standing),
    leases.holdersOfLimit(db.read, limitId, maxHolders),
  ]);
  return { place, length, holders: holders.map((holder) => ({ ...holder, since: formatTimestamp(holder.since) })) };
}
