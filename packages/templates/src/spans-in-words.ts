import { TemplateRenderError } from "./errors.ts";
import { Span, spanParts } from "./moments.ts";
import { fixed, grouped } from "./number-text.ts";

interface Wording {
  readonly usesMonths: boolean;
  readonly minimumUnit: string;
}

const monthDays = 30.5;

/** About how long it is, in one or two units: `2 hours`, `1 year, 3 months`. */
export function elapsedText(span: Span, { usesMonths, minimumUnit }: Wording): string {
  const { days: allDays, seconds, microseconds } = spanParts(new Span(Math.abs(span.microseconds)));
  const years = Math.floor(allDays / 365);
  const days = allDays % 365;
  const months = nearest(days / monthDays);
  if (years === 0 && days < 1) return shortText(seconds, microseconds, minimumUnit);
  if (years === 0) {
    if (days === 1) return "a day";
    if (!usesMonths || months === 0) return counted(days, "day");
    if (months === 12) return "a year";
    return months === 1 ? "a month" : counted(months, "month");
  }
  if (years > 1) return counted(grouped(String(nearest(allDays / 365)), ","), "year");
  if (months === 0 && days === 0) return "a year";
  if (months === 0 || !usesMonths) return `1 year, ${counted(days, "day")}`;
  if (months === 12) return counted(2, "year");
  return months === 1 ? "1 year, 1 month" : `1 year, ${counted(months, "month")}`;
}

function shortText(seconds: number, microseconds: number, minimumUnit: string): string {
  if (seconds === 0) {
    const unit = minimumUnit.toLowerCase();
    if (unit === "microseconds" && microseconds < 1000) return counted(microseconds, "microsecond");
    if (unit === "microseconds" || unit === "milliseconds")
      return counted(Math.floor(microseconds / 1000), "millisecond");
    if (unit !== "seconds")
      throw new TemplateRenderError(`"${minimumUnit}" is not a unit: seconds, milliseconds or microseconds`);
    return "a moment";
  }
  if (seconds === 1) return "a second";
  if (seconds < 60) return counted(seconds, "second");
  const minutes = nearest(seconds / 60);
  if (minutes === 1) return "a minute";
  if (minutes < 60) return counted(minutes, "minute");
  const hours = seconds < 3600 ? 1 : nearest(seconds / 3600);
  if (hours === 1) return "an hour";
  return hours === 24 ? "a day" : counted(hours, "hour");
}

/** A half is rounded to the even number, as in Python. */
function nearest(value: number): number {
  return Number(fixed(value, 0));
}

function counted(count: number | string, unit: string): string {
  const isOne = Number(count) === 1;
  return `${count} ${unit}${isOne ? "" : "s"}`;
}

/** The units, the smallest first. */
const units = ["microseconds", "milliseconds", "seconds", "minutes", "hours", "days", "months", "years"] as const;
type Unit = (typeof units)[number];

export interface Precision {
  readonly minimumUnit: string;
  /** Units that are not used. */
  readonly suppressed: readonly string[];
  /** The count of the least unit, as it is shown where it is not whole. */
  readonly rounded: (count: number) => string;
}

/** How long it is in all units down to the least: `2 days, 1 hour and 33.12 seconds`. */
export function preciseText(span: Span, { minimumUnit, suppressed, rounded }: Precision): string {
  const unused = new Set(suppressed.map(unitNamed));
  const least = units.slice(units.indexOf(unitNamed(minimumUnit))).find((unit) => !unused.has(unit));
  if (least === undefined) throw new TemplateRenderError("no unit is left in which the stretch of time can be said");
  const used = units.slice(units.indexOf(least)).filter((unit) => !unused.has(unit));
  const counts = promoted(countsOf(span, { used, least, rounded }), used);
  const texts: string[] = [];
  for (const unit of used.toReversed()) {
    const count = counts[unit];
    if (count > 0 || (texts.length === 0 && unit === least)) texts.push(countText(unit, count, { least, rounded }));
  }
  const end = texts.pop() ?? "";
  return texts.length === 0 ? end : `${texts.join(", ")} and ${end}`;
}

function unitNamed(name: string): Unit {
  const unit = units.find((each) => each === name.toLowerCase());
  if (unit === undefined) throw new TemplateRenderError(`"${name}" is not a unit: ${units.join(", ")}`);
  return unit;
}

interface Counting extends Pick<Precision, "rounded"> {
  readonly used: readonly Unit[];
  readonly least: Unit;
}

type Counts = Record<Unit, number>;

function countsOf(span: Span, { used, least, rounded }: Counting): Counts {
  const counts = Object.fromEntries(units.map((unit) => [unit, 0])) as Counts;
  const { days, seconds, microseconds } = spanParts(new Span(Math.abs(span.microseconds)));
  let rest = days;
  const divide = (unit: Unit, size: number) => {
    if (unit === least) {
      counts[unit] = Number(rounded(rest / size));
      rest = 0;
    } else if (used.includes(unit)) {
      counts[unit] = Math.floor(rest / size);
      // Half a day is left over after a month of 30.5 days, and does not count.
      rest = Math.trunc(rest - counts[unit] * size);
    }
  };
  divide("years", 365);
  divide("months", monthDays);
  rest = rest * 86_400 + seconds;
  divide("days", 86_400);
  divide("hours", 3600);
  divide("minutes", 60);
  rest = rest * 1_000_000 + microseconds;
  divide("seconds", 1_000_000);
  divide("milliseconds", 1000);
  counts.microseconds = rest;
  return counts;
}

const promotions = [
  ["milliseconds", 1000, "seconds"],
  ["seconds", 60, "minutes"],
  ["minutes", 60, "hours"],
  ["hours", 24, "days"],
  ["days", 31, "months"],
  ["months", 12, "years"],
] as const;

/** What was rounded up to a whole larger unit is one of those: 60 minutes are an hour. */
function promoted(counts: Counts, used: readonly Unit[]): Counts {
  for (const [unit, size, larger] of promotions) {
    if (counts[unit] < size || !used.includes(larger)) continue;
    counts[unit] -= size;
    counts[larger] += 1;
  }
  return counts;
}

function countText(unit: Unit, count: number, { least, rounded }: Omit<Counting, "used">): string {
  const name = (count > 1 && count < 2) || Math.trunc(count) !== 1 ? unit : unit.slice(0, -1);
  if (unit === least && !Number.isInteger(count)) return `${rounded(count)} ${name}`;
  return `${unit === "years" ? grouped(String(count), ",") : Math.trunc(count)} ${name}`;
}
