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

const units = [
  ["years", 365 * 86_400],
  ["months", monthDays * 86_400],
  ["days", 86_400],
  ["hours", 3600],
  ["minutes", 60],
  ["seconds", 1],
  ["milliseconds", 1e-3],
  ["microseconds", 1e-6],
] as const;

/** How long it is in all units down to the least: `2 days, 1 hour and 33.12 seconds`. */
export function preciseText(span: Span, minimumUnit: string): string {
  const last = units.findIndex(([name]) => name === minimumUnit.toLowerCase());
  if (last < 0)
    throw new TemplateRenderError(`"${minimumUnit}" is not a unit: ${units.map(([name]) => name).join(", ")}`);
  const size = units[last]?.[1] ?? 1;
  // Rounded before it is divided, so that 59.999 seconds are a minute and not 60 seconds.
  let rest = Number(fixed(Math.abs(span.microseconds) / 1_000_000 / size, 2)) * size;
  const parts = units.slice(0, last + 1).flatMap(([name, size], index) => {
    const exact = rest / size;
    const count = index === last ? exact : Math.floor(exact + 1e-9);
    rest -= count * size;
    const text =
      index === last && !Number.isInteger(Number(fixed(exact, 2))) ? fixed(exact, 2) : String(Math.round(count));
    const isShown = Number(text) > 0 || (index === last && Math.abs(span.microseconds) === 0);
    return isShown ? [counted(text, name.slice(0, -1))] : [];
  });
  const end = parts.pop() ?? counted(0, minimumUnit.toLowerCase().slice(0, -1));
  return parts.length === 0 ? end : `${parts.join(", ")} and ${end}`;
}
