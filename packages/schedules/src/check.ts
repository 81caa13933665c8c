import type { Timestamp } from "@ostinato/core";
import { type CompiledSchedule, compile } from "./compile.ts";
import { nextTimes } from "./next-times.ts";
import { notesOf } from "./notes.ts";
import { ScheduleError, type ScheduleProblem, scheduleError } from "./problem.ts";
import { TooManySteps } from "./rrule-walls.ts";
import { isCron, isInterval, type Schedule } from "./schedule.ts";
import { dayOfDate, wallTime } from "./wall-time.ts";

export interface ScheduleCheck {
  /** Why the schedule can't be used. */
  readonly problem: ScheduleProblem | undefined;
  /** What may surprise the reader of one that can, as whole sentences. */
  readonly notes: readonly string[];
}

/** What is wrong with a schedule, or may surprise. Never throws. */
export function checkSchedule(schedule: Schedule, now: Timestamp): ScheduleCheck {
  const checked = check(schedule, now);
  if ("problem" in checked) return { problem: checked.problem, notes: [] };
  const ended = checked.next === undefined ? ["It has no further runs."] : [];
  return { problem: undefined, notes: [...ended, ...notesOf(schedule, checked.compiled, now)] };
}

/** Why a schedule can't be used, or undefined where it can. One that has ended can. */
export function scheduleProblem(schedule: Schedule, now: Timestamp): ScheduleProblem | undefined {
  const checked = check(schedule, now);
  return "problem" in checked ? checked.problem : undefined;
}

function check(schedule: Schedule, now: Timestamp) {
  try {
    const compiled = compile(schedule);
    checkComes(schedule, compiled);
    return { compiled, next: nextTimes(schedule, { from: now, count: 1 })[0] };
  } catch (error) {
    if (error instanceof ScheduleError) return { problem: error.problem };
    throw error;
  }
}

/** Prefect takes what never comes, and then logs an error for it at each look. */
function checkComes(schedule: Schedule, compiled: CompiledSchedule): void {
  if (isInterval(schedule) || comes(compiled)) return;
  if (isCron(schedule)) {
    throw scheduleError(
      "cron",
      schedule.cron,
      "it never runs: there is no such day. Change the day, the month or the year",
    );
  }
  throw scheduleError(
    "rrule",
    schedule.rrule,
    "it never runs: no date has all that it asks for. Leave out a part of it",
  );
}

function comes(compiled: CompiledSchedule): boolean {
  if (compiled.kind === "interval") return true;
  try {
    for (const _ of compiled.walls(firstWall(compiled))) return true;
  } catch (error) {
    // Rare is not never, and `nextTimes` says that it takes too long.
    if (error instanceof TooManySteps) return true;
    throw error;
  }
  return false;
}

function firstWall(compiled: CompiledSchedule) {
  const year = compiled.kind === "cron" ? (compiled.cron.years?.[0] ?? 2000) : 1900;
  return wallTime(dayOfDate(year, 1, 1), 0);
}
