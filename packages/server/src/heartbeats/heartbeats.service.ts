import { type Timestamp, toTimestamp } from "@ostinato/core";
import type { Event, StateDetails } from "@ostinato/protocol";
import type { Writer } from "../db/dialect.ts";
import type { Context } from "../kernel/context.ts";
import * as queries from "./heartbeats.queries.ts";
import { heartbeatOf, latestHeartbeats } from "./heartbeats.rules.ts";

/** Notes the signs of life among events, in their unit of work. */
export async function record(
  { db, clock }: Pick<Context, "db" | "clock">,
  tx: Writer,
  events: readonly Event[],
): Promise<void> {
  const heartbeats = events.flatMap((event) => heartbeatOf(event, toTimestamp(event.occurred)) ?? []);
  if (heartbeats.length === 0) return;
  const received = clock.now();
  await queries.keepHeartbeats(db.deferred(tx), db.sql, { heartbeats: latestHeartbeats(heartbeats), received });
}

/** Until when a process that is no more, or lost the run to another, was at work; undefined where it never gave a sign. */
export function lastSign(tx: Writer, flowRunId: string): Promise<Timestamp | undefined> {
  return queries.lastSign(tx, flowRunId);
}

export interface EnteredState {
  readonly flowRunId: string;
  readonly timestamp: Timestamp;
  readonly details: StateDetails;
}

/** A process that proposes a state and says how often it gives a sign of life has given one: it may die before the next. */
export async function recordProposer({ db }: Pick<Context, "db">, tx: Writer, entered: EnteredState): Promise<void> {
  const { flowRunId, timestamp: occurred, details } = entered;
  const intervalSeconds = details.heartbeat_seconds;
  if (intervalSeconds === undefined) return;
  const { process } = details;
  const heartbeats = [{ flowRunId, occurred, intervalSeconds, declared: true, process }];
  await queries.keepHeartbeats(db.deferred(tx), db.sql, { heartbeats, received: occurred });
}
