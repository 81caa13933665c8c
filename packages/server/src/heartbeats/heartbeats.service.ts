import { formatTimestamp, toTimestamp } from "@ostinato/core";
import type { Event } from "@ostinato/protocol";
import type { Context } from "../context.ts";
import type { Writer } from "../db/dialects/dialect.ts";
import * as flowRuns from "../flow-runs/flow-runs.service.ts";
import * as queries from "./heartbeats.queries.ts";
import { heartbeatOf, latestHeartbeats, missedIntervals } from "./heartbeats.rules.ts";

/** Notes the signs of life among events, in their unit of work. */
export async function record({ db }: Pick<Context, "db">, tx: Writer, events: readonly Event[]): Promise<void> {
  const heartbeats = events.flatMap((event) => heartbeatOf(event, toTimestamp(event.occurred)) ?? []);
  if (heartbeats.length > 0) await queries.keepHeartbeats(tx, db.sql, latestHeartbeats(heartbeats));
}

const runsPerStep = 200;

/**
 * Ends the runs whose process died: those that run, or are being cancelled, and have given no sign of life for three of
 * their intervals. One that was only out of reach goes on, and its next state is taken. Gives their ids.
 */
export async function endLostRuns(context: Context): Promise<readonly string[]> {
  const { db, clock, log } = context;
  const lost = await queries.runsWithoutHeartbeat(db, { now: clock.now(), missedIntervals, limit: runsPerStep });
  const ended: string[] = [];
  for (const { id, occurred } of lost) {
    const message = `No sign of life of its process since ${formatTimestamp(occurred)}: it died, or lost the server for too long.`;
    const { result } = await flowRuns.propose(context, id, { state: { type: "CRASHED", message }, policy: "minimal" });
    if (result.status !== "ACCEPT") continue;
    ended.push(id);
    log.warn({ flow_run: id, last_heartbeat: formatTimestamp(occurred) }, "a flow run has lost its process");
  }
  await db.write((tx) => queries.forgetEndedRuns(tx, runsPerStep));
  return ended;
}
