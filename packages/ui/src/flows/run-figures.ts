import type { StateCounts } from "../api/types.ts";

/** The fraction of successes among the runs that ended by themselves; null where none ended. */
export function successRate(counts: StateCounts): number | null {
  const good = counts.COMPLETED ?? 0;
  const ended = good + (counts.FAILED ?? 0) + (counts.CRASHED ?? 0);
  return ended === 0 ? null : good / ended;
}
