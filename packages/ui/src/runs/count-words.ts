import type { StateCounts } from "../api/types.ts";
import { count } from "../format.ts";
import { type StateType, stateLook, stateTypeOrder } from "../states.ts";

/** What task runs in a state are called where they are counted. */
export function countWord(type: StateType | null): string {
  if (type === "COMPLETED") return "done";
  return type === null || type === "PENDING" ? "not started" : stateLook(type).label.toLowerCase();
}

/** `1 failed · 1 not started · 1,998 done`, the most urgent first. */
export function countWords(counts: StateCounts): string {
  return stateTypeOrder
    .filter((type) => (counts[type] ?? 0) > 0)
    .map((type) => `${count(counts[type] ?? 0)} ${countWord(type)}`)
    .join(" · ");
}

/** How many failed: by themselves, or with their process. */
export function failuresIn({ FAILED = 0, CRASHED = 0 }: StateCounts): number {
  return FAILED + CRASHED;
}
