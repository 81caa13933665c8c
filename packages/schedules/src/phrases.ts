import { dateOf, dayOf, timeOfDay, type WallTime } from "./wall-time.ts";

/** 0 is Sunday. */
export const weekdayNames = ["Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"];

const monthNames = [
  ...["January", "February", "March", "April", "May", "June", "July", "August", "September", "October"],
  ...["November", "December"],
];

/** `a, b and c`. */
export function listed(items: readonly string[], word = "and"): string {
  return items.length < 2 ? (items[0] ?? "") : `${items.slice(0, -1).join(", ")} ${word} ${items.at(-1)}`;
}

/** `1st`, `22nd`, and `last`, `2nd last` for numbers that count from the end. */
export function ordinal(number: number): string {
  if (number < 0) return number === -1 ? "last" : `${ordinal(-number)} last`;
  const teen = number % 100 >= 11 && number % 100 <= 13;
  const ending = teen ? "th" : (["th", "st", "nd", "rd"][number % 10] ?? "th");
  return `${number}${ending}`;
}

/** `every hour`, `every 15 minutes`. */
export function every(count: number, unit: string): string {
  return count === 1 ? `every ${unit}` : `every ${count} ${unit}s`;
}

export function monthList(months: readonly number[]): string {
  return listed(months.map((month) => monthNames[month - 1] ?? ""));
}

/** `weekdays`, `Mondays and Fridays`, `Monday to Thursday`. The weekdays are sorted, 0 is Sunday. */
export function weekdayList(weekdays: readonly number[]): string {
  const key = weekdays.join("");
  if (key === "12345") return "weekdays";
  if (key === "06") return "weekends";
  const [first = 0] = weekdays;
  const last = weekdays.at(-1) ?? 0;
  if (weekdays.length > 3 && last - first === weekdays.length - 1)
    return `${weekdayNames[first]} to ${weekdayNames[last]}`;
  // A week is read from Monday on.
  const fromMonday = weekdays.toSorted((a, b) => ((a + 6) % 7) - ((b + 6) % 7));
  return listed(fromMonday.map((weekday) => `${weekdayNames[weekday]}s`));
}

/** `1 November 2026`. */
export function dateInWords(wall: WallTime): string {
  const date = dateOf(dayOf(wall));
  return `${date.day} ${monthNames[date.month - 1]} ${date.year}`;
}

/** `09:30`, with seconds where there are any. */
export function clock(secondOfDay: number): string {
  const digits = (number: number) => String(number).padStart(2, "0");
  const minutes = `${digits(Math.floor(secondOfDay / 3600))}:${digits(Math.floor(secondOfDay / 60) % 60)}`;
  return secondOfDay % 60 === 0 ? minutes : `${minutes}:${digits(secondOfDay % 60)}`;
}

export function clockOf(wall: WallTime): string {
  return clock(timeOfDay(wall));
}
