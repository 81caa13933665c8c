import { expect, test } from "vitest";
import type { StateType } from "../states.ts";
import { ranMs, waitedMs } from "./run-time.ts";

const at = (seconds: number) => new Date(Date.UTC(2026, 0, 1, 12, 0, 0) + seconds * 1000).toISOString();
const now = Date.parse(at(1000));
const states = (...told: readonly (readonly [StateType, number])[]) =>
  told.map(([type, seconds]) => ({ type, timestamp: at(seconds) }));

test("a run has run for as long as the server counted, and since its present state while it is running", () => {
  const run = { start_time: at(0), total_run_time: 6.5 };
  expect(ranMs({ ...run, state_type: "COMPLETED" }, at(900), now)).toBe(6500);
  expect(ranMs({ ...run, state_type: "PAUSED" }, at(900), now)).toBe(6500);
  expect(ranMs({ ...run, state_type: "RUNNING" }, at(990), now)).toBe(16_500);
  expect(ranMs({ state_type: "PENDING", start_time: null, total_run_time: 0 }, at(0), now)).toBeNull();
});

test.each([
  [
    "nothing, where it only waited before its start",
    states(["SCHEDULED", 0], ["PENDING", 10], ["RUNNING", 20], ["COMPLETED", 30]),
    0,
  ],
  ["its pauses", states(["RUNNING", 0], ["PAUSED", 3], ["RUNNING", 603], ["COMPLETED", 604]), 600],
  [
    "its waits for another attempt",
    states(["RUNNING", 0], ["SCHEDULED", 5], ["PENDING", 25], ["RUNNING", 30], ["FAILED", 31]),
    25,
  ],
  [
    "until it was started again after a failure",
    states(["RUNNING", 0], ["FAILED", 5], ["RUNNING", 105], ["COMPLETED", 110]),
    100,
  ],
  ["until now while it is paused", states(["RUNNING", 0], ["PAUSED", 990]), 10],
  ["nothing while it is asked to stop", states(["RUNNING", 0], ["CANCELLING", 990]), 0],
])("a run has waited: %s", (_what, told, seconds) => {
  expect(waitedMs(told, now)).toBe(seconds * 1000);
});
