import { createJumpWatch } from "../kernel/clock-jumps.ts";
import type { Context } from "../kernel/context.ts";
import { type Unit, unit } from "../kernel/unit.ts";
import * as workPools from "../work-pools/work-pools.service.ts";
import { retireUnpolled } from "../work-queues/polls.service.ts";
import * as queries from "./workers.queries.ts";

/** The interval of a worker that does not say its own. */
const usualIntervalSeconds = 30;
const missedIntervals = 3;

/**
 * Notes which workers give no signs of life any more, which pools have none left, and which queues nobody polls. The times are the server's,
 * so that the clock of a worker does not count.
 */
export function foreman({ clock }: Pick<Context, "clock">): (context: Context) => Promise<void> {
  const hasJumped = createJumpWatch(clock);
  return async (context) => {
    // After somebody moved the clock, signs have to come first.
    if (hasJumped()) return;
    await unit(context, (unit) => retireWorkers(unit));
    await retireUnpolled(context, clock.now());
  };
}

async function retireWorkers(unit: Unit): Promise<void> {
  const now = unit.context.clock.now();
  const silence = { now, intervalSeconds: usualIntervalSeconds, intervals: missedIntervals };
  const ids = await queries.retireSilent(unit.tx, silence);
  unit.changed(
    "worker",
    ids.map((id) => ({ id })),
  );
  for (const { name } of await queries.deserted(unit.tx)) await workPools.settle(unit, name);
}
