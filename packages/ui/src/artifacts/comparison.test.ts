import { describe, expect, test } from "vitest";
import { lineDiff } from "../components/line-diff.ts";

describe("two versions, line by line", () => {
  const told = (before: string, after: string) =>
    lineDiff(before.split(""), after.split(""))
      .map((line) => ({ same: " ", added: "+", removed: "-" })[line.kind] + line.text)
      .join("");
  test.each([
    ["abc", "abc", " a b c"],
    ["abc", "axc", " a-b+x c"],
    ["", "a", "+a"],
    ["abcd", "bd", "-a b-c d"],
    ["abab", "ba", "-a b a-b"],
  ])("%s to %s", (before, after, expected) => expect(told(before, after)).toBe(expected));

  test("of great length and nothing in common are replaced as a whole", () => {
    const many = (prefix: string) => Array.from({ length: 3000 }, (_, index) => `${prefix}${index}`);
    expect(lineDiff(many("a"), many("b"))).toHaveLength(6000);
  });

  test("of great length are compared where they have much in common", () => {
    const before = Array.from({ length: 20_000 }, (_, index) => `line ${index}`);
    const after = before.map((line, index) => (index % 100 === 0 ? `${line}!` : line));
    const changed = lineDiff(before, after).filter(({ kind }) => kind !== "same");
    expect(changed).toHaveLength(400);
  });
});
