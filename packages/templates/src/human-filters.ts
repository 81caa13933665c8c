import type { Bound } from "./arguments.ts";
import type { Environment } from "./environment.ts";
import { TemplateRenderError } from "./errors.ts";
import { filters } from "./filter.ts";
import { formatPercent } from "./formatting.ts";
import { daySeconds, Moment, Span, strftime } from "./moments.ts";
import { floatFor, floatOf } from "./number-filters.ts";
import { fixed, grouped } from "./number-text.ts";
import { elapsedText, preciseText } from "./spans-in-words.ts";
import { textOf } from "./text-of.ts";
import { typeName, type Value } from "./values.ts";

/** Numbers, sizes and times as people say them; the names and answers are those of `jinja2-humanize-extension`. */
export const humanFilters = filters({
  humanize_intcomma: ["ndigits", (value, given, { budget }) => withCommas(value, given, budget)],
  humanize_intword: ["format", inWords],
  humanize_ordinal: ["gender", (value, _, { budget }) => ordinal(value, budget)],
  humanize_apnumber: ["", (value, _, { budget }) => inLetters(value, budget)],
  humanize_scientific: [
    "precision",
    (value, given, { budget }) => scientific(value, given.integer("precision", 2), budget),
  ],
  humanize_naturalsize: ["binary gnu format", naturalSize],
  humanize_naturaldelta: [
    "months minimum_unit",
    (value, given) => elapsedText(spanOf(value, "humanize_naturaldelta"), wording(given)),
  ],
  humanize_naturaltime: ["future months minimum_unit when", naturalTime],
  humanize_precisedelta: [
    "minimum_unit suppress format",
    (value, given) => preciseText(spanOf(value, "humanize_precisedelta"), given.text("minimum_unit", "seconds")),
  ],
  humanize_naturalday: [
    "format",
    (value, given, environment) =>
      dayName(value, environment) ?? strftime(momentOf(value), given.text("format", "%b %d")),
  ],
  humanize_naturaldate: ["", naturalDate],
});

function wording(given: Bound) {
  return { usesMonths: given.flag("months", true), minimumUnit: given.text("minimum_unit", "seconds") };
}

function spanOf(value: Value, user: string): Span {
  if (value instanceof Span) return value;
  const seconds = floatOf(value);
  if (seconds === undefined)
    throw new TemplateRenderError(`${user} takes a time span or seconds, not ${typeName(value)}`);
  return new Span(Math.round(seconds * 1_000_000));
}

function momentOf(value: Value): Moment {
  if (value instanceof Moment) return value;
  throw new TemplateRenderError(`a day is that of a datetime, not of ${typeName(value)}`);
}

function naturalTime(value: Value, given: Bound, { now }: Environment): string {
  const when = given.optional("when");
  const span =
    value instanceof Moment
      ? new Span((when instanceof Moment ? when.time : known(now)) - value.time)
      : spanOf(value, "humanize_naturaltime");
  const isAhead = value instanceof Moment ? span.microseconds < 0 : given.flag("future") || span.microseconds < 0;
  const text = elapsedText(new Span(Math.abs(span.microseconds)), wording(given));
  if (text === "a moment") return "now";
  return isAhead ? `${text} from now` : `${text} ago`;
}

function known(now: number | undefined): number {
  if (now === undefined)
    throw new TemplateRenderError("what is said relative to now needs the time, which this template does not have");
  return now;
}

const dayMicroseconds = daySeconds * 1_000_000;

function daysFromNow({ time }: Moment, now: number | undefined): number {
  return Math.floor(time / dayMicroseconds) - Math.floor(known(now) / dayMicroseconds);
}

function dayName(value: Value, { now }: Environment): string | undefined {
  return { "-1": "yesterday", 0: "today", 1: "tomorrow" }[daysFromNow(momentOf(value), now)];
}

const fiveMonthsDays = 152;

function naturalDate(value: Value, _: Bound, environment: Environment): string {
  const moment = momentOf(value);
  const isFar = Math.abs(daysFromNow(moment, environment.now)) >= fiveMonthsDays;
  return dayName(value, environment) ?? strftime(moment, isFar ? "%b %d %Y" : "%b %d");
}

