import { microsPerSecond } from "@ostinato/core";
import { type CompiledInterval, type CompiledSchedule, compile } from "./compile.ts";
import { cronWords, type Words } from "./cron-words.ts";
import { clockOf, every, listed, weekdayNames } from "./phrases.ts";
import { ScheduleError } from "./problem.ts";
import { rruleWords } from "./rrule-words.ts";
import { isCron, isInterval, type Schedule } from "./schedule.ts";
import { dayOf, secondsPerDay, weekdayOf } from "./wall-time.ts";

/**
 * A schedule in a few words: `every day at 06:00 (Europe/Berlin)`, `every 15 minutes`. A schedule that can't be read, or has no
 * short words, comes as it is written.
 */
export function scheduleInWords(schedule: Schedule): string {
  try {
    const compiled = compile(schedule);
    const found = wordsOf(compiled);
    if (found === undefined) return asWritten(schedule);
    return found.anyZone ? found.words : `${found.words} (${compiled.zone.name})`;
  } catch (error) {
    if (error instanceof ScheduleError) return asWritten(schedule);
    throw error;
  }
}

function wordsOf(compiled: CompiledSchedule): Words | undefined {
  switch (compiled.kind) {
    case "cron":
      return cronWords(compiled.cron, compiled.dayOr);
    case "interval":
      return intervalWords(compiled);
    case "rrule":
      return rruleWords(compiled.rules);
    default:
      return compiled satisfies never;
  }
}

function intervalWords({ interval, zone }: CompiledInterval): Words {
  const seconds = interval.micros / microsPerSecond;
  const days = seconds / secondsPerDay;
  if (!Number.isInteger(days)) return { words: span(seconds), anyZone: true };
  const wall = zone.wallAt(Math.floor(interval.anchor / microsPerSecond));
  const at = `at ${clockOf(wall)}`;
  if (days % 7 !== 0) return { words: `${every(days, "day")} ${at}`, anyZone: false };
  const weekday = weekdayNames[weekdayOf(dayOf(wall))];
  return { words: days === 7 ? `${weekday}s ${at}` : `${every(days / 7, "week")} on ${weekday} ${at}`, anyZone: false };
}

const units = [
  ["day", secondsPerDay],
  ["hour", 3600],
  ["minute", 60],
  ["second", 1],
] as const;

/** `every 15 minutes`, `every hour`, `every 1 day and 12 hours`. */
function span(seconds: number): string {
  let rest = seconds;
  const parts: { readonly count: number; readonly unit: string }[] = [];
  for (const [unit, size] of units) {
    const count = unit === "second" ? Number(rest.toFixed(6)) : Math.floor(rest / size);
    rest -= count * size;
    if (count > 0) parts.push({ count, unit });
  }
  const [only] = parts;
  if (only !== undefined && parts.length === 1) return every(only.count, only.unit);
  return `every ${listed(parts.map(({ count, unit }) => `${count} ${unit}${count === 1 ? "" : "s"}`))}`;
}

function asWritten(schedule: Schedule): string {
  if (isCron(schedule)) return `cron ${schedule.cron}`;
  return isInterval(schedule) ? `every ${schedule.interval} seconds` : schedule.rrule;
}
