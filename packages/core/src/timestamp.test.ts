import fc from "fast-check";
import { expect, test } from "vitest";
import { compareTimestamps, formatTimestamp, parseTimestamp, type Timestamp, toTimestamp } from "./timestamp.ts";

test.each([
  ["2026-11-21T20:20:06.404865Z", "2026-11-21T20:20:06.404865Z"],
  ["2026-11-21 20:25:24.842253+00:00", "2026-11-21T20:25:24.842253Z"],
  ["2026-11-21T20:20:06", "2026-11-21T20:20:06Z"],
  ["2026-11-21T22:20:06.5+02:00", "2026-11-21T20:20:06.500000Z"],
  ["2026-11-21T15:20:06-0500", "2026-11-21T20:20:06Z"],
  ["2026-11-21", "2026-11-21T00:00:00Z"],
  [1795293010.884641, "2026-11-21T20:30:10.884641Z"],
  [1795293010884.641, "2026-11-21T20:30:10.884641Z"],
  [-1, "1969-12-31T23:59:59Z"],
  ["1795293010.884641", "2026-11-21T20:30:10.884641Z"],
  ["1969-12-31T23:59:59.000001Z", "1969-12-31T23:59:59.000001Z"],
  ["1684-07-28T00:12:25.259009Z", "1684-07-28T00:12:25.259009Z"],
  ["2255-06-05T23:47:34.740991Z", "2255-06-05T23:47:34.740991Z"],
])("reads %s", (input, output) => {
  expect(formatTimestamp(toTimestamp(input))).toBe(output);
});

test.each([
  1e21,
  -1e300,
  1e10,
  Number.NaN,
  "",
  "yesterday",
  "2026-02-30T00:00:00Z",
  "2026-13-01",
  "2026-11-21T25:00:00Z",
  "2026-11-21T20:60:00Z",
  "1684-07-28T00:12:25.259008Z",
  "2255-06-05T23:47:34.740992Z",
  "0001-01-01",
])("refuses %j", (input) => {
  expect(parseTimestamp(input)).toBeUndefined();
});

test("what is written is read back, to the microsecond, and sorts as text where the fraction is there", () => {
  const moments = fc.integer({ min: -2_000_000_000_000_000, max: 9_000_000_000_000_000 });
  fc.assert(fc.property(moments, (micros) => toTimestamp(formatTimestamp(micros as Timestamp)) === micros));
});

test("are ordered as moments, of which a whole second has no fraction", () => {
  const moments = ["2026-11-29T16:00:00.000001Z", "2026-11-29T16:00:00Z", "2026-11-29T15:59:59.999999Z"];
  expect(moments.toSorted(compareTimestamps)).toEqual(moments.toReversed());
});
