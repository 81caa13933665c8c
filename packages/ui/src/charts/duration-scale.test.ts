import { expect, test } from "vitest";
import { durationScale } from "./duration-scale.ts";

test("durations that are alike stand on an even axis from zero", () => {
  const scale = durationScale([20, 24, 41]);
  expect(scale.log).toBe(false);
  expect(scale.ticks).toEqual([0, 30, 60]);
  expect(scale.share(30)).toBe(0.5);
});

test("durations that differ widely stand on a logarithmic axis whose steps people count in", () => {
  const scale = durationScale([0.4, 9, 9, 300, 5000]);
  expect(scale.log).toBe(true);
  expect(scale.ticks[0]).toBeGreaterThan(0);
  expect(scale.ticks.at(-1)).toBe(3600);
  expect(scale.share(300)).toBeGreaterThan(scale.share(9) + 0.2);
  expect(scale.share(0.0001)).toBe(0);
  expect(scale.share(1e9)).toBe(1);
});

test("one run that took far longer does not press the others down", () => {
  const scale = durationScale([460, 470, 480, 490, 2700]);
  expect(scale.log).toBe(true);
  expect(scale.ticks).toEqual([60, 600, 3600]);
  expect(scale.share(480)).toBeGreaterThan(0.4);
});

test("no duration at all still has an axis", () => {
  expect(durationScale([]).ticks).toEqual([0, 0.5, 1]);
});
