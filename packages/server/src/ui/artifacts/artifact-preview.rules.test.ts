import { expect, test } from "vitest";
import { previewOf } from "./artifact-preview.rules.ts";

const kept = (type: string | null, data: unknown) => {
  const text = JSON.stringify(data);
  return { type, head: text.slice(0, 16_384), length: text.length };
};

test.each([
  ["markdown", kept("markdown", "# Report\nall well"), "# Report\nall well"],
  [
    "a table of objects",
    kept("table", [
      { a: 1, b: 2 },
      { a: 3, b: 4 },
    ]),
    "2 rows × 2 columns",
  ],
  ["a table as Prefect's clients write it", kept("table", JSON.stringify([[1, 2, 3]])), "1 row × 3 columns"],
  ["a table by columns", kept("table", { a: [1, 2, 3] }), "3 rows × 1 column"],
  ["a progress", kept("progress", 61.7), "62 %"],
  ["an image", kept("image", "https://images.example/a.png"), null],
  ["nothing", kept("markdown", null), null],
  ["no data", { type: "markdown", head: null, length: null }, null],
  ["another type", kept("rows", { n: 1 }), '{"n":1}'],
])("%s", (_, source, expected) => {
  expect(previewOf(source)).toBe(expected);
});

test("a long text is cut, also within an escape", () => {
  for (let length = 295; length < 305; length += 1) {
    const text = `${"é".repeat(length)}"\n\u2028${"x".repeat(40_000)}`;
    const preview = previewOf({ type: "markdown", head: JSON.stringify(text).slice(0, 16_384), length: 50_000 });
    expect(text.startsWith(preview ?? "?")).toBe(true);
    expect(preview?.length).toBe(300);
  }
});

test("a table too long to be read is not counted", () => {
  expect(previewOf({ type: "table", head: '[{"a":1},', length: 1_000_000 })).toBeNull();
});
