import { expect, test } from "vitest";
import { axisOffset } from "../format.ts";
import { offsetTicks } from "./offset-ticks.ts";

const labels = (from: number, to: number, max: number) => {
  const { ticks, step } = offsetTicks(from, to, max);
  return ticks.map((tick) => axisOffset(tick, step));
};

test.each([
  ["a run of seconds", 0, 6600, 8, ["0 s", "1 s", "2 s", "3 s", "4 s", "5 s", "6 s"]],
  [
    "a part of it, with as many digits as tell its ticks apart",
    3985,
    4021,
    5,
    ["3.99 s", "4.00 s", "4.01 s", "4.02 s"],
  ],
  ["what was before its start", -1200, 1200, 6, ["−1.0 s", "−500 ms", "0 s", "500 ms", "1.0 s"]],
  ["a run of minutes", 0, 895_000, 5, ["0 s", "5 m", "10 m"]],
  ["the seconds after an hour", 3_600_000, 3_606_000, 3, ["1 h", "1 h 00 m 02 s", "1 h 00 m 04 s", "1 h 00 m 06 s"]],
  [
    "less than a second after an hour",
    3_602_000,
    3_602_500,
    3,
    ["1 h 00 m 02 s 0 ms", "1 h 00 m 02 s 200 ms", "1 h 00 m 02 s 400 ms"],
  ],
  ["the minutes after a day", 90_000_000, 90_600_000, 2, ["1 d 01 h", "1 d 01 h 05 m", "1 d 01 h 10 m"]],
  ["a run of hours", 0, 5 * 3_600_000, 6, ["0 s", "1 h", "2 h", "3 h", "4 h", "5 h"]],
])("the axis of %s counts from its start", (_what, from, to, max, expected) => {
  expect(labels(from, to, max)).toEqual(expected);
});
