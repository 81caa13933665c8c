import { formatTimestamp, type StateType, type Timestamp } from "@ostinato/core";
import { lookAtProcess, type ProcessCondition } from "@ostinato/core/process";
import * as flowRuns from "../flow-runs/flow-runs.service.ts";
import type { Context } from "../kernel/context.ts";
import { createSilence, type QuietRun, type SeenRun } from "../kernel/silence.ts";
import { unit } from "../kernel/unit.ts";
import * as queries from "./heartbeats.queries.ts";

const rowsForgottenPerStep = 200;

/**
 * Ends the runs whose process died: at once if it was a process of this machine and is gone, else after three of their intervals
 * without a sign of life while this server was there to receive one. A run that was only out of reach continues, and its next
 * state is accepted. The returned function checks once, and is to be called every so many seconds; it returns the ids of the runs
 * that it ended.
 */
export function lostRunsEnder(context: Context, everySeconds: number): () => Promise<readonly string[]> {
  const { db, clock, activity } = context;
  const silence = createSilence(everySeconds);
  return async () => {
    const runs = await queries.runsToWatch(db);
    const quiet = new Map(silence.look(runs.map(seen), clock.elapsed()).map((one) => [one.id, one]));
    const alive: queries.SignOfLife[] = [];
    const ended: string[] = [];
    for (const run of runs) {
      const condition = await conditionOf(run);
      const late = quiet.get(run.id);
      if (condition === "gone") {
        if (await end(context, run, "gone")) ended.push(run.id);
      } else if (late !== undefined) {
        const sign = signFor(context, late, condition);
        if (sign !== undefined) alive.push(sign);
        else if (late.lost && (await end(context, run, "silent"))) ended.push(run.id);
      }
    }
    activity.keepOnly(new Set(runs.map(({ id }) => id)));
    await unit(context, async ({ tx }) => {
      if (alive.length > 0) await queries.keepSigns(tx, alive);
      await queries.forgetEndedRuns(tx, rowsForgottenPerStep);
    });
    return ended;
  };
}

/** Ends the runs of processes of this machine that are gone: for a server that does not stay to measure silence. */
export async function endGoneRuns(context: Context): Promise<void> {
  const { db } = context;
  for (const { id, process } of await queries.runsWithProcess(db.read)) {
    if ((await lookAtProcess(process)) !== "gone") continue;
    const run = await queries.runToWatch(db.read, id);
    if (run !== undefined) await end(context, run, "gone");
  }
}

function seen({ id, beat_count, state_id, interval_seconds }: queries.WatchedRun): SeenRun {
  return { id, sign: `${beat_count} ${state_id}`, intervalSeconds: interval_seconds };
}

async function conditionOf({ process }: queries.WatchedRun): Promise<ProcessCondition> {
  return process === null ? "unknown" : await lookAtProcess(process);
}

/**
 * A run that is alive though its own sign is late, because its process or its connection is busy: this server writes the sign for
 * it, for servers with less evidence.
 */
function signFor(
  { clock, activity }: Context,
  { id, silentSeconds }: QuietRun,
  condition: ProcessCondition,
): queries.SignOfLife | undefined {
  const at = condition === "alive" ? clock.now() : activity.within(id, silentSeconds);
  return at === undefined ? undefined : { flow_run_id: id, received: at };
}

/** Unless it has given a sign of life just now, or another server was quicker. */
async function end(context: Context, run: queries.WatchedRun, why: "gone" | "silent"): Promise<boolean> {
  const { log, activity } = context;
  const lastSign = lastSignOf(run, activity.within(run.id, Number.POSITIVE_INFINITY));
  const ended = await unit(context, async (unit) => {
    const now = await queries.runToEnd(unit.tx, run.id);
    if (now === undefined || seen(now).sign !== seen(run).sign) return false;
    const noticed = formatTimestamp(context.clock.now());
    const state = endOf(now, why, { since: formatTimestamp(lastSign), noticed });
    const at = state.type === "SCHEDULED" ? {} : { at: lastSign };
    const { status } = await flowRuns.proposeIn(unit, { id: run.id, state, ruleSet: "minimal", ...at });
    return status === "ACCEPT";
  });
  if (ended) {
    log.warn({ flow_run: run.id, last_sign: formatTimestamp(lastSign), why }, "a flow run has lost its process");
  }
  return ended;
}

function lastSignOf({ received }: queries.WatchedRun, lastActivity: Timestamp | undefined): Timestamp {
  return Math.max(received, lastActivity ?? 0) as Timestamp;
}

/**
 * The run ends at its last sign of life. A run that was asked to stop, and never confirmed it, counts as cancelled. One that was
 * claimed and not started goes back to those who serve its deployment.
 */
function endOf(
  { state_type, deployment_id }: queries.WatchedRun,
  why: "gone" | "silent",
  { since, noticed }: { readonly since: string; readonly noticed: string },
): LostRunEnd {
  const reason = {
    gone: `Its process is gone: it was killed, or ended without a word. Its last sign of life came at ${since}.`,
    silent: `No sign of life of its process since ${since}: it died, was stopped, or lost the server for too long.`,
  }[why];
  const sentence = `${reason} The server noticed it at ${noticed}.`;
  if (state_type === "PENDING" && deployment_id !== null) {
    return { type: "SCHEDULED", message: `It is to be started again. ${sentence}` };
  }
  if (state_type === "CANCELLING") return { type: "CANCELLED", message: `Cancelled. ${sentence}` };
  return { type: "CRASHED", message: sentence, state_details: { process_lost: true } };
}

interface LostRunEnd {
  readonly type: Extract<StateType, "SCHEDULED" | "CANCELLED" | "CRASHED">;
  readonly message: string;
  readonly state_details?: { readonly process_lost: true };
}
