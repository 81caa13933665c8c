import { expect, test } from "vitest";
import { patternMatcher } from "./pattern-matcher.ts";

const tooLong = () => new Error("too long");

test.each([
  ["^a", "abc", true],
  ["(?i)^A", "abc", true],
  ["(?i)^A", "bc", false],
  ["(?s)a.b", "a\nb", true],
  ["(?P<x>a)(?P=x)", "aa", true],
  ["\\Aa\\Z", "a", true],
  ["\\Aa\\Z", "a\n", false],
  ["a\\_b", "a_b", true],
  ["^\\\\A$", "\\A", true],
])("%j and %j", (pattern, text, matches) => {
  expect(patternMatcher(tooLong)(pattern, text)).toBe(matches);
});

test("no pattern begins when the time for all of them is over", () => {
  expect(() => patternMatcher(tooLong, 0)("a", "a")).toThrow("too long");
});
