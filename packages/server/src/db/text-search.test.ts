import { expect, test } from "vitest";
import { caselessPart } from "./text-search.ts";

test.each([
  ["run-7777", "-7777"],
  ["2030-01-31", "2030-01-31"],
  ["a1b22c333", "333"],
  ["50%_", "50%_"],
  ["ä12", "12"],
])("of %j, %j is the same in both cases", (text, part) => expect(caselessPart(text)).toBe(part));

test.each(["extract", "a-b", "", "7", "ÄÖ"])("%j has no part in which case means nothing, or hardly any", (text) =>
  expect(caselessPart(text)).toBeUndefined(),
);
