import { addSeconds, type Timestamp } from "@ostinato/core";
import * as flowRuns from "../flow-runs/flow-runs.service.ts";
import type { Context } from "../kernel/context.ts";
import * as queries from "./missed.queries.ts";
import { forEachRun, lateSeconds, type NextTick, runsPerTick } from "./overdue.service.ts";

/** Nothing serves a deployment whose runs nobody has asked for so long. */
const unservedSeconds = 60;

/**
 * Cancels runs of schedules whose time passed while nothing served their deployment, as that says: all of them, or all but the latest of
 * each schedule.
 */
export async function cancelMissedRuns(context: Context, tick: NextTick): Promise<void> {
  await cancelAmong(context, undefined, tick);
}

/** The same with these deployments: it is to be done before somebody is noted to serve them again, who would start the runs. */
export async function cancelMissedRunsOf(context: Context, deploymentIds: readonly string[]): Promise<void> {
  await cancelAmong(context, deploymentIds, { within() {} });
}

async function cancelAmong(context: Context, ids: readonly string[] | undefined, tick: NextTick): Promise<void> {
  const { db, clock } = context;
  const now = clock.now();
  for (const deployment of await queries.unservedDeployments(db.read, addSeconds(now, -unservedSeconds), ids)) {
    const { missed } = deployment.policy;
    if (missed !== "latest" && missed !== "none") continue;
    const unserved = { deploymentId: deployment.id, since: deployment.lastPolled ?? (0 as Timestamp), now };
    const runs = await queries.missedRuns(db.read, unserved, runsPerTick);
    const dropped = (missed === "none" ? runs : allButLatest(runs)).filter(
      ({ expected_start_time: time }) => time <= addSeconds(now, -lateSeconds),
    );
    const message = `Missed: its time passed while nothing served its deployment, which starts ${missed === "none" ? "no missed runs" : "only the latest of them"}.`;
    await forEachRun(dropped, tick, ({ id, state_id }) =>
      flowRuns.proposeFrom(context, { id, from: state_id, state: { type: "CANCELLED", message }, ruleSet: "core" }),
    );
  }
}

/** The runs come with the latest first. */
function allButLatest(runs: readonly queries.MissedRun[]): readonly queries.MissedRun[] {
  const schedules = new Set<string | null>();
  return runs.filter(({ created_by }) => {
    const isLatest = !schedules.has(created_by);
    schedules.add(created_by);
    return !isLatest;
  });
}
