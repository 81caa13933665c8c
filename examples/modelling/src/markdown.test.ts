import { expect, it } from "vitest";
import { decimal, markdownTable, whole } from "./markdown.ts";

it("writes a table with numbers to the right", () => {
  const table = markdownTable([
    { name: "a|b", rows: whole(12345), share: "1.5 %" },
    { name: "two\nlines", rows: 7, share: "n/a" },
  ]);
  expect(table).toBe(
    ["| name | rows | share |", "| --- | ---: | ---: |", "| a\\|b | 12,345 | 1.5 % |", "| two lines | 7 | n/a |"].join(
      "\n",
    ),
  );
});

it("says so when there are no rows", () => {
  expect(markdownTable([])).toBe("_no rows_");
});

it("writes numbers with separators", () => {
  expect([whole(1234567), decimal(1234.567), decimal(0.5, 1)]).toEqual(["1,234,567", "1,234.57", "0.5"]);
});