/** What is not a number is left as it is. */
function withCommas(value: Value, given: Bound, budget: Environment["budget"]): string {
  const number = floatOf(typeof value === "string" ? value.replaceAll(",", "") : value);
  if (number === undefined) return textOf(value, budget);
  if (!Number.isFinite(number)) return notFinite(number);
  const digits = given.optional("ndigits") === undefined ? undefined : Math.min(given.integer("ndigits"), 100);
  const plain = typeof value === "string" ? value.replaceAll(",", "") : textOf(value, budget);
  const [whole = "", ...rest] = (digits === undefined ? plain : fixed(number, digits)).split(".");
  return [grouped(whole, ","), ...rest].join(".");
}

function notFinite(number: number): string {
  if (Number.isNaN(number)) return "NaN";
  return number > 0 ? "+Inf" : "-Inf";
}

const powers = [
  "thousand",
  "million",
  "billion",
  "trillion",
  "quadrillion",
  "quintillion",
  "sextillion",
  "septillion",
  "octillion",
  "nonillion",
  "decillion",
];

function inWords(value: Value, given: Bound, { budget }: Environment): string {
  const number = floatOf(value);
  if (number === undefined) return textOf(value, budget);
  if (!Number.isFinite(number)) return notFinite(number);
  const whole = Math.trunc(number);
  const size = Math.abs(whole);
  if (size < 1000) return String(whole);
  const format = given.text("format", "%.1f");
  const sign = whole < 0 ? "-" : "";
  const steps = Math.min(Math.floor((String(BigInt(size)).length - 1) / 3), powers.length);
  const chopped = formatPercent(format, size / 1000 ** steps, budget);
  if (Number(chopped) === 1000 && steps < powers.length) {
    return `${sign}${formatPercent(format, 1, budget)} ${powers[steps] ?? ""}`;
  }
  return `${sign}${chopped} ${powers[steps - 1] ?? ""}`;
}

const endings = ["th", "st", "nd", "rd"];

function ordinal(value: Value, budget: Environment["budget"]): string {
  const number = floatOf(value);
  if (number === undefined) return textOf(value, budget);
  if (!Number.isFinite(number)) return notFinite(number);
  const whole = Math.trunc(number);
  const lastTwo = ((whole % 100) + 100) % 100;
  const ending = lastTwo >= 11 && lastTwo <= 13 ? "th" : (endings[lastTwo % 10] ?? "th");
  return `${whole}${ending}`;
}

const letters = ["zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine"];

function inLetters(value: Value, budget: Environment["budget"]): string {
  const number = floatOf(value);
  if (number === undefined) return textOf(value, budget);
  if (!Number.isFinite(number)) return notFinite(number);
  return letters[Math.trunc(number)] ?? String(Math.trunc(number));
}

const superscripts: Readonly<Record<string, string>> = {
  "0": "⁰",
  "1": "¹",
  "2": "²",
  "3": "³",
  "4": "⁴",
  "5": "⁵",
  "6": "⁶",
  "7": "⁷",
  "8": "⁸",
  "9": "⁹",
  "-": "⁻",
};

function scientific(value: Value, precision: number, budget: Environment["budget"]): string {
  const number = floatOf(value);
  if (number === undefined) return textOf(value, budget);
  if (!Number.isFinite(number)) return notFinite(number);
  const [digits = "", exponent = ""] = number.toExponential(Math.min(Math.max(precision, 0), 100)).split("e");
  const raised = Array.from(exponent.replace("+", ""), (digit) => superscripts[digit] ?? digit).join("");
  return `${digits} x 10${raised}`;
}

const decimalUnits = ["kB", "MB", "GB", "TB", "PB", "EB", "ZB", "YB", "RB", "QB"];
const binaryUnits = ["KiB", "MiB", "GiB", "TiB", "PiB", "EiB", "ZiB", "YiB", "RiB", "QiB"];

function naturalSize(value: Value, given: Bound, { budget }: Environment): string {
  const bytes = floatFor(value, "humanize_naturalsize");
  const isGnu = given.flag("gnu");
  const base = isGnu || given.flag("binary") ? 1024 : 1000;
  const size = Math.abs(bytes);
  if (size === 1 && !isGnu) return `${Math.trunc(bytes)} Byte`;
  if (size < base) return isGnu ? `${Math.trunc(bytes)}B` : `${Math.trunc(bytes)} Bytes`;
  const power = Math.min(Math.floor(Math.log(size) / Math.log(base) + 1e-12), decimalUnits.length);
  const number = formatPercent(given.text("format", "%.1f"), bytes / base ** power, budget);
  if (isGnu) return number + (decimalUnits[power - 1] ?? "").slice(0, 1).toUpperCase();
  return `${number} ${(given.flag("binary") ? binaryUnits : decimalUnits)[power - 1] ?? ""}`;
}
