import { formatTimestamp, toTimestamp } from "@ostinato/core";
import { expect, test } from "vitest";
import { nextTimes } from "./next-times.ts";
import type { Schedule } from "./schedule.ts";

const newYork = "America/New_York";
const cron = (expression: string): Schedule => ({ cron: expression, timezone: newYork });
const daily = { interval: 86_400, anchor_date: "2026-01-05T07:30:00Z", timezone: newYork };

test.each<[string, Schedule, string, readonly string[]]>([
  ["a skipped time moves on", cron("30 2 * * *"), "2026-03-07T07:00Z", ["03-07T07:30", "03-08T07:30", "03-09T06:30"]],
  ["two times on one instant are one", cron("0 2,3 * * *"), "2026-03-08T06:00Z", ["03-08T07:00", "03-09T06:00"]],
  ["a repeated time runs once, first", cron("30 1 * * *"), "2026-11-01T00:00Z", ["11-01T05:30", "11-02T06:30"]],
  ["a repeated hour is a pause", cron("30 * * * *"), "2026-11-01T05:00Z", ["11-01T05:30", "11-01T07:30"]],
  ["from inside the second pass", cron("*/15 1 * * *"), "2026-11-01T06:10Z", ["11-02T06:00", "11-02T06:15"]],
  ["from inside what was skipped", cron("30 2 * * *"), "2026-03-08T07:20Z", ["03-08T07:30", "03-09T06:30"]],
  ["an interval of a day is local", daily, "2026-03-07T00:00Z", ["03-07T07:30", "03-08T07:30", "03-09T06:30"]],
  [
    "a day and a half is local",
    { interval: 129_600, anchor_date: "2026-03-06T00:00:00Z", timezone: newYork },
    "2026-03-06T00:00Z",
    ["03-06T00:00", "03-07T12:00", "03-08T23:00", "03-10T11:00"],
  ],
  [
    "an interval of an hour is elapsed time",
    { interval: 3600, anchor_date: "2026-01-01T00:30:00Z", timezone: newYork },
    "2026-11-01T05:00Z",
    ["11-01T05:30", "11-01T06:30", "11-01T07:30"],
  ],
  [
    "an anchor without an offset is of the zone",
    { interval: 86_400, anchor_date: "2026-06-01T09:00:00", timezone: newYork },
    "2026-07-01T00:00Z",
    ["07-01T13:00", "07-02T13:00"],
  ],
  [
    "before its anchor too",
    { interval: 86_400, anchor_date: "2026-06-01T09:00:00", timezone: newYork },
    "2026-01-01T00:00Z",
    ["01-01T14:00", "01-02T14:00"],
  ],
  ["the last Friday", { cron: "0 9 * * L5" }, "2026-01-01T00:00Z", ["01-30T09:00", "02-27T09:00"]],
  ["either of the days", { cron: "0 0 13 * 5" }, "2026-02-10T00:00Z", ["02-13T00:00", "02-20T00:00", "02-27T00:00"]],
  ["both of the days", { cron: "0 0 13 * 5", day_or: false }, "2026-02-10T00:00Z", ["02-13T00:00", "03-13T00:00"]],
  ["the seconds come last", { cron: "0 0 1 1 * 30" }, "2026-01-01T00:00Z", ["01-01T00:00:30"]],
  [
    "a rule's skipped time moves back",
    { rrule: "DTSTART:20260301T023000\nRRULE:FREQ=DAILY", timezone: newYork },
    "2026-03-07T08:00Z",
    ["03-08T06:30", "03-09T06:30"],
  ],
  [
    "the digits of a rule are wall times",
    { rrule: "DTSTART:20260101T090000Z\nRRULE:FREQ=DAILY", timezone: newYork },
    "2026-01-02T00:00Z",
    ["01-02T14:00"],
  ],
  [
    "UNTIL with Z and no DTSTART",
    { rrule: "FREQ=DAILY;UNTIL=20260102T235959Z" },
    "2026-01-01T00:00Z",
    ["01-01T00:00", "01-02T00:00"],
  ],
])("%s", (_, schedule, from, expected) => {
  const until = toTimestamp("2026-12-31T00:00:00Z");
  const found = nextTimes(schedule, { from: toTimestamp(from), count: expected.length, until });
  expect(
    found.map((time) =>
      formatTimestamp(time)
        .slice(5)
        .replace(/(T\d\d:\d\d)(:00)?Z$/, "$1")
        .replace("Z", ""),
    ),
  ).toEqual(expected);
});

