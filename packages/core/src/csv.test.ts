import { expect, test } from "vitest";
import { csvField } from "./csv.ts";

test.each([
  ["plain", "plain"],
  ['say "hi"', '"say ""hi"""'],
  ["one, two", '"one, two"'],
  [null, ""],
  [-2, "-2"],
  ["-1.5", "-1.5"],
  ["+3e-7", "+3e-7"],
  ["=1+1", "'=1+1"],
  ["+1+1", "'+1+1"],
  ["-1-1", "'-1-1"],
  ["@SUM(1)", "'@SUM(1)"],
  ["\tx", "'\tx"],
  ["\rx", `"'\rx"`],
  ["\n=1", `"'\n=1"`],
  ['=A1&","', `"'=A1&"","""`],
])("the field of %j is %j", (value, field) => {
  expect(csvField(value)).toBe(field);
});
