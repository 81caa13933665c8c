import type { Cron, Days, NthWeekday } from "./cron-grammar.ts";
import {
  dateOf,
  dayOf,
  dayOfDate,
  daysInMonth,
  modulo,
  timeOfDay,
  type WallTime,
  wallTime,
  weekdayOf,
} from "./wall-time.ts";

/** As croniter does: an expression without a date in 50 years has none. */
const maxYearsWithoutDate = 50;

/**
 * The wall times of a cron expression from `from` on, in order. croner walks them 100 times slower, and the scheduler asks for a
 * million in a pass over ten thousand deployments.
 */
export function* cronWalls(cron: Cron, dayOr: boolean, from: WallTime): Generator<WallTime, undefined> {
  const firstDay = dayOf(from);
  let earliest = timeOfDay(from);
  for (const day of matchingDays(cron, dayOr, firstDay)) {
    if (day > firstDay) earliest = 0;
    for (const hour of cron.hours) {
      if (hour * 3600 + 3599 < earliest) continue;
      for (const minute of cron.minutes) {
        const time = hour * 3600 + minute * 60;
        for (const second of cron.seconds) {
          if (time + second >= earliest) yield wallTime(day, time + second);
        }
      }
    }
  }
}

/** Days since 1970-01-01, from `firstDay` on, until the expression has had none for 50 years. */
function* matchingDays(cron: Cron, dayOr: boolean, firstDay: number): Generator<number, undefined> {
  const years = cron.years === undefined ? undefined : new Set(cron.years);
  const months = new Set(cron.months);
  let { year, month, day: dayOfMonth } = dateOf(firstDay);
  let lastYear = year;
  while (year - lastYear <= maxYearsWithoutDate) {
    if ((years === undefined || years.has(year)) && months.has(month)) {
      const days = daysOf(cron.days, dayOr, year, month);
      for (; dayOfMonth <= days.count; dayOfMonth += 1) {
        if (!days.has(dayOfMonth)) continue;
        lastYear = year;
        yield days.first + dayOfMonth - 1;
      }
    }
    dayOfMonth = 1;
    month += 1;
    if (month > 12) {
      month = 1;
      year += 1;
    }
  }
}

function daysOf(days: Days, dayOr: boolean, year: number, month: number) {
  const count = daysInMonth(year, month);
  const first = dayOfDate(year, month, 1);
  const ofMonth = (day: number) => days.daysOfMonth.has(day) || (days.lastDayOfMonth && day === count);
  const ofWeek = (day: number) => days.weekdays.has(weekdayOf(first + day - 1));
  const numbered = new Set(days.nthWeekdays.map((nth) => dayOfNth(nth, first, count)));
  const inWeek = days.nthWeekdays.length > 0 ? (day: number) => numbered.has(day) : ofWeek;
  const { everyDayOfMonth, everyWeekday } = days;
  // croniter asks for the numbered weekday beside the day of month as well, so that "or" leaves the numbered weekdays.
  const either = dayOr && !everyDayOfMonth && !everyWeekday;
  const both = (day: number) =>
    (everyDayOfMonth || ofMonth(day)) && ((everyWeekday && numbered.size === 0) || inWeek(day));
  const one = days.nthWeekdays.length > 0 ? inWeek : (day: number) => ofMonth(day) || ofWeek(day);
  return { count, first, has: either ? one : both };
}

/** The day of month, or 0 where the month has no such weekday. */
function dayOfNth({ weekday, nth }: NthWeekday, first: number, count: number): number {
  const firstOfKind = 1 + modulo(weekday - weekdayOf(first), 7);
  const number = nth === "last" ? Math.floor((count - firstOfKind) / 7) + 1 : nth;
  const day = firstOfKind + (number - 1) * 7;
  return day <= count ? day : 0;
}
