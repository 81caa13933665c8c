import { readApiVersion, readHealth, readMetrics, readReadiness, readServerVersion } from "@ostinato/protocol";

/** Whoever watches over the server, or asks whether to talk to it at all, is answered under any load. */
export const alwaysAnswered = [readHealth, readReadiness, readMetrics, readApiVersion, readServerVersion];

/** How much may be taken on at once. */
export interface AdmissionLimits {
  readonly requests: number;
  readonly waiting: number;
  readonly bytes: number;
}

/** What is being done now, and how much waits. */
export interface Load {
  readonly requests: number;
  readonly bytes: number;
  readonly waiting: number;
}

/** Whether a request of so many bytes can be worked on now. One that is larger than all bytes has them to itself. */
export function fits({ requests, bytes }: Load, size: number, limits: AdmissionLimits): boolean {
  if (requests >= limits.requests) return false;
  return size === 0 || requests === 0 || bytes + size <= limits.bytes;
}

export interface Arrival {
  readonly size: number;
  /** How many requests of the same client wait. */
  readonly ownWaiting: number;
  /** The most that any client has waiting. */
  readonly mostOfOne: number;
}

/** `displace`: it waits in the place of the latest of the client that has the most. */
export type Verdict = "go" | "wait" | "displace" | "too many of this client" | "server busy";

/**
 * What becomes of a request that arrives. Nobody overtakes those that wait. Where several clients wait, none of them has more
 * than half of the places: one that floods the server neither fills it nor keeps the others out.
 */
export function judge(load: Load, { size, ownWaiting, mostOfOne }: Arrival, limits: AdmissionLimits): Verdict {
  if (load.waiting === 0 && fits(load, size, limits)) return "go";
  const share = Math.ceil(limits.waiting / 2);
  const alone = ownWaiting === load.waiting;
  if (!alone && ownWaiting >= share) return "too many of this client";
  if (load.waiting < limits.waiting) return "wait";
  return !alone && mostOfOne > share ? "displace" : "server busy";
}
