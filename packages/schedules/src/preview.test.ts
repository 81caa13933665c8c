import { formatTimestamp, toTimestamp } from "@ostinato/core";
import { expect, test } from "vitest";
import { previewTimes } from "./preview.ts";
import type { Schedule } from "./schedule.ts";

const timezone = "America/New_York";

function preview(schedule: Schedule, from: string, count: number) {
  return previewTimes(schedule, { from: toTimestamp(from), count }).map(({ time, local, clockChange }) =>
    [formatTimestamp(time), local.wallTime + local.offset, ...(clockChange === undefined ? [] : [clockChange])].join(
      " ",
    ),
  );
}

test("a time that the clock skips is shown where it runs, as moved", () => {
  expect(preview({ cron: "30 2 * * *", timezone }, "2026-03-07T00:00:00Z", 3)).toEqual([
    "2026-03-07T07:30:00Z 2026-03-07T02:30:00-05:00",
    "2026-03-08T07:30:00Z 2026-03-08T03:30:00-04:00 moved",
    "2026-03-09T06:30:00Z 2026-03-09T02:30:00-04:00",
  ]);
  expect(preview({ rrule: "DTSTART:20260301T023000\nRRULE:FREQ=DAILY", timezone }, "2026-03-08T00:00:00Z", 1)).toEqual([
    "2026-03-08T06:30:00Z 2026-03-08T01:30:00-05:00 moved",
  ]);
  expect(
    preview({ interval: 86_400, anchor_date: "2026-01-05T07:30:00Z", timezone }, "2026-03-08T00:00:00Z", 2),
  ).toEqual(["2026-03-08T07:30:00Z 2026-03-08T03:30:00-04:00 moved", "2026-03-09T06:30:00Z 2026-03-09T02:30:00-04:00"]);
});

test("a time that falls together with one of the schedule's own is not moved", () => {
  expect(preview({ cron: "0 2,3 * * *", timezone }, "2026-03-08T05:00:00Z", 1)).toEqual([
    "2026-03-08T07:00:00Z 2026-03-08T03:00:00-04:00",
  ]);
});

test("a time that the clock shows twice is the first", () => {
  expect(preview({ cron: "30 * * * *", timezone }, "2026-11-01T04:00:00Z", 3)).toEqual([
    "2026-11-01T04:30:00Z 2026-11-01T00:30:00-04:00",
    "2026-11-01T05:30:00Z 2026-11-01T01:30:00-04:00 repeated",
    "2026-11-01T07:30:00Z 2026-11-01T02:30:00-05:00",
  ]);
});

test("shows the reader's clock beside the schedule's", () => {
  const options = { from: toTimestamp("2026-01-01T00:00:00Z"), count: 1, readerZone: "Asia/Kathmandu" };
  expect(previewTimes({ cron: "0 6 * * *", timezone }, options)).toMatchObject([
    {
      local: { wallTime: "2026-01-01T06:00:00", offset: "-05:00" },
      reader: { wallTime: "2026-01-01T16:45:00", offset: "+05:45" },
    },
  ]);
  expect(() => previewTimes({ cron: "0 6 * * *" }, { ...options, readerZone: "Nepal" })).toThrow(/^`timezone` "Nepal"/);
});
