import { microsPerSecond, type Timestamp } from "@ostinato/core";
import { compile } from "./compile.ts";
import { scheduleError } from "./problem.ts";
import { TooManySteps } from "./rrule-walls.ts";
import type { Schedule } from "./schedule.ts";
import { endOfTime, startOfTime } from "./wall-time.ts";

export interface NextTimesOptions {
  /** The first moment that may be a time of the schedule itself. */
  readonly from: Timestamp;
  /** How many times at most. */
  readonly count: number;
  /** The last moment that may be a time of the schedule. */
  readonly until?: Timestamp | undefined;
}

/**
 * The times of a schedule from `from` to `until`, both included, in order and each once: what `get_dates(count, from, until)` of
 * Prefect 3.9.1 gives, but for the differences in docs/prefect.md. Fewer than `count` where the schedule ends, or where the search
 * for a further one is too long.
 *
 * Throws a ScheduleError for a schedule that `scheduleProblem` refuses, and where the search for the first time is too long.
 */
export function nextTimes(schedule: Schedule, options: NextTimesOptions): Timestamp[] {
  const found: Timestamp[] = [];
  try {
    collect(schedule, options, found);
  } catch (error) {
    if (!(error instanceof TooManySteps)) throw error;
    if (found.length === 0) throw tooManySteps(schedule);
  }
  return found;
}

const earliest = startOfTime * microsPerSecond;
const latest = endOfTime * microsPerSecond;

function collect(schedule: Schedule, { from, count, until }: NextTimesOptions, found: Timestamp[]): void {
  if (count <= 0) return;
  const last = Math.min(until ?? latest, latest);
  for (const time of compile(schedule).timesFrom(Math.max(from, earliest) as Timestamp)) {
    if (time > last) return;
    found.push(time);
    if (found.length >= count) return;
  }
}

/** The only searches that are bounded are those of rules. */
function tooManySteps(schedule: Schedule) {
  const rule = "rrule" in schedule ? schedule.rrule : undefined;
  return scheduleError(
    "rrule",
    rule,
    "it has no time for very long, or a COUNT that began long ago: give it a later DTSTART, or leave out COUNT",
  );
}
