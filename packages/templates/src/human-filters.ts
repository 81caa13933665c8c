import type { Bound } from "./arguments.ts";
import type { Environment } from "./environment.ts";
import { TemplateRenderError } from "./errors.ts";
import { filters } from "./filter.ts";
import { formatBraces, formatPercent, formatted } from "./formatting.ts";
import { Day, daySeconds, Moment, Span, strftime } from "./moments.ts";
import { floatFor, floatOf } from "./number-filters.ts";
import { fixed, rounded } from "./number-text.ts";
import { isNumeric, numeric, order, undefinedError } from "./operators.ts";
import { iterated } from "./sequences.ts";
import { elapsedText, preciseText } from "./spans-in-words.ts";
import { textOf } from "./text-of.ts";
import { typeName, Undefined, type Value } from "./values.ts";

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
  humanize_fractional: ["", (value, _, { budget }) => fractional(value, budget)],
  humanize_metric: ["unit precision", metric],
  humanize_clamp: ["floor ceil format floor_token ceil_token", clamped],
  humanize_decimal_separator: ["", () => "."],
  humanize_thousands_separator: ["", () => ","],
  humanize_deactivate: ["", () => null],
  humanize_abs_timedelta: ["", (value) => absolute(value)],
  humanize_naturaldelta: ["months minimum_unit", naturalDelta],
  humanize_naturaltime: ["future months minimum_unit when", naturalTime],
  humanize_precisedelta: ["minimum_unit suppress format", preciseDelta],
  humanize_naturalday: [
    "format",
    (value, given, environment) => naturalDay(value, given.text("format", "%b %d"), environment),
  ],
  humanize_naturaldate: ["", naturalDate],
});

/** What is not there cannot be said in words. */
function numberOf(value: Value): number | undefined {
  if (value instanceof Undefined) throw undefinedError(value);
  return floatOf(value);
}

/** The int that a number or its text is; what is none, as it is shown. */
function wholeOf(value: Value, budget: Environment["budget"]): bigint | string {
  const number = numberOf(value);
  if (number === undefined) return textOf(value, budget);
  if (!Number.isFinite(number)) return notFinite(number);
  if (typeof value === "string")
    return wholeNumber.test(value) ? BigInt(value.trim().replaceAll("_", "").replace("+", "")) : value;
  return typeof value === "number" ? BigInt(Math.trunc(value)) : BigInt(value as bigint);
}

function absolute(value: Value): Value {
  if (value instanceof Span) return new Span(Math.abs(value.microseconds));
  if (typeof value === "number") return Math.abs(value);
  if (isNumeric(value)) return BigInt(value) < 0n ? -BigInt(value) : BigInt(value);
  throw new TemplateRenderError(`humanize_abs_timedelta takes a timedelta, not ${typeName(value)}`);
}

function wording(given: Bound) {
  return { usesMonths: given.flag("months", true), minimumUnit: given.text("minimum_unit", "seconds") };
}

const maxSeconds = 999_999_999 * daySeconds;

function spanOfSeconds(seconds: number): Span {
  if (!(Math.abs(seconds) <= maxSeconds)) throw new TemplateRenderError("the stretch of time is too long");
  return new Span(Math.round(seconds * 1_000_000));
}

function naturalDelta(value: Value, given: Bound, { budget }: Environment): string {
  if (value instanceof Span) return elapsedText(value, wording(given));
  if (value instanceof Undefined) throw undefinedError(value);
  const isWhole = typeof value !== "string" || wholeNumber.test(value);
  const seconds = isWhole ? floatOf(value) : undefined;
  if (seconds === undefined || !Number.isFinite(seconds)) return textOf(value, budget);
  return elapsedText(spanOfSeconds(seconds), wording(given));
}

const wholeNumber = /^\s*[-+]?\d+(?:_\d+)*\s*$/;

