import type { StateCounts } from "../api/types.ts";

/** The fraction of successes among the runs that ended by themselves; null where none ended. */
export function successRate(counts: StateCounts): number | null {
  const ended = endedByThemselves(counts);
  return ended === 0 ? null : (counts.COMPLETED ?? 0) / ended;
}

/** The runs of which a fraction succeeds: those that are late, wait, run or were cancelled are not among them. */
export function endedByThemselves(counts: StateCounts): number {
  return (counts.COMPLETED ?? 0) + (counts.FAILED ?? 0) + (counts.CRASHED ?? 0);
}
