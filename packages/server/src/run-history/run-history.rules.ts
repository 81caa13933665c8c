import { formatTimestamp, microsPerSecond, type StateType, type Timestamp, toTimestamp } from "@ostinato/core";
import type { HistoryInterval } from "@ostinato/protocol";
import { refused } from "../kernel/errors.ts";

export interface HistoryRequest {
  readonly history_start: string | number;
  readonly history_end: string | number;
  readonly history_interval_seconds: number;
}

/** A stretch of time in equal parts. */
export interface Buckets {
  readonly start: Timestamp;
  readonly widthMicros: number;
  readonly count: number;
}

const maxBuckets = 500;

/** The last bucket may reach past the end that was asked for; an empty stretch has none. */
export function bucketsOf({ history_start, history_end, history_interval_seconds }: HistoryRequest): Buckets {
  if (history_interval_seconds < 1) throw refused("INVALID_RANGE", "History interval must not be less than 1 second.");
  const start = toTimestamp(history_start);
  const widthMicros = Math.round(history_interval_seconds * microsPerSecond);
  const elapsed = toTimestamp(history_end) - start;
  return { start, widthMicros, count: Math.min(maxBuckets, Math.max(0, Math.ceil(elapsed / widthMicros))) };
}

/** The sums of one state in one bucket. Durations are microseconds. */
export interface Tally {
  readonly bucket: number;
  readonly state_type: StateType;
  readonly state_name: string;
  readonly runs: number;
  readonly run_time: number;
  readonly lateness: number;
}

export function presentHistory({ start, widthMicros, count }: Buckets, tallies: readonly Tally[]): HistoryInterval[] {
  const byBucket = Map.groupBy(tallies, ({ bucket }) => Number(bucket));
  return Array.from({ length: count }, (_, index) => ({
    interval_start: formatTimestamp((start + index * widthMicros) as Timestamp),
    interval_end: formatTimestamp((start + (index + 1) * widthMicros) as Timestamp),
    states: (byBucket.get(index) ?? []).map(({ state_type, state_name, runs, run_time, lateness }) => ({
      state_type,
      state_name,
      count_runs: Number(runs),
      sum_estimated_run_time: Number(run_time) / microsPerSecond,
      sum_estimated_lateness: Number(lateness) / microsPerSecond,
    })),
  }));
}
