import type { Bound } from "./arguments.ts";
import type { Environment } from "./environment.ts";
import { TemplateRenderError } from "./errors.ts";
import { methods } from "./methods.ts";
import {
  Day,
  DayTime,
  dateText,
  type Moment,
  partsOf,
  Span,
  strftime,
  timeDownTo,
  timeText,
  withParts,
} from "./moments.ts";
import { Tuple, type Value } from "./values.ts";

export const momentMethods = methods<Moment>({
  isoformat: [
    "sep timespec",
    (moment, given) => `${dateText(moment)}${given.text("sep", "T")}${timeIn(moment, given)}+00:00`,
  ],
  strftime: ["format", formatted],
  replace: ["year month day hour minute second microsecond", replaced],
  timestamp: ["", (moment) => moment.time / 1_000_000],
  date: ["", (moment) => new Day(moment)],
  time: ["", (moment) => new DayTime(moment)],
  utcoffset: ["", () => new Span(0)],
  tzname: ["", () => "UTC"],
  dst: ["", () => null],
  astimezone: ["", (moment) => moment],
  ctime: ["", ctime],
  toordinal: ["", ordinal],
  weekday: ["", weekday],
  isoweekday: ["", isoWeekday],
  isocalendar: ["", isoCalendar],
});

export const dayMethods = methods<Day>({
  isoformat: ["", ({ moment }) => dateText(moment)],
  strftime: ["format", ({ moment }, given, environment) => formatted(moment, given, environment)],
  replace: ["year month day", ({ moment }, given) => new Day(replaced(moment, given))],
  ctime: ["", ({ moment }) => ctime(moment)],
  toordinal: ["", ({ moment }) => ordinal(moment)],
  weekday: ["", ({ moment }) => weekday(moment)],
  isoweekday: ["", ({ moment }) => isoWeekday(moment)],
  isocalendar: ["", ({ moment }) => isoCalendar(moment)],
});

export const timeMethods = methods<DayTime>({
  isoformat: ["timespec", ({ moment }, given) => timeIn(moment, given)],
  strftime: ["format", ({ moment }, given, environment) => formatted(moment, given, environment)],
});

export const spanMethods = methods<Span>({
  total_seconds: ["", (span) => span.microseconds / 1_000_000],
});

function timeIn(moment: Moment, given: Bound): string {
  if (!given.has("timespec")) return timeText(moment);
  const text = timeDownTo(moment, given.text("timespec"));
  if (text === undefined) throw new TemplateRenderError(`"${given.text("timespec")}" is not a unit of times`);
  return text;
}

function formatted(moment: Moment, given: Bound, { budget }: Environment): string {
  const text = strftime(moment, given.text("format"));
  budget.make(text.length);
  return text;
}

const parts = ["year", "month", "day", "hour", "minute", "second", "microsecond"] as const;

function replaced(moment: Moment, given: Bound): Moment {
  const named = parts.flatMap((part) => (given.has(part) ? [[part, given.integer(part)]] : []));
  const made = withParts(moment, Object.fromEntries(named));
  if (made === undefined) throw new TemplateRenderError("replace gives a date that is not in the calendar");
  return made;
}

function ctime(moment: Moment): string {
  return strftime(moment, "%a %b %e %H:%M:%S %Y");
}

const dayMicroseconds = 86_400_000_000;
/** The first day of the year 1 is day 1. */
const firstDay = 719_163;

function ordinal(moment: Moment): bigint {
  return BigInt(Math.floor(moment.time / dayMicroseconds) + firstDay);
}

function weekday(moment: Moment): bigint {
  return BigInt(partsOf(moment).weekday);
}

function isoWeekday(moment: Moment): bigint {
  return weekday(moment) + 1n;
}

function isoCalendar(moment: Moment): Value {
  const numbers = [strftime(moment, "%G"), strftime(moment, "%V")].map(BigInt);
  return new Tuple([...numbers, isoWeekday(moment)], ["year", "week", "weekday"]);
}
