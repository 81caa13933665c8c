import fc from "fast-check";
import { expect, test } from "vitest";
import { LineSplitter } from "./line-splitter.ts";

function split(bytes: Buffer, cuts: readonly number[]): readonly string[] {
  const splitter = new LineSplitter();
  const at = [0, ...cuts.map((cut) => cut % (bytes.length + 1)).toSorted((one, other) => one - other), bytes.length];
  const lines = at.slice(1).flatMap((end, index) => splitter.push(bytes.subarray(at[index], end)));
  return [...lines, ...splitter.end()];
}

test("lines are the same wherever the bytes are cut", () => {
  const line = fc.string({ unit: "grapheme", maxLength: 20 }).map((text) => text.replaceAll(/[\r\n]/g, ""));
  fc.assert(
    fc.property(fc.array(line), fc.constantFrom("\n", "\r\n"), fc.array(fc.nat(1000)), (lines, end, cuts) => {
      const bytes = Buffer.from(lines.map((text) => `${text}${end}`).join(""));
      expect(split(bytes, cuts)).toEqual(lines);
    }),
  );
});

test("what follows the last line feed is a line, unless it is empty", () => {
  expect(split(Buffer.from("a\nb"), [])).toEqual(["a", "b"]);
  expect(split(Buffer.from("a\n"), [])).toEqual(["a"]);
  expect(split(Buffer.from("\n\n"), [])).toEqual(["", ""]);
  expect(split(Buffer.from(""), [])).toEqual([]);
});

test("a carriage return within a line stays", () => {
  expect(split(Buffer.from("10 %\r20 %\r\nnext"), [])).toEqual(["10 %\r20 %", "next"]);
});

test("bytes that are not UTF-8 are replaced, also at the end", () => {
  expect(split(Buffer.from([0x61, 0xff, 0x62, 0x0a, 0xc3]), [])).toEqual(["a\ufffdb", "\ufffd"]);
});

test("of a line beyond the bound the rest is counted, in how many pieces it may come, and no letter is halved", () => {
  const long = Buffer.from("🛫".repeat(300_000));
  expect(split(Buffer.concat([long, Buffer.from("\nnext")]), [1001, 500_003])).toEqual([
    `${"🛫".repeat(250_000)} … (100000 more characters of this line are left out)`,
    "next",
  ]);
  const odd = split(Buffer.from(`x${"🛫".repeat(300_000)}`), [])[0] ?? "";
  expect(odd).toContain("(100001 more characters of this line are left out)");
  expect(odd.isWellFormed()).toBe(true);
});
