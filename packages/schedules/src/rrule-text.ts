import { dateOf, dayOf, daysInMonth, timeOfDay, type WallTime, weekdayOf } from "./wall-time.ts";

/** The lines of a recurrence, as dateutil reads them; all dates are digits on the wall, whatever zone they name. */
export interface RuleSet {
  readonly rules: readonly Rule[];
  readonly excludedRules: readonly Rule[];
  /** Sorted. */
  readonly dates: readonly WallTime[];
  readonly excludedDates: ReadonlySet<WallTime>;
  readonly start: WallTime;
  readonly hasStart: boolean;
  /** Zones that the dates name, as they are written, `UTC` for `Z`: they count for nothing. */
  readonly ignoredZones: readonly string[];
}

export const frequencies = ["YEARLY", "MONTHLY", "WEEKLY", "DAILY", "HOURLY", "MINUTELY", "SECONDLY"] as const;
export type Frequency = (typeof frequencies)[number];

/** What a rule says or leaves to its start. Lists of numbers are sorted, and empty where every value will do. */
export interface Rule {
  readonly frequency: Frequency;
  readonly interval: number;
  readonly start: WallTime;
  /** 0 is Sunday. */
  readonly weekStart: number;
  readonly count: number | undefined;
  readonly until: WallTime | undefined;
  /** UNTIL has a date and no time, which means its midnight. */
  readonly untilIsDate: boolean;
  readonly months: readonly number[];
  readonly daysOfMonth: readonly number[];
  readonly daysOfYear: readonly number[];
  readonly weeks: readonly number[];
  /** Days from Easter Sunday. */
  readonly easterDays: readonly number[];
  readonly weekdays: readonly number[];
  /** `-1FR`, the last Friday of the month, or of the year for a yearly rule without months. */
  readonly nthWeekdays: readonly { readonly weekday: number; readonly nth: number }[];
  readonly positions: readonly number[];
  readonly hours: readonly number[];
  readonly minutes: readonly number[];
  readonly seconds: readonly number[];
}

/** A recurrence that can't be read. */
export class RRuleError extends Error {
  override readonly name = "RRuleError";
}

const maxRRuleCharacters = 6500;

/** Where a rule without DTSTART begins. */
const defaultStart = (Date.UTC(2020, 0, 1) / 1000) as WallTime;

/** Throws an RRuleError that names the part and what to write instead. */
export function parseRRule(text: string): RuleSet {
  if (text.length > maxRRuleCharacters) {
    throw new RRuleError(
      `it has ${text.length} characters, and at most ${maxRRuleCharacters} are taken: make several schedules`,
    );
  }
  const lines = text
    .toUpperCase()
    .split(/\s+/)
    .filter((line) => line !== "")
    .map(readLine);
  const dates = (name: string) => lines.filter((line) => line.name === name).flatMap(readDates);
  const starts = dates("DTSTART");
  const start = starts.at(-1)?.wall ?? defaultStart;
  const rules = (name: string) => lines.filter((line) => line.name === name).map(({ value }) => readRule(value, start));
  const found: RuleSet = {
    rules: rules("RRULE"),
    excludedRules: rules("EXRULE"),
    dates: dates("RDATE")
      .map(({ wall }) => wall)
      .toSorted((a, b) => a - b),
    excludedDates: new Set(dates("EXDATE").map(({ wall }) => wall)),
    start,
    hasStart: starts.length > 0,
    ignoredZones: [...new Set(zonesIn(text))],
  };
  if (found.rules.length === 0 && found.dates.length === 0) {
    throw new RRuleError('it has no RRULE line: write one, such as "RRULE:FREQ=DAILY;BYHOUR=9"');
  }
  return found;
}

interface Line {
  readonly name: string;
  readonly parameters: readonly string[];
  readonly value: string;
}

const lineNames = ["RRULE", "EXRULE", "RDATE", "EXDATE", "DTSTART"];

