import { formatTimestamp } from "@ostinato/core";
import type { FlowRunPage, Waiting } from "@ostinato/protocol";
import type { Context } from "../kernel/context.ts";
import * as leases from "./leases.queries.ts";
import { namesOfLimits } from "./limits.queries.ts";
import { placeInLine, type Standing } from "./line.queries.ts";
import { waitsOfRun } from "./waiters.queries.ts";

/** A page names no more. */
const maxHolders = 10;

type Line = NonNullable<Waiting["line"]>;

/** The line in which a run waits for a slot of the limit. */
export async function lineOf(context: Context, limitId: string, standing: Standing): Promise<Line> {
  const [{ place, length }, holders, [limit]] = await Promise.all([
    placeInLine(context.db.read, standing),
    slotHolders(context, limitId),
    namesOfLimits(context.db.read, [limitId]),
  ]);
  return { place, length, holders, limit: limit?.name ?? null };
}

/** Some of those who hold slots of the limit, the earliest first. */
export async function slotHolders({ db }: Context, limitId: string): Promise<Line["holders"]> {
  const holders = await leases.holdersOfLimit(db.read, limitId, maxHolders);
  return holders.map((holder) => ({ ...holder, since: formatTimestamp(holder.since) }));
}

const maxSlotsOfRun = 20;

/** What a flow run holds, itself or by its task runs. */
export async function slotsOfRun({ db }: Context, flowRunId: string): Promise<FlowRunPage["holds"]> {
  const held = await leases.slotsOfRun(db.read, flowRunId, maxSlotsOfRun);
  return held.map(({ since, ...slots }) => ({ ...slots, since: formatTimestamp(since) }));
}

/** A line for slots of a limit with a name. */
export interface LineOfLimit {
  readonly limit: string;
  readonly slots: number;
  /** Whether its slots become free by themselves. */
  readonly isRate: boolean;
  readonly since: string;
  readonly line: Line;
}

const maxLines = 3;

/** The lines in which a flow run waits for slots, itself or by its tasks, the longest wait first. */
export async function linesOfRun(context: Context, flowRunId: string): Promise<readonly LineOfLimit[]> {
  const waits = await waitsOfRun(context.db.read, flowRunId, maxLines);
  return Promise.all(
    waits.map(async ({ limit_id, limit_name, max_slots, slot_decay_per_second, since, place, length }) => ({
      limit: limit_name,
      slots: max_slots,
      isRate: slot_decay_per_second > 0,
      since: formatTimestamp(since),
      line: { place, length, holders: await slotHolders(context, limit_id), limit: limit_name },
    })),
  );
}
