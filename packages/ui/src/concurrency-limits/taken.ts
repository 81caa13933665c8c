import type { LimitRow } from "../api/types.ts";
import { milliseconds } from "../format.ts";
import { useNowWhile } from "../now.ts";

/** The slots that are taken now: those of a rate become free while the page is open, and no change tells of it. */
export function useTaken({ active_slots, slot_decay_per_second: rate, empty_at }: LimitRow): number {
  const isFilled = rate > 0 && active_slots > 0 && empty_at !== null;
  const now = useNowWhile(isFilled);
  if (!isFilled) return active_slots;
  const left = Math.ceil(((milliseconds(empty_at) - now) / 1000) * rate);
  return Math.max(0, Math.min(active_slots, left));
}
