import { expect, test } from "vitest";
import { comparedParameters, differenceOf, maxDifference } from "./compared.ts";

test("parameters that differ come first, and one that was not given is undefined", () => {
  const compared = comparedParameters({ same: [1], depth: 6, old: null }, { same: [1], depth: 8, added: "x" });
  expect(compared).toEqual([
    { name: "depth", a: 6, b: 8, differs: true },
    { name: "old", a: null, b: undefined, differs: true },
    { name: "added", a: undefined, b: "x", differs: true },
    { name: "same", a: [1], b: [1], differs: false },
  ]);
});

test("a difference has its seconds and its ratio, where both are known", () => {
  expect(differenceOf(2, 3)).toEqual({ seconds: 1, ratio: 1.5 });
  expect(differenceOf(0, 3)).toEqual({ seconds: 3, ratio: undefined });
  expect(differenceOf(null, 3)).toBeUndefined();
  expect(differenceOf(2, undefined)).toBeUndefined();
});

test("the largest difference counts in both directions", () => {
  const task = (took: number | null) => ({ count: 1, states: {}, took, task_run_id: null, result: null });
  const row = (a: number, b: number) => ({ name: "t", is_subflow: false, a: task(a), b: task(b), same_result: null });
  expect(maxDifference([row(1, 2), row(9, 4)])).toBe(5);
  expect(maxDifference([])).toBe(0);
});
