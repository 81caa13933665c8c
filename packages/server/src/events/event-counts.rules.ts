import { microsPerSecond, type Timestamp } from "@ostinato/core";
import type { eventTimeUnits } from "@ostinato/protocol";

export type TimeUnit = (typeof eventTimeUnits)[number];

/** Stretches of time that hold the range, the first at a whole unit. */
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

/** Weeks begin on Mondays, and 1970-01-01 was a Thursday. */
const offsetSeconds: Readonly<Record<TimeUnit, number>> = { week: 4 * 86_400, day: 0, hour: 0, minute: 0, second: 0 };

export interface TimeRange {
  readonly since: Timestamp;
  readonly until: Timestamp;
}

export function bucketsOf({ since, until }: TimeRange, unit: TimeUnit, interval: number): TimeBuckets {
  const unitMicros = unitSeconds[unit] * microsPerSecond;
  const offset = offsetSeconds[unit] * microsPerSecond;
  const start = (Math.floor((since - offset) / unitMicros) * unitMicros + offset) as Timestamp;
  const widthMicros = Math.max(1, Math.round(unitMicros * interval));
  return { start, widthMicros, count: until < start ? 0 : Math.floor((until - start) / widthMicros) + 1 };
}
