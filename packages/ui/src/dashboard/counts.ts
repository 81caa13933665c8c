import type { StateCounts } from "../api/types.ts";

export function sum(counts: StateCounts): number {
  return Object.values(counts).reduce((total, value) => total + value, 0);
}
