import { type Timestamp, timeOrderedId, toTimestamp } from "@ostinato/core";
import type { RetainedKind } from "@ostinato/protocol";
import type { Context } from "../kernel/context.ts";
import { unit } from "../kernel/unit.ts";
import { databaseNow, newestMoment, shareBefore } from "./age.queries.ts";
import { type Cause, isMajority, kindsAtAStroke, lagInWords, majorityInWords, measuredFrom } from "./age.rules.ts";
import { begunAt, keepBegunAt, lastPass } from "./retention.queries.ts";
import { type Cutoffs, readCutoffs } from "./retention.rules.ts";

/** The clock that decides which data is too old. Its value is stored with the passes, for all servers of the database. */
export interface AgeClock {
  /** Why removal is held back, in words; null if it is not. */
  readonly waiting: string | null;
  /** Records the known times before this server writes any with a clock that may be wrong. */
  begin(): Promise<void>;
  read(cause: Cause): Promise<Timestamp>;
  /** Why nothing may be removed before a confirmation. */
  reasonToWait(cutoffs: Cutoffs): Promise<string | null>;
  /** Marks the last reading as durable, with its pass. */
  kept(): void;
}

const warnAgainSeconds = 12 * 3600;

export function ageClock(context: Context): AgeClock {
  const { db, clock, log } = context;
  /** The start of the monotonic seconds, independent of the passes. */
  let countedFrom = clock.elapsed();
  const startedAt = clock.now();
  let readAt = countedFrom;
  let warnedAt = Number.NEGATIVE_INFINITY;
  let lag: string | null = null;
  let majority: string | null = null;

  function warn(message: string | null): void {
    if (message === null || clock.elapsed() - warnedAt < warnAgainSeconds) return;
    warnedAt = clock.elapsed();
    log.warn(message);
  }

  /** Times that this server wrote itself are only as right as its clock. */
  async function known(): Promise<Timestamp> {
    const asOf = (await lastPass(db))?.as_of ?? null;
    if (asOf !== null) return toTimestamp(asOf);
    return (await begunAt(db)) ?? (await newestMoment(db, startedAt)) ?? startedAt;
  }

  /** The machine's clock, or PostgreSQL's where that is behind. */
  async function wallClock(own: Timestamp): Promise<Timestamp> {
    return Math.min(own, (await databaseNow(db)) ?? own) as Timestamp;
  }

  return {
    get waiting() {
      return majority ?? lag;
    },
    async begin() {
      if ((await lastPass(db))?.as_of != null || (await begunAt(db)) !== null) return;
      const moment = Math.min(await known(), await wallClock(startedAt)) as Timestamp;
      await unit(context, ({ tx }) => keepBegunAt(tx, moment, { id: timeOrderedId(startedAt), now: startedAt }));
    },
    async read(cause) {
      const own = clock.now();
      // A confirmation refers to the machine's clock.
      const wall = cause === "confirmed" ? own : await wallClock(own);
      readAt = clock.elapsed();
      const now = measuredFrom({ known: await known(), wall, evenSeconds: readAt - countedFrom, cause });
      [lag, majority] = [lagInWords(now, own), null];
      warn(lag);
      return now;
    },
    async reasonToWait(cutoffs) {
      const written = (await lastPass(db))?.cutoffs ?? null;
      const before = written === null ? null : readCutoffs(written);
      const kinds: RetainedKind[] = [];
      for (const kind of kindsAtAStroke(cutoffs, before)) {
        const cutoff = cutoffs[kind];
        if (cutoff !== null && isMajority(await shareBefore(db, kind, cutoff))) kinds.push(kind);
      }
      majority = kinds.length === 0 ? null : majorityInWords(kinds);
      warn(majority);
      return majority;
    },
    kept() {
      countedFrom = readAt;
    },
  };
}
