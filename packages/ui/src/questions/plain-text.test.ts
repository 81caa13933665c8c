import { expect, test } from "vitest";
import { plainText } from "./plain-text.ts";

test.each([
  ["**March** is _ready_, see `x`.", "March is ready, see x."],
  ["# Title\n\n- one\n- two", "Title one two"],
  ["| a | b |\n|---|---|\n| 1 | 2 |\n\nafter", "after"],
  ["[the report](https://a.example/b) and ![a picture](c.png)", "the report and a picture"],
  ["```py\nprint(1)\n```\nrest", "rest"],
  ["2 * 3 * 4 and snake_case_name", "2 * 3 * 4 and snake_case_name"],
])("%j is read as %j", (markdown, text) => {
  expect(plainText(markdown)).toBe(text);
});
