import {
  formatTimestamp,
  isTerminal,
  microsPerSecond,
  type RunTimes,
  type StateType,
  type Timestamp,
} from "@ostinato/core";

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
