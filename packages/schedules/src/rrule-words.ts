import { ordinalRanges, sentence, type Words, withMonths } from "./cron-words.ts";
import { dateInWords, every, listed, ordinal, weekdayList, weekdayNames } from "./phrases.ts";
import type { Rule, RuleSet } from "./rrule-text.ts";
import { timePhrase } from "./time-words.ts";

/** `every 2 weeks on Mondays at 09:00, until 31 December 2026`; undefined where a rule has parts that no short words say. */
export function rruleWords(set: RuleSet): Words | undefined {
  const rules = set.rules.map(ruleWords);
  const dates = set.dates.length === 0 ? [] : [{ words: `on ${set.dates.length} more dates`, anyZone: false }];
  const all = [...rules, ...dates];
  if (all.some((one) => one === undefined)) return undefined;
  const exceptions = set.excludedDates.size > 0 || set.excludedRules.length > 0 ? ", with exceptions" : "";
  const known = all.filter((one) => one !== undefined);
  return {
    words: listed(known.map(({ words }) => words)) + exceptions,
    anyZone: exceptions === "" && known.every(({ anyZone }) => anyZone),
  };
}

function ruleWords(rule: Rule): Words | undefined {
  const { weeks, daysOfYear, easterDays, count, until } = rule;
  if ([weeks, daysOfYear, easterDays].some((list) => list.length > 0)) return undefined;
  const base = rule.frequency in unitOfDays ? dayRule(rule) : timeRule(rule);
  if (base === undefined) return undefined;
  const times = count === undefined ? "" : `, ${count === 1 ? "once" : `${count} times`}`;
  const end = until === undefined ? "" : `, until ${dateInWords(until)}`;
  return { words: base.words + times + end, anyZone: base.anyZone && end === "" };
}

const unitOfDays: Readonly<Record<string, string>> = { DAILY: "day", WEEKLY: "week", MONTHLY: "month", YEARLY: "year" };
const unitOfTime: Readonly<Record<string, string>> = { HOURLY: "hour", MINUTELY: "minute", SECONDLY: "second" };

function dayRule(rule: Rule): Words | undefined {
  const time = timePhrase(rule);
  const days = daysOf(rule);
  if (days === "unknown") return undefined;
  const rhythm = rule.interval === 1 ? undefined : every(rule.interval, unitOfDays[rule.frequency] ?? "");
  if (rhythm === undefined) return { words: sentence(time, days), anyZone: false };
  const on = days === undefined ? "" : ` on ${days}`;
  return {
    words: time.kind === "at" ? `${rhythm}${on} ${time.words}` : `${time.words}, ${rhythm}${on}`,
    anyZone: false,
  };
}

function timeRule(rule: Rule): Words | undefined {
  const { interval, hours, minutes, seconds, positions, frequency } = rule;
  const days = daysOf(rule);
  const limited =
    hours.length > 0 ||
    (frequency !== "HOURLY" && minutes.length > 0) ||
    (frequency === "SECONDLY" && seconds.length > 0);
  if (days === "unknown" || limited || positions.length > 0 || seconds.length > 1) return undefined;
  const rhythm = every(interval, unitOfTime[frequency] ?? "");
  if (frequency === "HOURLY" && minutes.length > 1) return undefined;
  const minute = frequency === "HOURLY" && minutes[0] !== 0 ? ` at minute ${minutes[0]}` : "";
  const words = `${rhythm}${minute}`;
  return days === undefined ? { words, anyZone: true } : { words: `${words} on ${days}`, anyZone: false };
}

/** The days within a period, undefined where each of them is meant. */
function daysOf(rule: Rule): string | undefined | "unknown" {
  const { weekdays, nthWeekdays, daysOfMonth, positions, months, frequency } = rule;
  const kinds = [weekdays, nthWeekdays, daysOfMonth].filter((list) => list.length > 0);
  if (kinds.length > 1 || (frequency === "YEARLY" && months.length === 0)) return "unknown";
  if (positions.length > 0) return positionOf(rule);
  return withMonths(kindOfDays(rule), months);
}

function kindOfDays({ weekdays, nthWeekdays, daysOfMonth }: Rule): string | undefined {
  if (nthWeekdays.length > 0) {
    return `the ${listed(nthWeekdays.map(({ weekday, nth }) => `${ordinal(nth)} ${weekdayNames[weekday]}`))} of the month`;
  }
  if (daysOfMonth.length > 0) return `the ${listed(dayNames(daysOfMonth))} of the month`;
  return weekdays.length === 0 || weekdays.length === 7 ? undefined : weekdayList(weekdays.toSorted((a, b) => a - b));
}

function dayNames(daysOfMonth: readonly number[]): readonly string[] {
  const fromEnd = daysOfMonth.filter((day) => day < 0).toReversed();
  return [...ordinalRanges(daysOfMonth.filter((day) => day > 0)), ...fromEnd.map((day) => `${ordinal(day)} day`)];
}

/** `the last weekday of the month`: the use that BYSETPOS is known for. */
function positionOf({ frequency, weekdays, months, positions, hours, minutes, seconds }: Rule): string {
  const single = hours.length * minutes.length * seconds.length === 1;
  const kind = weekdays.length === 1 ? weekdayNames[weekdays[0] ?? 0] : weekdayList(weekdays.toSorted((a, b) => a - b));
  const word = kind === "weekdays" ? "weekday" : weekdays.length === 1 ? kind : undefined;
  if (frequency !== "MONTHLY" || !single || word === undefined || months.length > 0) return "unknown";
  return `the ${listed(positions.map((position) => `${ordinal(position)} ${word}`))} of the month`;
}
