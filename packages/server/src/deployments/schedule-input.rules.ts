import { formatTimestamp, type Timestamp, toTimestamp } from "@ostinato/core";
import type { Schedule, ScheduleInput } from "@ostinato/protocol";
import { durationSeconds } from "../user-input/durations.rules.ts";

/** The reason why a schedule can't be kept, and the field that is to blame. */
export class ScheduleProblem extends Error {
  readonly field: string;

  constructor(field: string, reason: string) {
    super(reason);
    this.field = field;
  }
}

/** The schedule with everything that it leaves to its defaults. Throws a ScheduleProblem. */
export function completeSchedule(given: ScheduleInput, now: Timestamp): Schedule {
  if ("cron" in given) {
    return { cron: given.cron, timezone: given.timezone ?? null, day_or: given.day_or ?? true };
  }
  if ("rrule" in given) {
    return { rrule: given.rrule, timezone: given.timezone === undefined ? "UTC" : given.timezone };
  }
  const { interval, anchor_date, timezone } = given;
  return {
    interval: intervalSeconds(interval),
    anchor_date: formatTimestamp(anchor_date === undefined ? now : toTimestamp(anchor_date)),
    timezone: timezone ?? "UTC",
  };
}

/** No timestamp is further away. */
const maxSeconds = 100 * 366 * 86_400;

function intervalSeconds(given: number | string): number {
  const seconds = typeof given === "number" ? given : durationSeconds(given);
  if (seconds === undefined) {
    const remedy = "Send seconds, a duration as ISO 8601 such as PT1H30M, or HH:MM:SS.";
    throw new ScheduleProblem("interval", `interval is not a duration: ${JSON.stringify(given)}. ${remedy}`);
  }
  if (!(seconds > 0)) throw new ScheduleProblem("interval", "interval must be positive");
  if (seconds > maxSeconds) throw new ScheduleProblem("interval", "interval must be at most a century");
  if (seconds < 0.000_001) throw new ScheduleProblem("interval", "interval must be at least a microsecond");
  return Math.round(seconds * 1_000_000) / 1_000_000;
}