function naturalTime(value: Value, given: Bound, { now, budget }: Environment): string {
  const isSeconds = isNumeric(value) && !Number.isNaN(value);
  if (!isSeconds && !(value instanceof Moment) && !(value instanceof Span)) return textOf(value, budget);
  const when = given.optional("when");
  const span =
    value instanceof Moment
      ? new Span((when instanceof Moment ? when.time : known(now)) - value.time)
      : value instanceof Span
        ? value
        : spanOfSeconds(rounded(Number(numeric(value)), 0));
  const isAhead = isSeconds ? given.flag("future") : span.microseconds < 0;
  const text = elapsedText(new Span(Math.abs(span.microseconds)), wording(given));
  if (text === "a moment") return "now";
  return isAhead ? `${text} from now` : `${text} ago`;
}

function preciseDelta(value: Value, given: Bound, { budget }: Environment): string {
  if (value instanceof Moment) throw new TemplateRenderError("humanize_precisedelta takes a timedelta, not a datetime");
  if (!isNumeric(value) && !(value instanceof Span)) return textOf(value, budget);
  const span = value instanceof Span ? value : spanOfSeconds(Number(numeric(value)));
  const suppressed = given.optional("suppress");
  return preciseText(span, {
    minimumUnit: given.text("minimum_unit", "seconds"),
    suppressed: suppressed === undefined ? [] : iterated(suppressed, budget).map((unit) => textOf(unit, budget)),
    rounded: (count) => formatPercent(given.text("format", "%0.2f"), count, budget),
  });
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

/** What is not a day is left as it is. */
function naturalDay(value: Value, format: string, { now, budget }: Environment): string {
  if (value instanceof Undefined) throw undefinedError(value);
  const moment = value instanceof Day ? value.moment : value;
  if (!(moment instanceof Moment)) return textOf(value, budget);
  return { "-1": "yesterday", 0: "today", 1: "tomorrow" }[daysFromNow(moment, now)] ?? strftime(moment, format);
}

const fiveMonthsDays = (5 * 365) / 12;

function naturalDate(value: Value, _: Bound, environment: Environment): string {
  const moment = value instanceof Day ? value.moment : value;
  const isFar = moment instanceof Moment && Math.abs(daysFromNow(moment, environment.now)) > fiveMonthsDays;
  return naturalDay(value, isFar ? "%b %d %Y" : "%b %d", environment);
}

/** What is not a number is left as it is. */
function withCommas(value: Value, given: Bound, budget: Environment["budget"]): string {
  const shown = typeof value === "string" ? value.replaceAll(",", "") : value;
  const number = numberOf(shown);
  if (number === undefined) return textOf(shown, budget);
  if (!Number.isFinite(number)) return notFinite(number);
  if (typeof shown === "string" && !shown.includes(".") && !wholeNumber.test(shown)) return shown;
  const exact = typeof shown === "string" ? (shown.includes(".") ? number : BigInt(shown.replaceAll("_", ""))) : shown;
  const digits = given.optional("ndigits") === undefined ? "" : `.${given.integer("ndigits")}f`;
  return formatted(typeof exact === "boolean" ? BigInt(exact) : exact, `,${digits}`, budget);
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
  const found = wholeOf(value, budget);
  if (typeof found === "string") return found;
  const [whole, size] = [Number(found), Math.abs(Number(found))];
  if (size < 1000) return String(found);
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
  const whole = wholeOf(value, budget);
  if (typeof whole === "string") return whole;
  const lastTwo = Number(((whole % 100n) + 100n) % 100n);
  const ending = lastTwo >= 11 && lastTwo <= 13 ? "th" : (endings[lastTwo % 10] ?? "th");
  return `${whole}${ending}`;
}

const letters = ["zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine"];

function inLetters(value: Value, budget: Environment["budget"]): string {
  const whole = wholeOf(value, budget);
  return typeof whole === "string" ? whole : (letters[Number(whole)] ?? String(whole));
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
  const number = numberOf(value);
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

const maxDenominator = 1000;

function fractional(value: Value, budget: Environment["budget"]): string {
  const number = numberOf(value);
  if (number === undefined) return textOf(value, budget);
  if (!Number.isFinite(number)) return notFinite(number);
  const whole = Math.trunc(number);
  const [numerator, denominator] = nearestFraction(Math.abs(number - whole));
  const sign = number < 0 ? -1 : 1;
  if (denominator === 1) return fixed(whole + sign * numerator, 0);
  return whole === 0 ? `${sign * numerator}/${denominator}` : `${fixed(whole, 0)} ${numerator}/${denominator}`;
}

/** The nearest fraction of a number from 0 to 1, by its continued fraction. */
function nearestFraction(value: number): readonly [numerator: number, denominator: number] {
  let [before, current] = [[0, 1] as const, [1, 0] as readonly [number, number]] as [
    readonly [number, number],
    readonly [number, number],
  ];
  let rest = value;
  for (;;) {
    const digit = Math.floor(rest);
    const next = [before[0] + digit * current[0], before[1] + digit * current[1]] as const;
    if (next[1] > maxDenominator) {
      const steps = Math.floor((maxDenominator - before[1]) / current[1]);
      const between = [before[0] + steps * current[0], before[1] + steps * current[1]] as const;
      const distance = ([over, under]: readonly [number, number]) => Math.abs(over / under - value);
      return distance(current) <= distance(between) ? current : between;
    }
    [before, current] = [current, next];
    if (rest - digit < 1e-12) return current;
    rest = 1 / (rest - digit);
  }
}

const largerPrefixes = "kMGTPEZYRQ";
const smallerPrefixes = "mμnpfazyrq";

/** A number with a prefix of the metric system, and three digits unless told otherwise. */
function metric(value: Value, given: Bound, { budget }: Environment): string {
  if (!isNumeric(value)) throw new TemplateRenderError(`humanize_metric takes a number, not ${typeName(value)}`);
  const number = Number(numeric(value));
  if (!Number.isFinite(number)) return notFinite(number);
  const [unit, precision] = [given.text("unit", ""), given.integer("precision", 3)];
  const exponent = number === 0 ? 0 : Math.floor(Math.log10(Math.abs(number)));
  if (exponent >= 33 || exponent < -30) return scientific(number, precision - 1, budget) + unit;
  const exact = metricParts(number, exponent, precision);
  const isCarried = exponent < 30 && rounded(Math.abs(exact.value), exact.digits) >= 10 ** (exact.place + 1);
  const { power, digits, value: scaled } = isCarried ? metricParts(number, exponent + 1, precision) : exact;
  const prefix = power > 0 ? largerPrefixes[power - 1] : power < 0 ? smallerPrefixes[-power - 1] : "";
  const space = `${prefix}${unit}` === "" || ["°", "′", "″"].includes(unit) ? "" : " ";
  return `${fixed(scaled, digits)}${space}${prefix}${unit}`;
}

function metricParts(number: number, exponent: number, precision: number) {
  const power = Math.floor(exponent / 3);
  const place = exponent - power * 3;
  return { power, place, digits: Math.max(0, precision - place - 1), value: number / 10 ** (power * 3) };
}

/** A number that is not shown beyond its bounds. */
function clamped(value: Value, given: Bound, { budget }: Environment): Value {
  if (value === null) return null;
  if (!isNumeric(value)) throw new TemplateRenderError(`humanize_clamp takes a number, not ${typeName(value)}`);
  const number = Number(numeric(value));
  if (!Number.isFinite(number)) return notFinite(number);
  const [floor, ceil] = [given.optional("floor"), given.optional("ceil")];
  const show = (shown: Value, token: string) =>
    token +
    formatBraces(
      given.text("format", "{:}"),
      { positional: [shown], named: new Map() },
      { budget, read: (start) => start },
    );
  if (floor !== undefined && order(value, floor, budget) < 0) return show(floor, given.text("floor_token", "<"));
  if (ceil !== undefined && order(value, ceil, budget) > 0) return show(ceil, given.text("ceil_token", ">"));
  return show(value, "");
}
