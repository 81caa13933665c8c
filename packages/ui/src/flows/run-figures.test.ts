import { expect, test } from "vitest";
import { endedByThemselves, successRate } from "./run-figures.ts";

test.each([
  [{}, null, 0],
  [{ COMPLETED: 3, FAILED: 1 }, 0.75, 4],
  [{ CRASHED: 1, SCHEDULED: 1 }, 0, 1],
  [{ SCHEDULED: 2, RUNNING: 1, CANCELLED: 1 }, null, 0],
])("of the runs %j only those that ended by themselves count", (counts, rate, ended) => {
  expect(successRate(counts)).toBe(rate);
  expect(endedByThemselves(counts)).toBe(ended);
});
