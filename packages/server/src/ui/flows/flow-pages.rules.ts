import { formatTimestamp, microsPerSecond, type Timestamp } from "@ostinato/core";
import type { FlowPage } from "@ostinato/protocol";

interface Run {
  readonly begin: Timestamp;
  /** Microseconds. */
  readonly total_run_time: number;
}

interface Range {
  readonly since: Timestamp;
  readonly until: Timestamp;
  readonly buckets: number;
}

/** The quantiles that pages show. */
export const shares = { median: 0.5, p95: 0.95 } as const;

/** Median and 95th percentile of the durations of each interval, by nearest rank; null where nothing ran. */
export function durationBuckets(runs: readonly Run[], { since, until, buckets }: Range): FlowPage["durations"] {
  const width = (until - since) / buckets;
  const durations = Array.from({ length: buckets }, (): number[] => []);
  for (const { begin, total_run_time } of runs) {
    durations[Math.min(buckets - 1, Math.floor((begin - since) / width))]?.push(total_run_time / microsPerSecond);
  }
  return durations.map((sorted, index) => {
    sorted.sort((a, b) => a - b);
    return {
      start: formatTimestamp(Math.round(since + index * width) as Timestamp),
      end: formatTimestamp(Math.round(since + (index + 1) * width) as Timestamp),
      runs: sorted.length,
      median: quantile(sorted, shares.median),
      p95: quantile(sorted, shares.p95),
    };
  });
}

function quantile(sorted: readonly number[], share: number): number | null {
  return sorted[rankOf(share, sorted.length) - 1] ?? null;
}

/** The nearest rank of a quantile; the smallest of the values has rank 1. */
export function rankOf(share: number, values: number): number {
  return Math.max(1, Math.ceil(values * share));
}
