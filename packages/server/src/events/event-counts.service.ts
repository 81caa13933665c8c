import type { Writer } from "../db/dialect.ts";
import type { Context } from "../kernel/context.ts";
import { paced } from "../kernel/paced.ts";
import { unit } from "../kernel/unit.ts";
import * as queries from "./event-counts.queries.ts";

/** Changes that one unit of work adds up: some ten milliseconds. */
const changesPerStep = 2000;

/** Moves the changes that writers have left to the counts, so that readers find few of them. */
export async function addUp(context: Context, signal: AbortSignal): Promise<void> {
  const step = paced(context.clock, signal);
  while (await queries.hasChanges(context.db)) {
    const taken = await step(() => unit(context, ({ tx }) => move(tx)));
    if (taken !== changesPerStep) return;
  }
}

async function move(tx: Writer): Promise<number> {
  const changes = await queries.takeChanges(tx, changesPerStep);
  const sums = new Map<string, queries.EventCount>();
  for (const change of changes) {
    const key = `${change.hour} ${change.event}`;
    sums.set(key, { ...change, count: change.count + (sums.get(key)?.count ?? 0) });
  }
  await queries.addToCounts(
    tx,
    [...sums.values()].filter(({ count }) => count !== 0),
  );
  return changes.length;
}
