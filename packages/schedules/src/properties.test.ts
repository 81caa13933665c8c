import type { Timestamp } from "@ostinato/core";
import fc from "fast-check";
import { expect, test } from "vitest";
import { checkSchedule } from "./check.ts";
import { nextTimes } from "./next-times.ts";
import type { Schedule } from "./schedule.ts";
import { scheduleInWords } from "./words.ts";

const zone = fc.constantFrom(
  ...[
    "America/New_York",
    "Europe/Berlin",
    "Australia/Lord_Howe",
    "Antarctica/Troll",
    "America/Havana",
    "Pacific/Apia",
    "UTC",
  ],
);

function part(min: number, max: number) {
  const value = fc.integer({ min, max });
  const list = fc.uniqueArray(value, { minLength: 1, maxLength: 3 }).map((values) => values.join(","));
  const range = fc.tuple(value, value).map(([first, last]) => `${first}-${last}`);
  const step = fc.integer({ min: 1, max }).map((size) => `*/${size}`);
  return fc.oneof(fc.constant("*"), list, range, step);
}

const cron = fc.record({
  cron: fc.tuple(part(0, 59), part(0, 23), part(1, 28), part(1, 12), part(0, 6)).map((parts) => parts.join(" ")),
  timezone: zone,
  day_or: fc.boolean(),
});

const interval = fc.record({
  interval: fc.oneof(
    fc.integer({ min: 1, max: 90_000 }),
    fc.integer({ min: 1, max: 40 }).map((days) => days * 86_400),
  ),
  anchor_date: fc
    .date({ min: new Date("2020-01-01T00:00:00Z"), max: new Date("2034-01-01T00:00:00Z"), noInvalidDate: true })
    .map((date) => date.toISOString()),
  timezone: zone,
});

const rrule = fc.record({
  rrule: fc
    .record({
      frequency: fc.constantFrom("MONTHLY", "WEEKLY", "DAILY", "HOURLY", "MINUTELY"),
      every: fc.integer({ min: 1, max: 50 }),
      start: fc.integer({ min: 1, max: 28 }),
    })
    .map(
      ({ frequency, every, start }) =>
        `DTSTART:202401${String(start).padStart(2, "0")}T023000\nRRULE:FREQ=${frequency};INTERVAL=${every}`,
    ),
  timezone: zone,
});

const schedule: fc.Arbitrary<Schedule> = fc.oneof(cron, interval, rrule);

/** Around the changes of the clocks in 2026 half of the time. */
const from = fc
  .oneof(
    fc.integer({ min: 1_704_067_200, max: 1_956_528_000 }),
    fc
      .tuple(
        fc.constantFrom(1_772_953_200, 1_793_512_800, 1_774_746_000, 1_792_890_000, 1_775_314_800, 1_791_041_400),
        fc.integer({ min: -100_000, max: 20_000 }),
      )
      .map(([change, seconds]) => change + seconds),
  )
  .map((seconds) => (seconds * 1_000_000) as Timestamp);

/** Words that are near to both grammars. */
const text = fc
  .array(
    fc.constantFrom(
      ...[
        "*",
        "0",
        "5-5",
        "1-5/2",
        "*/7",
        "31",
        "2",
        "L",
        "L5",
        "5#2",
        "mon",
        "?",
        "H",
        "99",
        "-",
        "/",
        ",",
        "@daily",
        " ",
      ],
      ...[
        "RRULE:",
        "DTSTART:20260101T000000",
        "DTSTART;TZID=Mars/Base:20260101T000000Z",
        "EXRULE:",
        "RDATE:20260704",
        "\n",
        ";",
      ],
      ...[
        "FREQ=SECONDLY",
        "FREQ=DAILY",
        "FREQ=YEARLY",
        "INTERVAL=7",
        "COUNT=9",
        "COUNT=99999",
        "UNTIL=20270101",
        "BYMONTH=2",
      ],
      ...[
        "BYMONTHDAY=30,-1",
        "BYDAY=5MO,-1FR",
        "BYSETPOS=3",
        "BYWEEKNO=53",
        "BYEASTER=1",
        "BYHOUR=3",
        "BYSECOND=59",
        "WKST=SU",
      ],
    ),
    { maxLength: 9 },
  )
  .chain((words) => fc.constantFrom(" ", ";", "", "\n").map((between) => words.join(between)));

test("whatever is written, a check answers with a problem or with times", () => {
  fc.assert(
    fc.property(
      fc.oneof(text, fc.string()),
      fc.oneof(zone, fc.string()),
      from,
      fc.boolean(),
      (words, timezone, now, isRule) => {
        const one: Schedule = isRule ? { rrule: words, timezone } : { cron: words, timezone };
        const { problem, notes } = checkSchedule(one, now);
        expect(scheduleInWords(one)).toBeTypeOf("string");
        if (problem === undefined) expect(notes.every((note) => /^[A-Z].*\.$/s.test(note))).toBe(true);
        else expect(problem.message).toMatch(/^`(cron|rrule|timezone)` .* can't be used: ./s);
      },
    ),
    { seed: 78, numRuns: 800 },
  );
});

test("times are in order, each once, and none is before the start", () => {
  fc.assert(
    fc.property(schedule, from, (one, start) => {
      const times = nextTimes(one, { from: start, count: 20 });
      expect(times).toEqual([...new Set(times)].toSorted((a, b) => a - b));
      for (const time of times) expect(time).toBeGreaterThanOrEqual(start);
    }),
    { seed: 12, numRuns: 500 },
  );
});

test("asking again behind any time gives the times that came after it", () => {
  fc.assert(
    fc.property(schedule, from, fc.integer({ min: 0, max: 14 }), (one, start, index) => {
      const times = nextTimes(one, { from: start, count: 20 });
      const time = times[index];
      if (time === undefined) return;
      const rest = nextTimes(one, { from: (time + 1) as Timestamp, count: times.length - index - 1 });
      expect(rest).toEqual(times.slice(index + 1));
    }),
    { seed: 34, numRuns: 500 },
  );
});

test("an end leaves out exactly the times behind it", () => {
  fc.assert(
    fc.property(schedule, from, fc.integer({ min: 0, max: 14 }), (one, start, index) => {
      const times = nextTimes(one, { from: start, count: 15 });
      const until = times[index];
      if (until === undefined) return;
      expect(nextTimes(one, { from: start, count: 15, until })).toEqual(times.slice(0, index + 1));
    }),
    { seed: 56, numRuns: 300 },
  );
});
