import { describe, expect, test } from "vitest";
import { exactNumber } from "./exact-json.ts";
import { previewOf } from "./preview.ts";
import { secretMark } from "./secret.ts";

const secret = { [secretMark]: true, value: "hunter2" };
const png = Uint8Array.of(0x89, 0x50, 0x4e, 0x47, 13, 10, 26, 10);

test.each([
  ["nothing", undefined, { kind: "none", value: null }],
  ["a number", 7.76, { kind: "scalar", value: 7.76 }],
  ["not a number", Number.NaN, { kind: "scalar", value: "NaN" }],
  ["a bigint", 12n, { kind: "scalar", value: 12 }],
  ["a large one", 2n ** 70n, { kind: "scalar", value: exactNumber("1180591620717411303424") }],
  ["one of many digits", 10n ** 5000n, { kind: "scalar", truncated: true, value: `1${"0".repeat(1999)}` }],
  [
    "one inside",
    [{ id: -(2n ** 63n), at: [1n] }, 2n],
    { value: [{ id: exactNumber("-9223372036854775808"), at: [1] }, 2] },
  ],
  ["a moment", new Date(0), { kind: "scalar", value: "1970-01-01T00:00:00.000Z" }],
  ["a record", { a: [1, { b: true }] }, { kind: "json", value: { a: [1, { b: true }] } }],
  ["a map", new Map([["a", 1]]), { kind: "json", value: { "Map(1)": [["a", 1]] } }],
  ["an image", png, { kind: "image", value: { media_type: "image/png", base64: btoa("\x89PNG\r\n\x1a\n") } }],
  ["bytes", Uint8Array.of(1, 255), { kind: "bytes", value: { length: 2, hex: "01ff" } }],
  ["a secret", secret, { kind: "secret", value: "********" }],
  ["a secret inside", { user: "me", password: secret }, { kind: "json", value: { user: "me", password: "********" } }],
])("pictures %s", (_, value, expected) => {
  expect(previewOf(value)).toMatchObject(expected);
});

test("pictures records as a table with their columns, first rows and number", () => {
  const rows = Array.from({ length: 1000 }, (_, index) => ({ day: index, delay: index / 2 }));
  const { kind, truncated, value } = previewOf(rows);
  expect([kind, truncated]).toEqual(["table", true]);
  expect(value).toMatchObject({ columns: ["day", "delay"], row_count: 1000 });
  expect((value as { rows: unknown[] }).rows.slice(0, 2)).toEqual([
    [0, 0],
    [1, 0.5],
  ]);
});

test("a table that is kept elsewhere is a table, with its types and its place", () => {
  const table = {
    tableUrl: "s3://lake/trips.parquet",
    key: "trips.parquet",
    rows: 3_000_000,
    bytes: 40_000_000,
    columns: [{ name: "fare", type: "DECIMAL(10,2)" }],
    head: [["7.50"], [null]],
  };
  expect(previewOf(table)).toEqual({
    kind: "table",
    size_bytes: 40_000_000,
    truncated: true,
    value: {
      columns: ["fare"],
      types: ["DECIMAL(10,2)"],
      rows: [["7.50"], [null]],
      row_count: 3_000_000,
      url: "s3://lake/trips.parquet",
    },
  });
  expect(previewOf({ ...table, columns: ["fare"] }).kind).toBe("json");
  expect(previewOf({ ...table, rows: "many" }).kind).toBe("json");
});

describe("stays small", () => {
  const long = "x".repeat(100_000);
  const deep = Array.from({ length: 100 }).reduce((inner: unknown) => ({ inner }), 1);
  test.each([
    ["long text", long],
    ["much text", Array.from({ length: 1000 }, () => long)],
    ["a wide record", Object.fromEntries(Array.from({ length: 10_000 }, (_, index) => [`key ${index}`, long]))],
    ["a deep record", deep],
    [
      "wide rows",
      Array.from({ length: 20 }, () => Object.fromEntries(Array.from({ length: 300 }, (_, n) => [n, long]))),
    ],
    ["many numbers", new Float64Array(1_000_000)],
    ["many bytes", new Uint8Array(1_000_000)],
  ])("%s", (_, value) => {
    const preview = previewOf(value);
    expect(preview.truncated).toBe(true);
    expect(JSON.stringify(preview).length).toBeLessThan(16 * 1024);
  });

  test("a cycle", () => {
    const loop: Record<string, unknown> = { name: "loop" };
    loop.self = loop;
    expect(previewOf(loop).value).toEqual({ name: "loop", self: "[circular]" });
  });
});
