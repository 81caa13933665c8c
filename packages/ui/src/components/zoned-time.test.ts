import { expect, test } from "vitest";
import { isZone, momentInZone, wallTimeIn } from "./zoned-time.ts";

test.each([
  ["an ordinary time", "2026-01-15T09:00", "Europe/Berlin", "2026-01-15T08:00:00.000Z"],
  ["a time in summer", "2026-07-15T09:00", "Europe/Berlin", "2026-07-15T07:00:00.000Z"],
  ["a time that is skipped", "2026-03-29T02:30", "Europe/Berlin", "2026-03-29T01:30:00.000Z"],
  ["the first pass of a repeated hour", "2026-10-25T02:30", "Europe/Berlin", "2026-10-25T00:30:00.000Z"],
  ["the same in the west", "2026-11-01T01:30", "America/New_York", "2026-11-01T05:30:00.000Z"],
  ["after the change", "2026-11-01T02:30", "America/New_York", "2026-11-01T07:30:00.000Z"],
  ["half an hour", "2026-04-05T09:00", "Australia/Lord_Howe", "2026-04-04T22:30:00.000Z"],
  ["UTC", "2026-03-29T02:30:15", "UTC", "2026-03-29T02:30:15.000Z"],
])("%s", (_, wall, zone, moment) => {
  expect(new Date(momentInZone(wall, zone) ?? Number.NaN).toISOString()).toBe(moment);
});

test("a clock of the zone shows a moment", () => {
  expect(wallTimeIn(Date.parse("2026-03-29T01:30:00Z"), "Europe/Berlin")).toBe("2026-03-29T03:30:00");
});

test("what is not a wall time has no moment, and what is not a zone is not one", () => {
  expect(momentInZone("", "UTC")).toBeUndefined();
  expect(["UTC", "Europe/Berlin", "Berlin", ""].map(isZone)).toEqual([true, true, false, false]);
});
