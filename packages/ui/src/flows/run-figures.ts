import type { RunBar, StateCounts } from "../api/types.ts";

/** Of the runs that came to an end by themselves, the share that went well; null where none ended. */
export function successRate(counts: StateCounts): number | null {
  const good = counts.COMPLETED ?? 0;
  const ended = good + (counts.FAILED ?? 0) + (counts.CRASHED ?? 0);
  return ended === 0 ? null : good / ended;
}

/** The duration that a share of the completed runs stayed under, in seconds; null where none completed. */
export function durationQuantile(runs: readonly RunBar[], share: number): number | null {
  const sorted = runs
    .flatMap((run) => (run.state_type === "COMPLETED" && run.duration !== null ? [run.duration] : []))
    .sort((a, b) => a - b);
  const at = sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))];
  return at ?? null;
}
