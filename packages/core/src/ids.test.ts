import { expect, test } from "vitest";
import { isUuid, randomId, timeOrderedId } from "./ids.ts";
import { toTimestamp } from "./timestamp.ts";

test("ids are UUIDs of their version", () => {
  expect(randomId()).toMatch(/^.{14}4.{4}[89ab]/);
  expect(timeOrderedId(toTimestamp("2026-11-21T20:20:06Z"))).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-7/);
  expect(isUuid(randomId())).toBe(true);
  expect(isUuid("not-a-uuid")).toBe(false);
});

test("time-ordered ids sort by their microsecond", () => {
  const earlier = timeOrderedId(toTimestamp("2026-11-21T20:20:06.404865Z"));
  const later = timeOrderedId(toTimestamp("2026-11-21T20:20:06.404866Z"));
  expect(earlier < later).toBe(true);
  expect(Number.parseInt(earlier.slice(0, 8) + earlier.slice(9, 13), 16)).toBe(Date.UTC(2026, 10, 21, 20, 20, 6, 404));
});
