import { microsPerSecond, type Timestamp } from "@ostinato/core";
import { movedWalls, repeatedWalls } from "./clock-changes.ts";
import { type CompiledSchedule, compile } from "./compile.ts";
import { nextTimes } from "./next-times.ts";
import { scheduleError } from "./problem.ts";
import type { Schedule } from "./schedule.ts";
import { formatWallTime } from "./wall-time.ts";
import type { Zone } from "./zone.ts";
import { zoneOrProblem } from "./zone-names.ts";

export interface PreviewOptions {
  readonly from: Timestamp;
  /** How many times at most. */
  readonly count: number;
  /** The zone of whoever reads the preview; without it that of the schedule. */
  readonly readerZone?: string | undefined;
}

export interface PreviewTime {
  readonly time: Timestamp;
  /** On a clock of the schedule's zone. */
  readonly local: ClockTime;
  /** On a clock of the reader's zone. */
  readonly reader: ClockTime;
  /** `moved`: the clock skips the time that was meant. `repeated`: it shows the time twice, and this is the first. */
  readonly clockChange: "moved" | "repeated" | undefined;
}

export interface ClockTime {
  /** `2026-03-08T03:30:00`. */
  readonly wallTime: string;
  /** `-04:00`. */
  readonly offset: string;
}

/** The next times of a schedule for people. Throws a ScheduleError as `nextTimes` does, also for an unknown `readerZone`. */
export function previewTimes(schedule: Schedule, { from, count, readerZone }: PreviewOptions): readonly PreviewTime[] {
  const compiled = compile(schedule);
  const { zone } = compiled;
  const reader = readerZone === undefined ? zone : zoneOfReader(readerZone);
  return nextTimes(schedule, { from, count }).map((time) => {
    const second = Math.floor(time / microsPerSecond);
    return {
      time,
      local: clockTime(zone, second),
      reader: clockTime(reader, second),
      clockChange: clockChangeAt(compiled, second),
    };
  });
}

function zoneOfReader(name: string): Zone {
  const zone = zoneOrProblem(name);
  if (typeof zone === "string") throw scheduleError("timezone", name, zone);
  return zone;
}

function clockChangeAt(compiled: CompiledSchedule, second: number): PreviewTime["clockChange"] {
  const change = compiled.zone.changeNear(second);
  if (change === undefined) return undefined;
  if (movedWalls(compiled, change).some((moved) => moved.second === second)) return "moved";
  const wall = compiled.zone.wallAt(second);
  return second < change.at && repeatedWalls(compiled, change).includes(wall) ? "repeated" : undefined;
}

function clockTime(zone: Zone, second: number): ClockTime {
  const offset = zone.offsetAt(second);
  const minutes = Math.floor(Math.abs(offset) / 60);
  const digits = (number: number) => String(number).padStart(2, "0");
  return {
    wallTime: formatWallTime(zone.wallAt(second)),
    offset: `${offset < 0 ? "-" : "+"}${digits(Math.floor(minutes / 60))}:${digits(minutes % 60)}`,
  };
}
