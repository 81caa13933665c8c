import { isTerminal, type StateType } from "./states.ts";
import { type Timestamp, toTimestamp } from "./timestamp.ts";

/** The times of a run, named as its columns are. All are in microseconds. */
export interface RunTimes {
  readonly run_count: number;
  readonly expected_start_time: Timestamp | null;
  readonly next_scheduled_start_time: Timestamp | null;
  readonly start_time: Timestamp | null;
  readonly end_time: Timestamp | null;
  /** Excludes the present period of running. */
  readonly total_run_time: number;
}

export const noTimes: RunTimes = {
  run_count: 0,
  expected_start_time: null,
  next_scheduled_start_time: null,
  start_time: null,
  end_time: null,
  total_run_time: 0,
};

/** Picks the times out of an object with more properties. */
export function timesOf(run: RunTimes): RunTimes {
  const { run_count, expected_start_time, next_scheduled_start_time, start_time, end_time, total_run_time } = run;
  return { run_count, expected_start_time, next_scheduled_start_time, start_time, end_time, total_run_time };
}

interface LeftState {
  readonly type: StateType;
  readonly timestamp: Timestamp;
}

interface EnteredState extends LeftState {
  readonly details: { readonly scheduled_time?: string | number | null | undefined };
}

/**
 * The times of a run after it moves from one state to the next. This is the only place where they change, for runs that the
 * server moves, task runs that a program moves by itself, and runs ended on behalf of a lost program. The caller counts the runs.
 */
export function timesAfter(times: RunTimes, from: LeftState | null, to: EnteredState): Omit<RunTimes, "run_count"> {
  const ends = isTerminal(to.type);
  const hadEnded = from !== null && isTerminal(from.type);
  const starts = to.type === "RUNNING" || (ends && times.end_time === null);
  const scheduled = scheduledTime(to);
  return {
    expected_start_time: times.expected_start_time ?? scheduled ?? to.timestamp,
    next_scheduled_start_time: scheduled,
    start_time: times.start_time ?? (starts ? to.timestamp : null),
    end_time: ends ? ((hadEnded ? times.end_time : null) ?? to.timestamp) : null,
    total_run_time: times.total_run_time + (from?.type === "RUNNING" ? to.timestamp - from.timestamp : 0),
  };
}

function scheduledTime({ type, details: { scheduled_time } }: EnteredState): Timestamp | null {
  if (type !== "SCHEDULED" || scheduled_time === null || scheduled_time === undefined) return null;
  return toTimestamp(scheduled_time);
}
