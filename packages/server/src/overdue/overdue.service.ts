import { addSeconds, formatTimestamp, stateNames } from "@ostinato/core";
import type { RunPolicy } from "@ostinato/protocol";
import { readPlainJson } from "../db/json-text.ts";
import * as flowRuns from "../flow-runs/flow-runs.service.ts";
import type { Context } from "../kernel/context.ts";
import * as queries from "./overdue.queries.ts";

export interface NextTick {
  within(seconds: number): void;
}

export const runsPerTick = 400;
/** So many are proposed at once, and share a commit. */
const runsAtOnce = 25;

/** Does it for each, and asks for the next tick at once where there may be more. */
export async function forEachRun<R>(
  runs: readonly R[],
  tick: NextTick,
  work: (run: R) => Promise<unknown>,
): Promise<void> {
  for (let done = 0; done < runs.length; done += runsAtOnce) {
    await Promise.all(runs.slice(done, done + runsAtOnce).map(work));
  }
  if (runs.length === runsPerTick) tick.within(0);
}

/** A run is late when it has not been started so long after its time. */
export const lateSeconds = 15;

/** Marks runs as late that nobody has started. */
export async function markLateRuns(context: Context, tick: NextTick): Promise<void> {
  const { db, clock } = context;
  const late = await queries.lateRuns(db.read, addSeconds(clock.now(), -lateSeconds), runsPerTick);
  await forEachRun(late, tick, ({ id, state_id, next_scheduled_start_time }) => {
    const state = {
      type: "SCHEDULED",
      name: stateNames.late,
      state_details: { scheduled_time: formatTimestamp(next_scheduled_start_time) },
    } as const;
    return flowRuns.proposeFrom(context, { id, from: state_id, state, ruleSet: "late" });
  });
}

/** Fails runs that were paused and not resumed in their time. The sentence is Prefect's. */
export async function failExpiredPauses(context: Context, tick: NextTick): Promise<void> {
  const { db, clock } = context;
  const state = { type: "FAILED", message: "The flow was paused and never resumed." } as const;
  const expired = await queries.expiredPauses(db.slow, clock.now(), runsPerTick);
  await forEachRun(expired, tick, ({ id, state_id }) =>
    flowRuns.proposeFrom(context, { id, from: state_id, state, ruleSet: "minimal" }),
  );
}

/** Cancels runs that have not started so long after their time as their deployment wants to wait. */
export async function cancelExpiredRuns(context: Context, tick: NextTick): Promise<void> {
  const { db, clock } = context;
  for (const { id: deploymentId, run_policy } of await queries.deploymentsWithPolicy(db.read)) {
    const { expire_after_seconds: seconds } = readPlainJson<RunPolicy>(run_policy);
    if (seconds === null || seconds === undefined) continue;
    const before = addSeconds(clock.now(), -seconds);
    const expired = await queries.unstartedRuns(db.read, { deploymentId, before }, runsPerTick);
    const message = `Expired: it had not started ${seconds} s after its time, and its deployment waits no longer.`;
    await forEachRun(expired, tick, ({ id, state_id }) =>
      flowRuns.proposeFrom(context, { id, from: state_id, state: { type: "CANCELLED", message }, ruleSet: "core" }),
    );
  }
}

/** Cancels the subflows that a cancelled run has called after it was cancelled. */
export async function cancelLeftSubflows(context: Context, tick: NextTick): Promise<void> {
  const left = await queries.leftSubflows(context.db.slow, runsPerTick);
  await forEachRun(left, tick, async (subflow) => {
    const state = flowRuns.cancellationOfSubflow(subflow);
    if (state === undefined) return;
    await flowRuns.proposeFrom(context, { id: subflow.id, from: subflow.state_id, state, ruleSet: "minimal" });
  });
}
