import { expect, test } from "vitest";
import { didYouMean, nearest } from "./suggest.ts";

test.each([
  ["trian", "train"],
  ["trai", "train"],
  ["Train", "train"],
  ["evalute", "evaluate"],
  ["train-mod", "train-model"],
])("%s is near %s", (wanted, expected) => {
  expect(nearest(wanted, ["train", "evaluate", "report", "train-model"])).toContain(expected);
});

test("the nearest come first, and what is far is left out", () => {
  expect(nearest("traiin", ["report", "trains", "train"])).toEqual(["train", "trains"]);
  expect(nearest("xyz", ["train", "report"])).toEqual([]);
});

test("is a sentence, or nothing", () => {
  expect(didYouMean("trian", ["train"])).toBe(' Did you mean "train"?');
  expect(didYouMean("zebra", ["train"])).toBe("");
});