function readLine(line: string): Line {
  const colon = line.indexOf(":");
  if (colon < 0) return { name: "RRULE", parameters: [], value: line };
  const [name = "", ...parameters] = line.slice(0, colon).split(";");
  if (!lineNames.includes(name)) {
    throw new RRuleError(`${JSON.stringify(name)} is not a line of it: write ${lineNames.join(", ")}`);
  }
  const other = parameters.find((one) => !/^(TZID=.+|VALUE=DATE(-TIME)?)$/.test(one) || name.endsWith("RULE"));
  if (other !== undefined) throw new RRuleError(`${name} takes no parameter ${JSON.stringify(other)}: leave it out`);
  return { name, parameters, value: line.slice(colon + 1) };
}

function readDates({ name, value }: Line) {
  return value.split(",").map((text) => readDate(name, text));
}

/** `20260101T090000`, with or without `Z`, seconds or time, and the same with `-` and `:`. */
function readDate(name: string, text: string): { readonly wall: WallTime; readonly isDate: boolean } {
  const match = /^(\d{4})-?(\d\d)-?(\d\d)(?:T(\d\d):?(\d\d):?(\d\d)?(?:Z|[+-]\d\d:?\d\d)?)?$/.exec(text);
  const [year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0] = (match ?? [])
    .slice(1)
    .map((digits) => Number(digits ?? 0));
  const valid = month >= 1 && month <= 12 && day >= 1 && day <= daysInMonth(year, month) && year >= 1900;
  if (match === null || !valid || hour > 23 || minute > 59 || second > 59) {
    throw new RRuleError(`${name} ${JSON.stringify(text)} is not a date: write it as 20260131T090000`);
  }
  return {
    wall: (Date.UTC(year, month - 1, day, hour, minute, second) / 1000) as WallTime,
    isDate: match[4] === undefined,
  };
}

function zonesIn(text: string): readonly string[] {
  const named = [...text.matchAll(/;TZID=([^:;\s]+)/gi)].flatMap(([, zone]) => zone ?? []);
  return /\dZ\b/i.test(text) ? [...named, "UTC"] : named;
}

function readRule(value: string, start: WallTime): Rule {
  const parts = new Map(value.split(";").map(readPart));
  const frequency = frequencies.find((one) => one === parts.get("FREQ"));
  if (frequency === undefined) {
    throw new RRuleError(
      `FREQ ${JSON.stringify(parts.get("FREQ") ?? "")} is not a frequency: write ${frequencies.join(", ")}`,
    );
  }
  const until = parts.get("UNTIL");
  const untilDate = until === undefined ? undefined : readDate("UNTIL", until);
  const days = readWeekdays(parts.get("BYDAY") ?? parts.get("BYWEEKDAY"), frequency);
  return withDefaults({
    frequency,
    start,
    interval: readNumber(parts, "INTERVAL", 1, 1_000_000) ?? 1,
    weekStart: readWeekStart(parts.get("WKST")),
    count: readNumber(parts, "COUNT", 0, Number.MAX_SAFE_INTEGER),
    until: untilDate?.wall,
    untilIsDate: untilDate?.isDate ?? false,
    months: readList(parts, "BYMONTH", 1, 12),
    daysOfMonth: readList(parts, "BYMONTHDAY", -31, 31),
    daysOfYear: readList(parts, "BYYEARDAY", -366, 366),
    weeks: readList(parts, "BYWEEKNO", -53, 53),
    easterDays: readList(parts, "BYEASTER", -366, 366, true),
    ...days,
    positions: readList(parts, "BYSETPOS", -366, 366),
    hours: readList(parts, "BYHOUR", 0, 23),
    minutes: readList(parts, "BYMINUTE", 0, 59),
    seconds: readList(parts, "BYSECOND", 0, 59),
  });
}

const partNames = [
  ...["FREQ", "INTERVAL", "COUNT", "UNTIL", "WKST", "BYMONTH", "BYMONTHDAY", "BYYEARDAY", "BYWEEKNO", "BYEASTER"],
  ...["BYDAY", "BYWEEKDAY", "BYSETPOS", "BYHOUR", "BYMINUTE", "BYSECOND"],
];

function readPart(pair: string): readonly [string, string] {
  const [name = "", value, ...more] = pair.split("=");
  if (!partNames.includes(name) || value === undefined || value === "" || more.length > 0) {
    throw new RRuleError(
      `${JSON.stringify(pair)} is not a part of a rule: write NAME=VALUE with one of ${partNames.join(", ")}`,
    );
  }
  return [name, value];
}

