import { addSeconds, formatTimestamp, secondsBetween, type Timestamp } from "@ostinato/core";
import type { RetainedKind } from "@ostinato/protocol";
import type { Cutoffs } from "./retention.rules.ts";

/** Why there is a pass: its time has come, somebody has asked for one, or somebody says that the machine's clock is right. */
export type Cause = "due" | "asked" | "confirmed";

export interface Evidence {
  /** Where the clock of age stood, or the newest moment that the database had seen when the server started. */
  readonly known: Timestamp;
  /** The machine's clock, or PostgreSQL's where that is behind. */
  readonly wall: Timestamp;
  /** Even seconds that the server has run since it knew that. */
  readonly evenSeconds: number;
  readonly cause: Cause;
}

/** By so many seconds the clock of age gains on the even seconds while it is behind: a day in an hour. */
const gain = 24;
const secondsPerDay = 86_400;
/** By so much for each time that somebody asks: who runs no server but asks every day keeps up with the days. */
const gainWhenAsked = 2 * secondsPerDay;

/**
 * The moment from which age is measured. What is removed can't be had again, so a clock of the machine that is far ahead is
 * followed slowly: whether it is wrong, or the server was off for long, shows within hours. Back it is followed at once.
 */
export function measuredFrom({ known, wall, evenSeconds, cause }: Evidence): Timestamp {
  if (cause === "confirmed") return wall;
  const followed = addSeconds(known, evenSeconds * (1 + gain) + (cause === "asked" ? gainWhenAsked : 0));
  return Math.min(wall, followed) as Timestamp;
}

/** A server that was off for a weekend has followed before anybody could read this. */
const noticeableSeconds = 3 * secondsPerDay;

/** A sentence where age is measured from long before what the machine's clock says. */
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

/** More than half of what there is, and enough of it that somebody would miss it. */
const fewRows = 1000;

export interface Share {
  readonly old: number;
  readonly young: number;
}

export const countedOld = fewRows + 1;

export function isMost({ old, young }: Share): boolean {
  return old > fewRows && old > young;
}

export function mostInWords(kinds: readonly RetainedKind[]): string {
  return `More than half of the ${kinds.join(", ").replace("_", " ")} would go at once: nothing is removed before somebody says so. See what would go with "ostinato server retention"; correct the OSTINATO_RETENTION_… settings or the clock, or let it go with "ostinato server retention --run --confirm".`;
}

function day(moment: Timestamp): string {
  return formatTimestamp(moment).slice(0, 10);
}
