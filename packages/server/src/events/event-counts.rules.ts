import { addSeconds, microsPerSecond, type Timestamp, toTimestamp } from "@ostinato/core";
import type { eventTimeUnits } from "@ostinato/protocol";

export type TimeUnit = (typeof eventTimeUnits)[number];

/** Stretches of time that hold the range. */
export interface TimeBuckets {
  readonly start: Timestamp;
  readonly widthMicros: number;
  readonly count: number;
}

const unitSeconds: Readonly<Record<TimeUnit, number>> = {
  week: 604_800,
  day: 86_400,
  hour: 3600,
  minute: 60,
  second: 1,
};

/** Time is divided from here on, in both directions: a Monday, as in Prefect, so that a stretch is the same in every answer. */
const pivot = toTimestamp("2024-04-01T00:00:00Z");

export interface TimeRange {
  readonly since: Timestamp;
  readonly until: Timestamp;
}

export interface Stretch {
  readonly unit: TimeUnit;
  /** The number of units. */
  readonly interval: number;
}

/** The number of intervals that fit in the range. */
export function lengthInStretches({ since, until }: TimeRange, stretch: Stretch): number {
  return Math.max(0, Math.ceil((until - since) / widthOf(stretch)));
}

/** From the interval of the start to the last one before the end, without intervals wholly in the future. */
export function bucketsOf({ since, until }: TimeRange, stretch: Stretch, now: Timestamp): TimeBuckets {
  const widthMicros = widthOf(stretch);
  const start = (pivot + Math.floor((since - pivot) / widthMicros) * widthMicros) as Timestamp;
  const end = until > now ? endOfUnit(now, stretch.unit) : until;
  return { start, widthMicros, count: Math.max(0, Math.ceil((end - start) / widthMicros)) };
}

function widthOf({ unit, interval }: Stretch): number {
  return Math.max(1, Math.round(unitSeconds[unit] * interval * microsPerSecond));
}

function endOfUnit(now: Timestamp, unit: TimeUnit): Timestamp {
  const unitMicros = unitSeconds[unit] * microsPerSecond;
  return addSeconds(pivot, ((Math.floor((now - pivot) / unitMicros) + 1) * unitMicros) / microsPerSecond);
}