function readNumber(parts: ReadonlyMap<string, string>, name: string, min: number, max: number): number | undefined {
  const text = parts.get(name);
  return text === undefined ? undefined : numberOf(name, text, min, max);
}

function readList(
  parts: ReadonlyMap<string, string>,
  name: string,
  min: number,
  max: number,
  withZero = min === 0,
): readonly number[] {
  const numbers = (parts.get(name)?.split(",") ?? []).map((text) => numberOf(name, text, min, max));
  if (!withZero && numbers.includes(0)) throw new RRuleError(`${name} is 0: write ${min} to -1 or 1 to ${max}`);
  return [...new Set(numbers)].toSorted((a, b) => a - b);
}

function numberOf(name: string, text: string, min: number, max: number): number {
  const number = Number(text);
  if (/^[+-]?\d+$/.test(text) && number >= min && number <= max) return number;
  throw new RRuleError(`${name} ${JSON.stringify(text)} is out of range: write a whole number from ${min} to ${max}`);
}

const weekdayNames = ["SU", "MO", "TU", "WE", "TH", "FR", "SA"];

function readWeekStart(text = "MO"): number {
  const weekday = weekdayNames.indexOf(text);
  if (weekday < 0)
    throw new RRuleError(`WKST ${JSON.stringify(text)} is not a weekday: write ${weekdayNames.join(", ")}`);
  return weekday;
}

/** `MO`, `+1MO`, `-1MO` and `MO(-1)`. Only months and years have numbered weekdays; elsewhere the number counts for nothing. */
function readWeekdays(text: string | undefined, frequency: Frequency): Pick<Rule, "weekdays" | "nthWeekdays"> {
  const days = (text?.split(",") ?? []).map((item) => {
    const [, before, name = "", inside] = /^([+-]?\d+)?([A-Z]{2})(?:\(([+-]?\d+)\))?$/.exec(item) ?? [];
    const weekday = weekdayNames.indexOf(name);
    const nth = Number(before ?? inside ?? 0);
    if (weekday < 0 || Math.abs(nth) > 53) {
      throw new RRuleError(
        `BYDAY ${JSON.stringify(item)} is not a weekday: write MO, or 2MO and -1MO for the second and the last Monday`,
      );
    }
    return { weekday, nth };
  });
  const numbered = (nth: number) => nth !== 0 && (frequency === "YEARLY" || frequency === "MONTHLY");
  return {
    weekdays: days.filter(({ nth }) => !numbered(nth)).map(({ weekday }) => weekday),
    nthWeekdays: days.filter(({ nth }) => numbered(nth)),
  };
}

/** What a rule doesn't say it takes from its start: the day, and the parts of the time that are smaller than its frequency. */
function withDefaults(rule: Rule): Rule {
  const { year: _, month, day } = dateOf(dayOf(rule.start));
  const time = timeOfDay(rule.start);
  const { frequency } = rule;
  const hasDay = [rule.weeks, rule.daysOfYear, rule.daysOfMonth, rule.weekdays, rule.nthWeekdays, rule.easterDays].some(
    (list) => list.length > 0,
  );
  const yearly = !hasDay && frequency === "YEARLY";
  const rank = frequencies.indexOf(frequency);
  const orStart = (list: readonly number[], value: number, applies: boolean) =>
    list.length === 0 && applies ? [value] : list;
  return {
    ...rule,
    months: orStart(rule.months, month, yearly),
    daysOfMonth: orStart(rule.daysOfMonth, day, yearly || (!hasDay && frequency === "MONTHLY")),
    weekdays: orStart(rule.weekdays, weekdayOf(dayOf(rule.start)), !hasDay && frequency === "WEEKLY"),
    hours: orStart(rule.hours, Math.floor(time / 3600), rank < frequencies.indexOf("HOURLY")),
    minutes: orStart(rule.minutes, Math.floor(time / 60) % 60, rank < frequencies.indexOf("MINUTELY")),
    seconds: orStart(rule.seconds, time % 60, rank < frequencies.indexOf("SECONDLY")),
  };
}
