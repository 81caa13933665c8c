import { formatTimestamp, isTerminal, microsPerSecond, type StateType, type Timestamp } from "@ostinato/core";
import { detailTime, isFinal, type RunState } from "./state.ts";

/** What a run remembers of its states. Times and durations are microseconds. */
export interface RunTimes {
  readonly run_count: number;
  readonly expected_start_time: Timestamp | null;
  readonly next_scheduled_start_time: Timestamp | null;
  readonly start_time: Timestamp | null;
  readonly end_time: Timestamp | null;
  /** Without the present spell. */
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

/** Only the times, of something that has more. */
export function timesOf(run: RunTimes): RunTimes {
  const { run_count, expected_start_time, next_scheduled_start_time, start_time, end_time, total_run_time } = run;
  return { run_count, expected_start_time, next_scheduled_start_time, start_time, end_time, total_run_time };
}

/** What becomes of the times of a run that goes from one state to the next. The run count is the caller's. */
export function timesAfter(times: RunTimes, from: RunState | null, to: RunState): Omit<RunTimes, "run_count"> {
  const ends = isFinal(to);
  const end_time = ends ? ((isFinal(from) ? times.end_time : null) ?? to.timestamp) : null;
  const starts = to.type === "RUNNING" || (ends && times.end_time === null);
  return {
    expected_start_time: times.expected_start_time ?? scheduledTime(to) ?? to.timestamp,
    next_scheduled_start_time: scheduledTime(to),
    start_time: times.start_time ?? (starts ? to.timestamp : null),
    end_time,
    total_run_time: times.total_run_time + (from?.type === "RUNNING" ? to.timestamp - from.timestamp : 0),
  };
}

function scheduledTime(state: RunState): Timestamp | null {
  return state.type === "SCHEDULED" ? (detailTime(state, "scheduled_time") ?? null) : null;
}

/** The times of a run as they are answered: moments as text, durations as seconds. */
export function presentTimes(run: TimedRun, now: Timestamp) {
  return {
    expected_start_time: momentOrNull(run.expected_start_time),
    next_scheduled_start_time: momentOrNull(run.next_scheduled_start_time),
    start_time: momentOrNull(run.start_time),
    end_time: momentOrNull(run.end_time),
    total_run_time: run.total_run_time / microsPerSecond,
    estimated_run_time: estimatedRunTime(run, now),
    estimated_start_time_delta: estimatedLateness(run, now),
  };
}

function momentOrNull(moment: Timestamp | null): string | null {
  return moment === null ? null : formatTimestamp(moment);
}

interface TimedRun extends Omit<RunTimes, "run_count"> {
  readonly state_type: StateType | null;
  readonly state_timestamp: Timestamp | null;
}

/** Seconds in RUNNING, the present spell included. */
function estimatedRunTime({ total_run_time, state_type, state_timestamp }: TimedRun, now: Timestamp): number {
  const spell = state_type === "RUNNING" && state_timestamp !== null ? Math.max(0, now - state_timestamp) : 0;
  return (total_run_time + spell) / microsPerSecond;
}

/** Seconds that a run started, or is still waiting, after it was expected to. */
function estimatedLateness({ start_time, expected_start_time, state_type }: TimedRun, now: Timestamp): number {
  if (expected_start_time === null) return 0;
  if (start_time !== null) return Math.max(0, start_time - expected_start_time) / microsPerSecond;
  if (state_type !== null && isTerminal(state_type)) return 0;
  return Math.max(0, now - expected_start_time) / microsPerSecond;
}
