import { addSeconds, type Timestamp } from "@ostinato/core";
import * as events from "../events/events.service.ts";
import type { Context } from "../kernel/context.ts";
import { type Unit, unit } from "../kernel/unit.ts";
import { type DeploymentHappening, deploymentEvent } from "./deployment-event.ts";
import { deploymentsByIds } from "./deployments.queries.ts";
import * as queries from "./readiness.queries.ts";

/** Notes that somebody asks for the runs of these deployments, and so serves them. */
export async function notePolls(context: Context, deploymentIds: readonly string[]): Promise<void> {
  const ids = context.polls.worthNoting(deploymentIds);
  if (ids.length === 0) return;
  try {
    await unit(context, async (unit) => {
      const served = await queries.notePolls(unit.tx, ids, context.clock.now());
      await tell(unit, served, "ready");
    });
  } catch (error) {
    context.polls.forget(ids);
    throw error;
  }
}

/** A deployment that nobody polled for so long is not served. */
const silenceSeconds = 60;
const deploymentsPerUnit = 200;

/** Notes which deployments nobody serves any more. */
export function readinessWatch({ clock }: Pick<Context, "clock">): (context: Context) => Promise<void> {
  let last: Moment | undefined;
  return async (context) => {
    const now: Moment = { at: clock.now(), elapsed: clock.elapsed() };
    const jumped = last !== undefined && hasJumped(last, now);
    last = now;
    // After somebody moved the clock, polls have to come first.
    if (jumped) return;
    while ((await retireSome(context, now.at)) === deploymentsPerUnit);
  };
}

interface Moment {
  readonly at: Timestamp;
  readonly elapsed: number;
}

const maxJumpSeconds = 10;

function hasJumped(before: Moment, now: Moment): boolean {
  const byClock = (now.at - before.at) / 1_000_000;
  return Math.abs(byClock - (now.elapsed - before.elapsed)) > maxJumpSeconds;
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
