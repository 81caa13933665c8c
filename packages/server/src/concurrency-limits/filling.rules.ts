import { secondsBetween, type Timestamp } from "@ostinato/core";

/** A limit whose slots become free by themselves, so many a second. */
export interface Filling {
  readonly slot_decay_per_second: number;
  readonly filled: number;
  readonly filled_at: Timestamp | null;
}

/** How far the limit is filled now. A clock that was moved back empties nothing. */
export function filledNow({ slot_decay_per_second, filled, filled_at }: Filling, now: Timestamp): number {
  const seconds = filled_at === null ? 0 : Math.max(0, secondsBetween(filled_at, now));
  return Math.max(0, filled - slot_decay_per_second * seconds);
}

/** The slots that count as taken, of which a part of one is one. */
export function slotsFilled(filling: Filling, now: Timestamp): number {
  // What a division leaves over is not a slot.
  return Math.ceil(filledNow(filling, now) - 1e-9);
}

/** Seconds until so many slots of the limit are free. */
export function secondsUntilFree(
  filling: Filling & { readonly max_slots: number },
  slots: number,
  now: Timestamp,
): number {
  const tooFull = filledNow(filling, now) + slots - filling.max_slots;
  return Math.max(0, tooFull / filling.slot_decay_per_second);
}
