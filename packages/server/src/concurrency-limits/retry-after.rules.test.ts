import { expect, test } from "vitest";
import { retryAfterSeconds } from "./retry-after.rules.ts";

const limit = { max_slots: 4, avg_slot_occupancy_seconds: 2, slot_decay_per_second: 0 };

test.each([
  ["a slot is worth its share of how long slots are held", limit, { slots: 1, random: 0.5 }, 0.5],
  ["more slots take longer", limit, { slots: 4, random: 0.5 }, 2],
  [
    "nobody is told to wait for slots that are held for hours",
    { ...limit, avg_slot_occupancy_seconds: 9999 },
    { slots: 4, random: 0.5 },
    30,
  ],
  ["a slot that decays is free then", { ...limit, slot_decay_per_second: 0.1 }, { slots: 4, random: 0.5 }, 10],
  ["waiters come again at different times, the first", limit, { slots: 4, random: 0 }, 1.4],
  ["and the last", limit, { slots: 4, random: 1 }, 2.6],
])("%s", (_title, given, { slots, random }, seconds) => {
  expect(retryAfterSeconds(given, { slots, random: () => random })).toBeCloseTo(seconds);
});
