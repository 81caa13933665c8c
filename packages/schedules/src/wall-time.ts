/** What a clock on the wall shows: whole seconds since 1970-01-01T00:00 on that clock, without a zone. */
export type WallTime = number & { readonly __unit: "seconds on the wall clock" };

export const secondsPerDay = 86_400;

/** The last wall time that a schedule reaches: `Timestamp` ends in the year 2255. */
export const endOfTime = (Date.UTC(2255, 0, 1) / 1000) as WallTime;

/** The first one: before 1900 the clocks of most places went by the sun. */
export const startOfTime = (Date.UTC(1900, 0, 1) / 1000) as WallTime;

/** Days since 1970-01-01. */
export function dayOf(wall: WallTime): number {
  return Math.floor(wall / secondsPerDay);
}

/** Seconds since the midnight before. */
export function timeOfDay(wall: WallTime): number {
  return wall - dayOf(wall) * secondsPerDay;
}

export function wallTime(day: number, secondOfDay: number): WallTime {
  return (day * secondsPerDay + secondOfDay) as WallTime;
}

export interface CalendarDate {
  readonly year: number;
  /** 1 to 12. */
  readonly month: number;
  /** 1 to 31. */
  readonly day: number;
}

/** `day` counts from 1970-01-01. */
export function dateOf(day: number): CalendarDate {
  const date = new Date(day * secondsPerDay * 1000);
  return { year: date.getUTCFullYear(), month: date.getUTCMonth() + 1, day: date.getUTCDate() };
}

/** Days since 1970-01-01. Months beyond 12 belong to the years after, days beyond the month's to the months after. */
export function dayOfDate(year: number, month: number, day: number): number {
  return Date.UTC(year, month - 1, day) / 1000 / secondsPerDay;
}

export function daysInMonth(year: number, month: number): number {
  return dayOfDate(year, month + 1, 1) - dayOfDate(year, month, 1);
}

/** 0 is Sunday, as in cron. */
export function weekdayOf(day: number): number {
  return modulo(day + 4, 7);
}

export function modulo(value: number, divisor: number): number {
  return value - Math.floor(value / divisor) * divisor;
}

/** `2026-03-08T02:30:00`. */
export function formatWallTime(wall: WallTime): string {
  return new Date(wall * 1000).toISOString().slice(0, 19);
}
