import { microsPerSecond, type Timestamp } from "@ostinato/core";
import { isGap, isPause, type MovedWall, movedWalls, nextChanges, repeatedWalls } from "./clock-changes.ts";
import type { CompiledCron, CompiledInterval, CompiledRRule, CompiledSchedule } from "./compile.ts";
import { wholeRanges } from "./cron-grammar.ts";
import { clockOf, dateInWords, listed } from "./phrases.ts";
import type { RuleSet } from "./rrule-text.ts";
import { isCron, type Schedule } from "./schedule.ts";
import type { WallTime } from "./wall-time.ts";
import type { Change, Zone } from "./zone.ts";
import { zoneOrProblem } from "./zone-names.ts";

/** What may surprise the reader of a valid schedule, as whole sentences. */
export function notesOf(schedule: Schedule, compiled: CompiledSchedule, now: Timestamp): readonly string[] {
  return [...notesOfKind(schedule, compiled), ...notesOfChanges(compiled, now)];
}

function notesOfKind(schedule: Schedule, compiled: CompiledSchedule): readonly string[] {
  switch (compiled.kind) {
    case "cron":
      return isCron(schedule) ? cronNotes(schedule.cron, compiled) : [];
    case "interval":
      return intervalNotes(compiled);
    case "rrule":
      return rruleNotes(compiled);
    default:
      return compiled satisfies never;
  }
}

function cronNotes(expression: string, { cron, dayOr }: CompiledCron): readonly string[] {
  const { days } = cron;
  const parts = expression.trim().split(/\s+/).length;
  const notes = wholeRanges(expression).map(
    ({ range, value, field }) =>
      `The ${field} ${range} means every ${field}, as in Prefect: write ${value} for that one alone.`,
  );
  if (parts === 6) notes.push("It has six parts: the sixth is the second.");
  if (parts === 7) notes.push("It has seven parts: the sixth is the second, the seventh is the year.");
  if (days.everyDayOfMonth || days.everyWeekday || !dayOr) return notes;
  if (days.nthWeekdays.length > 0) {
    notes.push("Beside a numbered weekday, such as 5#2 or L5, the day of month counts for nothing, as in Prefect.");
  } else {
    notes.push("It runs on days that match the day of month or the day of week; with day_or false it needs both.");
  }
  return notes;
}

function intervalNotes({ interval }: CompiledInterval): readonly string[] {
  const perSecond = microsPerSecond / interval.micros;
  return perSecond > 1 ? [`It runs ${Math.round(perSecond)} times a second.`] : [];
}

function rruleNotes({ rules: set, zone }: CompiledRRule): readonly string[] {
  const notes: string[] = [];
  if (set.ignoredZones.some((one) => one !== zone.name)) {
    notes.push(
      `All times in it are times of ${zone.name}, also those with ${zonesInWords(set)}, as in Prefect.${otherReading(set, zone)}`,
    );
  }
  if (set.rules.some(({ untilIsDate }) => untilIsDate)) {
    notes.push("UNTIL without a time is the midnight at which that day begins.");
  }
  if (!set.hasStart && set.rules.some(({ count }) => count !== undefined)) {
    notes.push("COUNT counts from 1 January 2020, because it has no DTSTART.");
  }
  return notes;
}

function zonesInWords({ ignoredZones }: RuleSet): string {
  return listed(ignoredZones.map((one) => (one === "UTC" ? "Z" : `TZID=${one}`)));
}

/** What the start would be if its zone counted. */
function otherReading({ start, ignoredZones }: RuleSet, zone: Zone): string {
  const [named = "", ...more] = ignoredZones;
  const other = zoneOrProblem(named);
  if (typeof other === "string" || more.length > 0) return "";
  const wall = zone.wallAt(other.secondAt(start, "earlier"));
  return wall === start ? "" : ` Write ${clockOf(wall)} where ${clockOf(start)} in ${named} is meant.`;
}

function notesOfChanges(compiled: CompiledSchedule, now: Timestamp): readonly string[] {
  if (compiled.walls === undefined) return [];
  return nextChanges(compiled.zone, Math.floor(now / microsPerSecond)).flatMap((change) =>
    isGap(change) ? gapNotes(compiled, movedWalls(compiled, change)) : repeatNotes(compiled, change),
  );
}

function gapNotes({ kind }: CompiledSchedule, moved: readonly MovedWall[]): readonly string[] {
  const [first] = moved;
  if (first === undefined) return [];
  const others = moved.length > 1 ? `, and ${moved.length - 1} more are moved like it` : "";
  const after = kind === "interval" ? ", and is back on its time afterwards (Prefect stays on the moved time)" : "";
  return [
    `The clock skips ${clockOf(first.wall)} on ${dateInWords(first.wall)}: it runs at ${clockOf(first.movedTo)}${others}${after}.`,
  ];
}

function repeatNotes(compiled: CompiledSchedule, change: Change): readonly string[] {
  const [first] = repeatedWalls(compiled, change);
  if (first === undefined) return [];
  const end = (change.at + change.before) as WallTime;
  const start = (change.at + change.after) as WallTime;
  if (isPause(compiled, change)) {
    const hint = compiled.kind !== "interval" ? ". An interval counts elapsed time and has no such pause" : "";
    return [
      `The clock shows ${clockOf(start)} to ${clockOf(end)} twice on ${dateInWords(start)}: it pauses the second time${hint}.`,
    ];
  }
  return [`The clock shows ${clockOf(first)} twice on ${dateInWords(first)}: it runs the first time only.`];
}
