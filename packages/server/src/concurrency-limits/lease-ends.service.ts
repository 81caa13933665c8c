import { microsPerSecond } from "@ostinato/core";
import type { Context } from "../kernel/context.ts";
import { unit } from "../kernel/unit.ts";
import { noteFreed } from "./concurrency-limits.service.ts";
import { advanceLeaseClock } from "./lease-clock.queries.ts";
import * as leases from "./leases.queries.ts";

const leasesPerStep = 200;

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
  return async (tick) => {
    const now = clock.elapsed();
    const since = lastLook === undefined ? 0 : now - lastLook;
    const heard = since <= 2 * everySeconds ? since : 0;
    const ended = await unit(context, async (unit) => {
      if (heard > 0) await advanceLeaseClock(unit.tx, Math.round(heard * microsPerSecond));
      const ended = await leases.deleteEndedLeases(unit.tx, leasesPerStep);
      noteFreed(unit, ended.limitIds);
      return ended;
    });
    lastLook = now;
    if (ended.leases === leasesPerStep) tick?.within(0);
  };
}
