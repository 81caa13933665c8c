import { expect, test } from "vitest";
import { cardBounds, pageBounds, previewOf, rowBounds } from "./artifact-preview.rules.ts";

const headCharacters = 16_384;

const kept = (type: string | null, data: unknown) => {
  const text = JSON.stringify(data);
  return { type, head: text.slice(0, headCharacters), length: text.length };
};

test.each([
  [
    "markdown",
    kept("markdown", "# Report\nall well"),
    { kind: "markdown", text: "# Report\nall well", is_whole: true },
  ],
  [
    "a table of objects",
    kept("table", [
      { a: 1, b: 2 },
      { a: 3, b: 4 },
    ]),
    {
      kind: "table",
      columns: ["a", "b"],
      rows: [
        [1, 2],
        [3, 4],
      ],
      row_count: 2,
    },
  ],
  [
    "a table as Prefect's clients write it",
    kept("table", JSON.stringify([[1, 2, 3]])),
    { kind: "table", columns: ["1", "2", "3"], rows: [[1, 2, 3]], row_count: 1 },
  ],
  [
    "a table by columns",
    kept("table", { a: [1, 2, 3, 4] }),
    { kind: "table", columns: ["a"], rows: [[1], [2], [3]], row_count: 4 },
  ],
  ["a progress", kept("progress", 61.7), { kind: "progress", share: 0.617 }],
  [
    "an image at an address",
    kept("image", "https://images.example/a.png"),
    { kind: "image", address: "https://images.example/a.png" },
  ],
  ["a kept image", kept("image", "data:image/png;base64,AAAA"), { kind: "image", address: null }],
  [
    "a kept image that is longer than what was read",
    kept("image", `data:image/png;base64,${"A".repeat(40_000)}`),
    { kind: "image", address: null },
  ],
  ["nothing", kept("markdown", null), null],
  ["no data", { type: "markdown", head: null, length: null }, null],
  ["another type", kept("rows", { n: 1 }), { kind: "json", text: '{"n":1}', is_whole: true }],
])("%s", (_, source, expected) => {
  expect(previewOf(source, rowBounds)).toEqual(expected);
});

test("a long text is cut, also within an escape", () => {
  for (let length = headCharacters - 20; length < headCharacters + 5; length += 1) {
    const text = `${"é".repeat(length)}"\n\u2028\\${"x".repeat(40_000)}`;
    const preview = previewOf(kept("markdown", text), pageBounds);
    if (preview?.kind !== "markdown") throw new Error(`a preview of kind ${preview?.kind}`);
    expect(text.startsWith(preview.text)).toBe(true);
    expect(preview.text.length).toBeGreaterThan(headCharacters - 30);
    expect(preview.is_whole).toBe(false);
  }
});

test("a long text ends with a whole line", () => {
  const line = "| a | b |\n";
  const preview = previewOf(kept("markdown", line.repeat(1000)), rowBounds);
  expect(preview).toMatchObject({ is_whole: false, text: line.repeat(600 / line.length).trimEnd() });
});

test.each(["", "within a string"])("a table too long to be read shows its first rows and is not counted %s", (way) => {
  const rows = Array.from({ length: 2000 }, (_, index) => ({
    name: `a "]}" \\ ${index}`,
    at: [index],
    more: { index },
  }));
  const data = way === "" ? rows : JSON.stringify(rows);
  expect(previewOf(kept("table", data), cardBounds)).toEqual({
    kind: "table",
    columns: ["name", "at", "more"],
    rows: rows.slice(0, 10).map(({ name, at, more }) => [name, at, more]),
    row_count: null,
  });
});

test("a row that is longer than what was read is not shown", () => {
  const rows = [{ text: `[{${"x".repeat(40_000)}` }];
  expect(previewOf(kept("table", rows), cardBounds)).toEqual({
    kind: "table",
    columns: [],
    rows: [],
    row_count: null,
  });
});

test("a row in a list has few columns, and no long cells", () => {
  const wide = Object.fromEntries(Array.from({ length: 9 }, (_, index) => [`c${index}`, "y".repeat(90)]));
  expect(previewOf(kept("table", [wide]), rowBounds)).toMatchObject({
    columns: ["c0", "c1", "c2", "c3", "c4"],
    rows: [Array.from({ length: 5 }, () => `${"y".repeat(40)}…`)],
  });
  expect(previewOf(kept("table", [wide]), pageBounds)).toMatchObject({ rows: [Object.values(wide)] });
});
