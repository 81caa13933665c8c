import type { RunBar, StateCounts } from "../api/types.ts";

/** The fraction of successes among the runs that ended by themselves; null where none ended. */
export function successRate(counts: StateCounts): number | null {
  const good = counts.COMPLETED ?? 0;
  const ended = good + (counts.FAILED ?? 0) + (counts.CRASHED ?? 0);
  return ended === 0 ? null : good / ended;
}

/** The duration in seconds below which this fraction of the completed runs stayed; null where none completed. */
export function durationQuantile(runs: readonly RunBar[], share: number): number | null {
  const sorted = runs
    .flatMap((run) => (run.state_type === "COMPLETED" && run.duration !== null ? [run.duration] : []))
    .sort((a, b) => a - b);
  const at = sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))];
  return at ?? null;
}
