import { addSeconds, formatTimestamp, secondsBetween, type Timestamp } from "@ostinato/core";
import type { RetainedKind } from "@ostinato/protocol";
import type { Cutoffs } from "./retention.rules.ts";

/** The reason for a pass: it is due, somebody asked for it, or somebody confirmed that the machine's clock is right. */
export type Cause = "due" | "asked" | "confirmed";

export interface Evidence {
  /** The last value of the age clock, or the newest time in the database when the server started. */
  readonly known: Timestamp;
  /** The machine's clock, or PostgreSQL's where that is behind. */
  readonly wall: Timestamp;
  /** Even seconds that the server has run since it knew that. */
  readonly evenSeconds: number;
  readonly cause: Cause;
}

/** While it is behind, the age clock runs this much faster than the monotonic clock: a day in an hour. */
const gain = 24;
const secondsPerDay = 86_400;
/** The gain for each requested pass: with one request a day it keeps up, even if no server runs. */
const gainWhenAsked = 2 * secondsPerDay;

/**
 * The time from which age is measured. Removed data cannot be recovered, so the age clock follows a machine's clock that is far
 * ahead slowly: within hours it shows whether it is wrong, or the server was off for long. Backwards it follows at once.
 */
export function measuredFrom({ known, wall, evenSeconds, cause }: Evidence): Timestamp {
  if (cause === "confirmed") return wall;
  const followed = addSeconds(known, evenSeconds * (1 + gain) + (cause === "asked" ? gainWhenAsked : 0));
  return Math.min(wall, followed) as Timestamp;
}

/** A server that was off for a weekend has followed before anybody could read this. */
const noticeableSeconds = 3 * secondsPerDay;

/** A sentence if the age clock is far behind the machine's clock. */
export function lagInWords(from: Timestamp, wall: Timestamp): string | null {
  if (secondsBetween(from, wall) < noticeableSeconds) return null;
  return `The clock says ${day(wall)}, and by what this database has seen it is ${day(from)}: age is measured from there, and follows by a day in each hour that the server runs. Put the clock right; or, if it is right, say so with "ostinato server retention --run --confirm".`;
}

/** The kinds of which this pass would remove what became too old at a stroke, not in the course of time. */
export function kindsAtAStroke(cutoffs: Cutoffs, before: Cutoffs | null): readonly RetainedKind[] {
  return (Object.keys(cutoffs) as RetainedKind[]).filter((kind) => {
    const [cutoff, earlier] = [cutoffs[kind], before?.[kind] ?? null];
    return cutoff !== null && (earlier === null || secondsBetween(earlier, cutoff) > secondsPerDay);
  });
}

/** A pass that would remove more than half of the rows needs confirmation, if they are at least this many. */
const fewRows = 1000;

export interface Share {
  readonly old: number;
  readonly young: number;
}

export const countedOld = fewRows + 1;

export function isMajority({ old, young }: Share): boolean {
  return old > fewRows && old > young;
}

export function majorityInWords(kinds: readonly RetainedKind[]): string {
  return `More than half of the ${kinds.join(", ").replace("_", " ")} would go at once: nothing is removed before somebody says so. See what would go with "ostinato server retention"; correct the OSTINATO_RETENTION_… settings or the clock, or let it go with "ostinato server retention --run --confirm".`;
}

function day(moment: Timestamp): string {
  return formatTimestamp(moment).slice(0, 10);
}
