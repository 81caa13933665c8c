import { describe, expect, test } from "vitest";
import { bytes, countingDuration, duration, percent, relative } from "./format.ts";

describe("spans of time", () => {
  test.each([
    [0, "0 s"],
    [0.4, "< 1 ms"],
    [820, "820 ms"],
    [999.6, "1.0 s"],
    [1200, "1.2 s"],
    [59_940, "59.9 s"],
    [59_960, "1 m 00 s"],
    [184_000, "3 m 04 s"],
    [3_599_600, "1 h 00 m"],
    [7_500_000, "2 h 05 m"],
    [273_600_000, "3 d 04 h"],
    [-1200, "−1.2 s"],
    [Number.NaN, "–"],
  ])("of %d ms read as %s", (ms, text) => expect(duration(ms)).toBe(text));

  test("that still grow do so by whole seconds", () => {
    expect(countingDuration(900)).toBe("0 s");
    expect(countingDuration(12_900)).toBe("12 s");
    expect(countingDuration(184_900)).toBe("3 m 04 s");
  });
});

describe("times", () => {
  const now = Date.parse("2026-03-04T05:06:07Z");
  test.each([
    [now - 2000, "now"],
    [now - 34_000, "34 s ago"],
    [now + 5 * 60_000, "in 5 min"],
    [now - 3 * 3_600_000, "3 h ago"],
    [now - 2 * 86_400_000, "2 d ago"],
  ])("are told from now: %d", (time, text) => expect(relative(time, now)).toBe(text));

  test("of long ago are told by their date", () => {
    expect(relative(Date.parse("2025-01-09T12:00:00Z"), now)).toBe("9 Jan 2025");
  });
});

test("amounts keep their unit apart and never claim a hundred per cent too early", () => {
  expect(bytes(940)).toBe("940 B");
  expect(bytes(1024 * 1024 * 3.4)).toBe("3.4 MiB");
  expect(percent(0.9999)).toBe("99.9 %");
  expect(percent(1)).toBe("100 %");
  expect(percent(0.926)).toBe("92.6 %");
});
