import { formatTimestamp } from "@ostinato/core";
import type { Context } from "../context.ts";
import * as flowRuns from "../flow-runs/flow-runs.service.ts";
import * as taskRuns from "../task-runs/task-runs.service.ts";
import * as queries from "./heartbeats.queries.ts";
import { createSilence, type SeenRun } from "./silence.rules.ts";

const rowsForgottenPerStep = 200;

/**
 * Ends the runs whose process died: those that have given no sign of life for three of their intervals while this server was
 * there to hear one. A run that was only out of reach goes on, and its next state is taken. The returned function looks once,
 * and is to be called every so many seconds; it gives the ids of the runs that it ended.
 */
export function lostRunsEnder(context: Context, everySeconds: number): () => Promise<readonly string[]> {
  const { db, clock } = context;
  const silence = createSilence(everySeconds);
  return async () => {
    const runs = await queries.runsToWatch(db);
    const lost = new Set(silence.look(runs.map(seen), clock.elapsed()));
    const ended: string[] = [];
    for (const run of runs) if (lost.has(run.id) && (await endLost(context, run))) ended.push(run.id);
    await db.write((tx) => queries.forgetEndedRuns(tx, rowsForgottenPerStep));
    return ended;
  };
}

function seen({ id, beats, state_id, interval_seconds }: queries.WatchedRun): SeenRun {
  return { id, sign: `${beats} ${state_id}`, intervalSeconds: interval_seconds };
}

/** Unless it has given a sign of life just now, or another server was quicker. */
async function endLost(context: Context, run: queries.WatchedRun): Promise<boolean> {
  const { db, log } = context;
  const since = formatTimestamp(run.occurred);
  const message = `No sign of life of its process since ${since}: it died, or lost the server for too long.`;
  const news = await db.write(async (tx) => {
    const now = await queries.runToEnd(tx, db.sql, run.id);
    if (now === undefined || seen(now).sign !== seen(run).sign) return undefined;
    const state = { type: "CRASHED", message, state_details: { process_lost: true } } as const;
    const proposal = { id: run.id, state, policy: "minimal" } as const;
    const { result, news } = await flowRuns.proposeIn(context, tx, proposal);
    if (result.status !== "ACCEPT") return undefined;
    return { ...news, abandoned: await taskRuns.endAbandoned(context, tx, run.id) };
  });
  if (news === undefined) return false;
  flowRuns.tell(context, news);
  log.warn({ flow_run: run.id, last_heartbeat: since }, "a flow run has lost its process");
  return true;
}
