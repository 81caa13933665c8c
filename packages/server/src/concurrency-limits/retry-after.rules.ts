import type { LimitRow } from "./limits.queries.ts";

/** Nobody is told to wait longer for a slot to become free. */
const maxOccupancySeconds = 30;
/** Waiters come again at different times. */
const spread = 0.3;

interface Asked {
  readonly slots: number;
  /** Returns a number from 0 up to, but not including, 1. */
  readonly random: () => number;
}

/** When slots of a full limit may be worth asking for again, by how long they are held on average. */
export function retryAfterSeconds(
  { max_slots, avg_slot_occupancy_seconds, slot_decay_per_second }: Limited,
  { slots, random }: Asked,
): number {
  const seconds =
    slot_decay_per_second > 0 ? 1 / slot_decay_per_second : Math.min(avg_slot_occupancy_seconds, maxOccupancySeconds);
  return (slots / max_slots) * seconds * (1 - spread + 2 * spread * random());
}

type Limited = Pick<LimitRow, "max_slots" | "avg_slot_occupancy_seconds" | "slot_decay_per_second">;
