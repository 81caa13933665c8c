import { formatTimestamp } from "@ostinato/core";
import type { Waiting } from "@ostinato/protocol";
import type { Context } from "../kernel/context.ts";
import * as leases from "./leases.queries.ts";
import { placeInLine, type Standing } from "./line.queries.ts";

/** A page names no more. */
const maxHolders = 10;

type Line = NonNullable<Waiting["line"]>;

/** The line in which a run waits for a slot of the limit. */
export async function lineOf(context: Context, limitId: string, standing: Standing): Promise<Line> {
  const [{ place, length }, holders] = await Promise.all([
    placeInLine(context.db.read, standing),
    slotHolders(context, limitId),
  ]);
  return { place, length, holders };
}

/** Some of those who hold slots of the limit, the earliest first. */
export async function slotHolders({ db }: Context, limitId: string): Promise<Line["holders"]> {
  const holders = await leases.holdersOfLimit(db.read, limitId, maxHolders);
  return holders.map((holder) => ({ ...holder, since: formatTimestamp(holder.since) }));
}
