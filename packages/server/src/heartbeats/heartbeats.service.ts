import { type Timestamp, toTimestamp } from "@ostinato/core";
import type { Event } from "@ostinato/protocol";
import type { Writer } from "../db/dialect.ts";
import type { Unit } from "../kernel/unit.ts";
import * as queries from "./heartbeats.queries.ts";
import { heartbeatOf, latestHeartbeats } from "./heartbeats.rules.ts";

/** Notes the signs of life among events, in their unit of work. */
export async function record({ context, later }: Unit, events: readonly Event[]): Promise<void> {
  const heartbeats = events.flatMap((event) => heartbeatOf(event, toTimestamp(event.occurred)) ?? []);
  if (heartbeats.length === 0) return;
  const received = context.clock.now();
  await queries.keepHeartbeats(later, { heartbeats: latestHeartbeats(heartbeats), received });
}

/** The last sign of life of a process that ended or lost its run; undefined if it never gave one. */
export function lastSign(tx: Writer, flowRunId: string): Promise<Timestamp | undefined> {
  return queries.lastSign(tx, flowRunId);
}

export interface ProposerSign {
  readonly flowRunId: string;
  readonly occurred: Timestamp;
  /** The interval that the process declared. */
  readonly intervalSeconds: number;
  readonly process: string | undefined;
}

/** Notes that the process which proposed a state is alive: it may die before its first sign of life. */
export async function recordProposer(unit: Unit, sign: ProposerSign): Promise<void> {
  await queries.keepProposerSign(unit.later, { ...sign, declared: true }, sign.occurred);
}

/** The process that gave the signs has nothing to do with the run any more. */
export async function forget({ later }: Unit, flowRunId: string): Promise<void> {
  await queries.forgetSigns(later, flowRunId);
}
