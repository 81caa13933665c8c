import { addSeconds, microsPerSecond } from "@ostinato/core";
import { advanceLeaseClock } from "../db/lease-clock.ts";
import type { Context } from "../kernel/context.ts";
import { type Unit, unit } from "../kernel/unit.ts";
import { noteFreed } from "./freed.ts";
import * as leases from "./leases.queries.ts";
import { deleteUnusedKeyed } from "./limits.queries.ts";
import { deleteEndedWaiters } from "./waiters.queries.ts";

const leasesPerStep = 200;
/** What takes up no slot is removed more seldom. */
const looksPerTidying = 5;
/** A key of a flow or a task that nobody has needed for so long is forgotten. */
const keySeconds = 3600;

interface NextTick {
  within(seconds: number): void;
}

/**
 * Lets the time of leases go on, and removes those that have ended. Only time in which this server was there to hear its clients
 * counts: of a look that comes late, because the server, its database or the machine was away, nothing is added. The returned
 * function is to be called every so many seconds.
 */
export function leaseEnder(context: Context, everySeconds: number): (tick?: NextTick) => Promise<void> {
  const { clock } = context;
  let lastLook: number | undefined;
  let looks = 0;
  return async (tick) => {
    const now = clock.elapsed();
    const since = lastLook === undefined ? 0 : now - lastLook;
    const heard = since <= 2 * everySeconds ? since : 0;
    const ended = await unit(context, async (unit) => {
      if (heard > 0) await advanceLeaseClock(unit.tx, Math.round(heard * microsPerSecond));
      const ended = await leases.deleteEndedLeases(unit.tx, leasesPerStep);
      const left = looks % looksPerTidying === 0 ? await tidyUp(unit) : [];
      noteFreed(unit, [...new Set([...ended.limitIds, ...left])]);
      return ended;
    });
    lastLook = now;
    looks += 1;
    if (ended.leases === leasesPerStep) tick?.within(0);
  };
}

/** Removes waiters who have given up, and keys that nobody needs; gives the limits whose lines have moved. */
async function tidyUp({ context, tx }: Unit): Promise<readonly string[]> {
  const left = await deleteEndedWaiters(tx, leasesPerStep);
  const now = context.clock.now();
  await deleteUnusedKeyed(tx, { before: addSeconds(now, -keySeconds), now, limit: leasesPerStep });
  return left;
}
