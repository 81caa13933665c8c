import { readApiVersion, readHealth, readMetrics, readReadiness, readServerVersion } from "@ostinato/protocol";
import { shareOf } from "./incoming-bytes.rules.ts";

/** Whoever watches over the server, or asks whether to talk to it at all, is answered under any load. */
export const alwaysAnswered = [readHealth, readReadiness, readMetrics, readApiVersion, readServerVersion];

/** How much may be taken on at once. */
export interface AdmissionLimits {
  readonly requests: number;
  readonly waiting: number;
}

/** What is being done now, and how much waits. */
export interface Load {
  readonly requests: number;
  readonly waiting: number;
}

/** Whether a request can be worked on now, whose client has so many under way. */
export function fits({ requests }: Load, ownUnderWay: number, limits: AdmissionLimits): boolean {
  return requests < limits.requests && ownUnderWay < shareOf(limits.requests);
}

export interface Arrival {
  /** How many requests of the same client are worked on. */
  readonly ownUnderWay: number;
  /** How many requests of the same client wait. */
  readonly ownWaiting: number;
  /** The most that any client has waiting. */
  readonly maxOfOneClient: number;
}

/** `displace`: it waits in the place of the latest of the client that has the most. */
export type Verdict = "go" | "wait" | "displace" | "too many of this client" | "server busy";

/**
 * What becomes of a request that arrives. Nobody overtakes those that wait, but for those whose client has its share under way.
 * Where several clients wait, none of them has more than half of the places: one that floods the server neither fills it nor keeps
 * the others out.
 */
export function judge(
  load: Load,
  { ownUnderWay, ownWaiting, maxOfOneClient }: Arrival,
  limits: AdmissionLimits,
): Verdict {
  if (fits(load, ownUnderWay, limits)) return "go";
  const share = Math.ceil(limits.waiting / 2);
  const alone = ownWaiting === load.waiting;
  if (!alone && ownWaiting >= share) return "too many of this client";
  if (load.waiting < limits.waiting) return "wait";
  return !alone && maxOfOneClient > share ? "displace" : "server busy";
}
