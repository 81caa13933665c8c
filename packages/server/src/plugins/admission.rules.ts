import { readApiVersion, readHealth, readMetrics, readReadiness, readServerVersion } from "@ostinato/protocol";
import { shareOf } from "./incoming-bytes.rules.ts";

/** Whoever watches over the server, or asks whether to talk to it at all, is answered under any load. */
export const alwaysAnswered = [readHealth, readReadiness, readMetrics, readApiVersion, readServerVersion];

/** Bounds on the requests in the server. */
export interface AdmissionLimits {
  readonly requests: number;
  readonly waiting: number;
}

/** The number of running and of waiting requests. */
export interface Load {
  readonly requests: number;
  readonly waiting: number;
}

/** Whether a request can run now, given the number of running requests of its client. */
export function fits({ requests }: Load, ownUnderWay: number, limits: AdmissionLimits): boolean {
  return requests < limits.requests && ownUnderWay < shareOf(limits.requests);
}

export interface Arrival {
  /** The number of running requests of the same client. */
  readonly ownUnderWay: number;
  /** The number of waiting requests of the same client. */
  readonly ownWaiting: number;
  /** The most that any client has waiting. */
  readonly maxOfOneClient: number;
}

/** `replace another`: it waits in the place of the latest of the client that has the most. */
export type AdmissionDecision = "go" | "wait" | "replace another" | "too many of this client" | "server busy";

/**
 * Decides on an arriving request. Requests run in order, except that others may pass those of a client whose running requests are
 * at its share. While several clients wait, none has more than half of the places: a client that floods the server neither fills
 * it nor locks the others out.
 */
export function decide(
  load: Load,
  { ownUnderWay, ownWaiting, maxOfOneClient }: Arrival,
  limits: AdmissionLimits,
): AdmissionDecision {
  if (fits(load, ownUnderWay, limits)) return "go";
  const share = Math.ceil(limits.waiting / 2);
  const alone = ownWaiting === load.waiting;
  if (!alone && ownWaiting >= share) return "too many of this client";
  if (load.waiting < limits.waiting) return "wait";
  return !alone && maxOfOneClient > share ? "replace another" : "server busy";
}
