import { expect, test } from "vitest";
import { ago, spanText } from "./moments.ts";

test.each([
  [0, "0 s"],
  [0.0123, "12 ms"],
  [3.21, "3.2 s"],
  [59, "59 s"],
  [200, "3 min 20 s"],
  [3600, "1 h"],
  [7500, "2 h 5 min"],
  [270_000, "3 d 3 h"],
])("%s seconds are %s", (seconds, text) => {
  expect(spanText(seconds)).toBe(text);
});

test("says how long ago something was, and gives the date of what was long ago", () => {
  const now = Date.parse("2026-11-22T12:00:00Z");
  expect(ago("2026-11-22T11:59:30Z", now)).toBe("30 s ago");
  expect(ago("2026-11-22T09:00:00.123456Z", now)).toBe("3 h ago");
  expect(ago("2026-11-23T12:00:00Z", now)).toBe("in 1 d");
  expect(ago("2026-01-15T12:00:00Z", now)).toBe("2026-01-15");
  expect(ago(null, now)).toBeUndefined();
});
