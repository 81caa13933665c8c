import type { Cron, Days, NthWeekday } from "./cron-grammar.ts";
import { listed, monthList, ordinal, weekdayList, weekdayNames } from "./phrases.ts";
import { timePhrase } from "./time-words.ts";

export interface Words {
  readonly words: string;
  /** Whether it is the same on the clocks of all zones. */
  readonly anyZone: boolean;
}

/** `weekdays at 09:30`, `every 15 minutes on weekends`. */
export function cronWords(cron: Cron, dayOr: boolean): Words {
  const time = timePhrase(cron);
  const days = withMonths(dayWords(cron.days, dayOr), cron.months);
  const years = cron.years === undefined ? "" : ` in ${listed(yearRanges(cron.years))}`;
  const words = sentence(time, days) + years;
  return { words, anyZone: time.anyZone && days === undefined && years === "" };
}

/** `days` is undefined where every day is meant. */
export function sentence(
  time: { readonly words: string; readonly kind: "frequency" | "at" },
  days: string | undefined,
): string {
  if (time.kind === "at") return `${days ?? "every day"} ${time.words}`;
  return days === undefined ? time.words : `${time.words} on ${days}`;
}

function dayWords(days: Days, dayOr: boolean): string | undefined {
  const { everyDayOfMonth, everyWeekday } = days;
  const weekdays = days.nthWeekdays.length > 0 ? nthWords(days.nthWeekdays) : weekdayList([...days.weekdays]);
  const ofMonth = () => `the ${listed(dayOrdinals(days))} of the month`;
  if (everyDayOfMonth) return everyWeekday ? undefined : weekdays;
  if (everyWeekday) return ofMonth();
  if (days.nthWeekdays.length > 0 && dayOr) return weekdays;
  if (dayOr) return `${ofMonth()} or ${weekdays}`;
  return days.nthWeekdays.length > 0 ? `${weekdays}, if it is ${ofMonth()},` : `${weekdays} that are ${ofMonth()}`;
}

function nthWords(nths: readonly NthWeekday[]): string {
  const names = nths.map(({ weekday, nth }) => `${nth === "last" ? "last" : ordinal(nth)} ${weekdayNames[weekday]}`);
  return `the ${listed(names)} of the month`;
}

const maxListedDays = 5;

function dayOrdinals({ daysOfMonth, lastDayOfMonth }: Days): readonly string[] {
  return [...ordinalRanges([...daysOfMonth]), ...(lastDayOfMonth ? ["last day"] : [])];
}

/** `1st`, `15th`, or `1st to 7th` where there are many. */
export function ordinalRanges(days: readonly number[]): readonly string[] {
  return days.length > maxListedDays ? ranges(days).map((range) => range.map(ordinal).join(" to ")) : days.map(ordinal);
}

function yearRanges(years: readonly number[]): readonly string[] {
  return ranges(years).map((range) => range.join(" to "));
}

/** Sorted numbers as single ones and as the ends of what follows one another. */
function ranges(numbers: readonly number[]): readonly (readonly number[])[] {
  const found: number[][] = [];
  for (const number of numbers) {
    const last = found.at(-1);
    if (last !== undefined && (last[1] ?? last[0]) === number - 1) last[1] = number;
    else found.push([number]);
  }
  return found;
}

export function withMonths(days: string | undefined, months: readonly number[]): string | undefined {
  if (months.length === 0 || months.length === 12) return days;
  const ofMonth = " of the month";
  if (days?.endsWith(ofMonth)) return `${days.slice(0, -ofMonth.length)} of ${monthList(months)}`;
  return `${days ?? "every day"} in ${monthList(months)}`;
}
