import { addSeconds, type Timestamp } from "@ostinato/core";
import * as events from "../events/events.service.ts";
import { createJumpWatch } from "../kernel/clock-jumps.ts";
import type { Context } from "../kernel/context.ts";
import { type Unit, unit } from "../kernel/unit.ts";
import { cancelMissedRunsOf } from "../overdue/missed.service.ts";
import { type DeploymentHappening, deploymentEvent } from "./deployment-event.ts";
import { deploymentsByIds } from "./deployments.queries.ts";
import * as queries from "./readiness.queries.ts";

/** How often it is noted that a deployment is served: a hundred who poll must not cost a hundred writes. */
const secondsBetweenNotes = 5;

/** Notes that somebody serves these deployments, in a unit of work of its own and only where it has to be noted. */
export async function noteServed(context: Context, deploymentIds: readonly string[]): Promise<void> {
  const isDue = await queries.isNoteDue(context.db.read, deploymentIds, freshness(context));
  if (!isDue) return;
  // What nobody was there to start is decided before somebody is.
  await cancelMissedRunsOf(context, deploymentIds);
  await unit(context, (unit) => markServed(unit, deploymentIds));
}

async function markServed(unit: Unit, deploymentIds: readonly string[]): Promise<void> {
  const begun = await queries.noteServed(unit.tx, deploymentIds, freshness(unit.context));
  await tell(unit, begun, "ready");
}

/** Notes that somebody polls these work queues: their deployments are served for as long as the queues are. */
export async function noteServedThrough(unit: Unit, queueIds: readonly string[]): Promise<void> {
  const begun = await queries.noteServedThrough(unit.tx, queueIds, unit.context.clock.now());
  await tell(unit, begun, "ready");
}

function freshness({ clock }: Pick<Context, "clock">) {
  const now = clock.now();
  return { now, since: addSeconds(now, -secondsBetweenNotes) };
}

/** A deployment that nobody polled for so long is not served. */
const silenceSeconds = 60;
const deploymentsPerUnit = 200;

/** Notes which deployments nobody serves any more. */
export function readinessWatch({ clock }: Pick<Context, "clock">): (context: Context) => Promise<void> {
  const hasJumped = createJumpWatch(clock);
  return async (context) => {
    // After somebody moved the clock, polls have to come first.
    if (hasJumped()) return;
    const now = clock.now();
    while ((await retireSome(context, now)) === deploymentsPerUnit);
  };
}

function retireSome(context: Context, now: Timestamp): Promise<number> {
  return unit(context, async (unit) => {
    const ids = await queries.retireUnpolled(unit.tx, addSeconds(now, -silenceSeconds), deploymentsPerUnit);
    await tell(unit, ids, "not-ready");
    return ids.length;
  });
}

async function tell(unit: Unit, ids: readonly string[], happening: DeploymentHappening): Promise<void> {
  if (ids.length === 0) return;
  const occurred = unit.context.clock.now();
  const rows = await deploymentsByIds(unit.tx, ids);
  await events.recordNew(
    unit,
    rows.map((row) => deploymentEvent(row, { happening, occurred })),
  );
  unit.changed(
    "deployment",
    ids.map((id) => ({ id })),
  );
}
