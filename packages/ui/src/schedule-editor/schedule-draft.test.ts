import { expect, test } from "vitest";
import { draftOf, newDraft, scheduleOf } from "./schedule-draft.ts";

test.each([
  ["a cron expression", { cron: "0 6 * * 1-5", timezone: "Europe/Berlin", day_or: true }],
  ["one of which both days must match", { cron: "0 6 1 * 1", timezone: "UTC", day_or: false }],
  ["an interval", { interval: 5400, anchor_date: "2026-01-01T09:00:00.000Z", timezone: "America/New_York" }],
  [
    "an interval of weeks",
    { interval: 1_209_600, anchor_date: "2026-07-01T09:00:30.123456Z", timezone: "Europe/Berlin" },
  ],
  ["a rule", { rrule: "RRULE:FREQ=DAILY", timezone: "Asia/Tokyo" }],
])("%s is the same after a look at it", (_, schedule) => {
  const draft = draftOf({ schedule, active: false, slug: "nightly" });
  expect(scheduleOf(draft)).toEqual(schedule);
  expect(draft).toMatchObject({ active: false, slug: "nightly" });
});

test.each([
  [90, "90", "seconds"],
  [5400, "90", "minutes"],
  [86_400, "1", "days"],
  [1_209_600, "2", "weeks"],
  [0.5, "0.5", "seconds"],
])("an interval of %s seconds is %s %s", (interval, every, unit) => {
  const schedule = { interval, anchor_date: "2026-01-01T00:00:00Z", timezone: null };
  expect(draftOf({ schedule, active: true, slug: null })).toMatchObject({ every, unit, timezone: "UTC" });
});

test("an interval begins at the moment of saving where no anchor is given, and is none while it is not a number above 0", () => {
  const draft = { ...newDraft("UTC"), kind: "interval" } as const;
  expect(scheduleOf(draft)).toEqual({ interval: 3600, timezone: "UTC" });
  for (const every of ["often", " ", "0", "-2"]) expect(scheduleOf({ ...draft, every })).toBeUndefined();
});

test("an anchor is the same wall time in another zone", () => {
  const schedule = { interval: 86_400, anchor_date: "2026-01-01T09:00:00.5Z", timezone: "UTC" };
  const draft = draftOf({ schedule, active: true, slug: null });
  expect(scheduleOf({ ...draft, timezone: "Europe/Berlin" })).toMatchObject({
    anchor_date: "2026-01-01T08:00:00.000Z",
  });
});

test("a zone that nobody knows is for the server to refuse", () => {
  const draft = { ...newDraft("Berlin"), kind: "interval", anchor: "2026-01-01T00:00" } as const;
  expect(scheduleOf(draft)).toMatchObject({ timezone: "Berlin" });
});
