import type { Rule } from "./rrule-text.ts";
import { dateOf, dayOfDate, daysInMonth, modulo, weekdayOf } from "./wall-time.ts";

/** Whether a day, counted from 1970-01-01, has everything that a rule asks of days. */
export function dayFilter(rule: Rule): (day: number) => boolean {
  const checks = [monthCheck, weekCheck, weekdayCheck, nthWeekdayCheck, easterCheck, dayOfMonthCheck, dayOfYearCheck]
    .map((make) => make(rule))
    .filter((check) => check !== undefined);
  return (day) => checks.every((check) => check(day));
}

type DayCheck = ((day: number) => boolean) | undefined;

function monthCheck({ months }: Rule): DayCheck {
  if (months.length === 0) return undefined;
  return (day) => months.includes(dateOf(day).month);
}

function weekdayCheck({ weekdays }: Rule): DayCheck {
  if (weekdays.length === 0) return undefined;
  return (day) => weekdays.includes(weekdayOf(day));
}

function nthWeekdayCheck({ nthWeekdays, frequency, months }: Rule): DayCheck {
  if (nthWeekdays.length === 0) return undefined;
  const ofYear = frequency === "YEARLY" && months.length === 0;
  return (day) => {
    const weekday = weekdayOf(day);
    if (!nthWeekdays.some((one) => one.weekday === weekday)) return false;
    const { index, length } = ofYear ? placeInYear(day) : placeInMonth(day);
    const fromStart = Math.floor(index / 7) + 1;
    const fromEnd = -Math.floor((length - 1 - index) / 7) - 1;
    return nthWeekdays.some((one) => one.weekday === weekday && (one.nth === fromStart || one.nth === fromEnd));
  };
}

function dayOfMonthCheck({ daysOfMonth }: Rule): DayCheck {
  if (daysOfMonth.length === 0) return undefined;
  return (day) => {
    const { index, length } = placeInMonth(day);
    return daysOfMonth.includes(index + 1) || daysOfMonth.includes(index - length);
  };
}

function dayOfYearCheck({ daysOfYear }: Rule): DayCheck {
  if (daysOfYear.length === 0) return undefined;
  return (day) => {
    const { index, length } = placeInYear(day);
    return daysOfYear.includes(index + 1) || daysOfYear.includes(index - length);
  };
}

/** Weeks begin on the rule's first weekday, and week 1 is the first that has four days in the year. */
function weekCheck({ weeks, weekStart }: Rule): DayCheck {
  if (weeks.length === 0) return undefined;
  const firstDay = (year: number) => {
    const fourth = dayOfDate(year, 1, 4);
    return fourth - modulo(weekdayOf(fourth) - weekStart, 7);
  };
  return (day) => {
    const start = day - modulo(weekdayOf(day) - weekStart, 7);
    const { year } = dateOf(start + 3);
    const week = (start - firstDay(year)) / 7 + 1;
    const count = (firstDay(year + 1) - firstDay(year)) / 7;
    return weeks.includes(week) || weeks.includes(week - count - 1);
  };
}

function easterCheck({ easterDays }: Rule): DayCheck {
  if (easterDays.length === 0) return undefined;
  return (day) => easterDays.includes(day - easterOf(dateOf(day).year));
}

/** Easter Sunday of the Gregorian calendar: the algorithm that was published without a name in Nature, 1876. */
function easterOf(year: number): number {
  const golden = year % 19;
  const century = Math.floor(year / 100);
  const ofCentury = year % 100;
  const moonCorrection = Math.floor((century - Math.floor((century + 8) / 25) + 1) / 3);
  const epact = (19 * golden + century - Math.floor(century / 4) - moonCorrection + 15) % 30;
  const toSunday = (32 + 2 * (century % 4) + 2 * Math.floor(ofCentury / 4) - epact - (ofCentury % 4)) % 7;
  const late = Math.floor((golden + 11 * epact + 22 * toSunday) / 451);
  const sum = epact + toSunday - 7 * late + 114;
  return dayOfDate(year, Math.floor(sum / 31), (sum % 31) + 1);
}

/** The day's place, from 0, and how many there are. */
function placeInMonth(day: number) {
  const date = dateOf(day);
  return { index: date.day - 1, length: daysInMonth(date.year, date.month) };
}

function placeInYear(day: number) {
  const { year } = dateOf(day);
  const first = dayOfDate(year, 1, 1);
  return { index: day - first, length: dayOfDate(year + 1, 1, 1) - first };
}
