import { addSeconds, secondsBetween, type Timestamp } from "@ostinato/core";

/** How far ahead runs are made, as Prefect's scheduler does. */
export interface Horizon {
  /** No run is made for an earlier date. */
  readonly start: Timestamp;
  /** Nor for a later one. */
  readonly end: Timestamp;
  /** Dates are taken until there are this many and the last one is this far from the start, up to the maximum. */
  readonly minRuns: number;
  readonly minSeconds: number;
  readonly maxRuns: number;
}

const minRuns = 3;
const maxRuns = 100;
const minSeconds = 3600;
const maxDays = 100;
const daySeconds = 86_400;

/** The horizon of the scheduler. `maxScheduledRuns` bounds the runs of one schedule that wait. */
export function usualHorizon(now: Timestamp, maxScheduledRuns: number | null): Horizon {
  const max = Math.min(maxRuns, maxScheduledRuns ?? maxRuns);
  const end = addSeconds(now, maxDays * daySeconds);
  return { start: now, end, minRuns: Math.min(minRuns, max), minSeconds, maxRuns: max };
}

interface AskedRange {
  readonly end: Timestamp | undefined;
  readonly minRuns: number | undefined;
  readonly maxRuns: number | undefined;
  readonly minSeconds: number | undefined;
}

/** The horizon of a request, which has the scheduler's bounds where it names none. */
export function rangeHorizon(start: Timestamp, asked: AskedRange): Horizon {
  const usual = usualHorizon(start, null);
  return {
    start,
    end: asked.end ?? usual.end,
    minRuns: asked.minRuns ?? usual.minRuns,
    maxRuns: asked.maxRuns ?? usual.maxRuns,
    minSeconds: asked.minSeconds ?? usual.minSeconds,
  };
}

/** The first dates of a schedule from `from` on, at most so many. */
export type DatesFrom = (from: Timestamp, count: number) => readonly Timestamp[];

export interface RunTimes {
  readonly dates: readonly Timestamp[];
  /** When the schedule needs another look; null if it has no further dates. */
  readonly due: Timestamp | null;
}

/** The dates of a schedule within the horizon, and when that has to be asked again. */
export function runTimes(datesFrom: DatesFrom, horizon: Horizon): RunTimes {
  const { start, minRuns, maxRuns } = horizon;
  // Most schedules run seldom, so that a few dates tell everything.
  const few = datesFrom(start, Math.min(minRuns, maxRuns) + 1);
  const isFew = few.length <= minRuns || isEnough(few.slice(0, minRuns), horizon);
  return takeDates(isFew ? few : datesFrom(start, maxRuns + 1), horizon);
}

function isEnough(dates: readonly Timestamp[], { start, minRuns, minSeconds }: Horizon): boolean {
  const last = dates.at(-1) ?? start;
  return dates.length >= minRuns && last >= addSeconds(start, minSeconds);
}

/** One date more than are taken says when the next one comes into reach. */
function takeDates(candidates: readonly Timestamp[], horizon: Horizon): RunTimes {
  const { end, maxRuns } = horizon;
  const dates: Timestamp[] = [];
  for (const date of candidates) {
    if (dates.length >= maxRuns || date > end || (dates.length > 0 && isEnough(dates, horizon))) break;
    dates.push(date);
  }
  return { dates, due: nextLook(dates, candidates[dates.length], horizon) };
}

/** No schedule is looked at more often, but where its runs would be used up before; and none more than once a second. */
const usualRestSeconds = 60;
const minRestSeconds = 1;

function nextLook(
  dates: readonly Timestamp[],
  next: Timestamp | undefined,
  { start, end, minRuns, minSeconds }: Horizon,
): Timestamp | null {
  if (next === undefined) return null;
  const last = dates.at(-1);
  if (last === undefined || next > end) return later(addSeconds(next, -maxDays * daySeconds), start);
  const tooFewAfter = dates[dates.length - Math.max(1, minRuns)] ?? last;
  const tooShortAfter = addSeconds(last, -minSeconds);
  const wanted = Math.min(tooFewAfter, dates.length < minRuns ? tooFewAfter : tooShortAfter) as Timestamp;
  const rest = Math.max(minRestSeconds, Math.min(usualRestSeconds, secondsBetween(start, last) / 2));
  return Math.max(wanted + 1, addSeconds(start, rest)) as Timestamp;
}

function later(one: Timestamp, other: Timestamp): Timestamp {
  return Math.max(one, other + 1) as Timestamp;
}