test("a zone that changes its clock twice within a week", () => {
  const schedule = { cron: "0 12 * * *", timezone: "America/Recife" };
  const times = nextTimes(schedule, { from: toTimestamp("2000-10-07T00:00:00Z"), count: 10 }).map(formatTimestamp);
  const hours = times.map((time) => time.slice(8, 13));
  expect(hours).toEqual(["07T15", "08T14", "09T14", "10T14", "11T14", "12T14", "13T14", "14T14", "15T15", "16T15"]);
});

test.each([1e12, 1e300])("an interval of %d seconds comes at its anchor, and not again", (interval) => {
  for (const timezone of ["UTC", newYork]) {
    const schedule = { interval, anchor_date: "2026-01-01T00:00:00Z", timezone };
    const anchor = toTimestamp(schedule.anchor_date);
    expect(nextTimes(schedule, { from: toTimestamp("2025-01-01T00:00:00Z"), count: 3 })).toEqual([anchor]);
    expect(nextTimes(schedule, { from: toTimestamp("2027-01-01T00:00:00Z"), count: 3 })).toEqual([]);
  }
});

test("an anchor before there were time zones counts", () => {
  const schedule = { interval: 86_400, anchor_date: "1700-01-01T12:00:00", timezone: newYork };
  const [first] = nextTimes(schedule, { from: toTimestamp("2026-01-01T00:00:00Z"), count: 1 });
  expect(first).toBe(toTimestamp("2026-01-01T17:00:00Z"));
});

test("both ends are included", () => {
  const schedule = { cron: "0 * * * *" };
  const from = toTimestamp("2026-01-01T00:00:00Z");
  const until = toTimestamp("2026-01-01T02:00:00Z");
  expect(nextTimes(schedule, { from, until, count: 10 })).toHaveLength(3);
  expect(nextTimes(schedule, { from: toTimestamp("2026-01-01T00:00:00.000001Z"), until, count: 10 })).toHaveLength(2);
  expect(nextTimes(schedule, { from, until, count: 0 })).toEqual([]);
});

test("a rule that would be searched for too long is refused, and says so", () => {
  const counted = { rrule: "FREQ=SECONDLY;COUNT=900000000" };
  const from = toTimestamp("2026-01-01T00:00:00Z");
  expect(() => nextTimes(counted, { from, count: 1 })).toThrow(
    /^`rrule` "FREQ=SECONDLY;COUNT=900000000" can't be used: .*later DTSTART/,
  );
});

test("a rule that runs each second from 2020 is entered at the time asked for", () => {
  const from = toTimestamp("2035-01-01T00:00:00Z");
  expect(nextTimes({ rrule: "FREQ=SECONDLY" }, { from, count: 3 })).toEqual([from, from + 1_000_000, from + 2_000_000]);
});

test("a count is the same whether it is asked for once or again and again", () => {
  const schedule = { rrule: "DTSTART:20260101T000000\nRRULE:FREQ=HOURLY;INTERVAL=5;BYHOUR=0,5,10;COUNT=40" };
  const from = toTimestamp("2026-01-01T00:00:00Z");
  const all = nextTimes(schedule, { from, count: 100 });
  expect(all).toHaveLength(40);
  for (const index of [3, 17, 16, 39, 5, 38, 20]) {
    const start = all[index] ?? from;
    expect(nextTimes(schedule, { from: start, count: 100 })).toEqual(all.slice(index));
    expect(nextTimes(schedule, { from: (start + 1) as typeof from, count: 100 })).toEqual(all.slice(index + 1));
  }
  expect(nextTimes(schedule, { from: toTimestamp("2027-01-01T00:00:00Z"), count: 1 })).toEqual([]);
  expect(nextTimes(schedule, { from, count: 100 })).toEqual(all);
});

test.each<Schedule>([{ cron: "0 0 31 2 *" }, { rrule: "FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30" }])(
  "%o never comes",
  (schedule) => {
    expect(nextTimes(schedule, { from: toTimestamp("2026-01-01T00:00:00Z"), count: 1 })).toEqual([]);
  },
);
