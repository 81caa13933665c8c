import { toTimestamp } from "@ostinato/core";
import { expect, test } from "vitest";
import { checkSchedule, scheduleProblem } from "./check.ts";
import type { Schedule } from "./schedule.ts";

const now = toTimestamp("2026-01-10T00:00:00Z");
const anchor = "2026-01-05T07:30:00Z";
const newYork = "America/New_York";

test.each<[Schedule, string]>([
  [{ cron: "0 0 31 2 *" }, "never runs: there is no such day"],
  [{ cron: "0 0 30 2 * 0 2030" }, "never runs: there is no such day"],
  [{ cron: "0 0 1 * 1#3", day_or: false }, "never runs"],
  [{ cron: "61 * * * *" }, 'in the minute "61", 61 is out of range: write 0 to 59'],
  [{ cron: "0 24 * * *" }, "24 is out of range: write 0 to 23"],
  [{ cron: "0 0 0 * *" }, "0 is out of range: write 1 to 31"],
  [{ cron: "0 0 * foo *" }, '"foo" is not a value: write 1 to 12, or jan to dec'],
  [{ cron: "*/0 * * * *" }, 'the step of "*/0" is 0: write 1 or more'],
  [{ cron: "H H * * *" }, "H and R (a hashed or random value) are not supported"],
  [{ cron: "R(0-10) 2 * * *" }, "H and R (a hashed or random value) are not supported"],
  [{ cron: "0 0 15W * *" }, "W (the nearest weekday) is not supported"],
  [{ cron: "0 0 * * 5L" }, "write L5 for the last one of the month"],
  [{ cron: "0 ? * * *" }, "? has to stand alone in a day field: write *"],
  [{ cron: "0 0 * * 5#6" }, "#6 is out of range"],
  [{ cron: "0 0 * * 1,5#2" }, "mixes plain weekdays with numbered ones"],
  [{ cron: "" }, "it has 0 parts and needs five"],
  [{ cron: "0 0 * *" }, "it has 4 parts and needs five: minute, hour, day of month, month, day of week"],
  [{ cron: "0 0 * * * * * *" }, "it has 8 parts"],
  [{ interval: 0, anchor_date: anchor }, "write a number of seconds above 0"],
  [{ interval: -60, anchor_date: anchor }, "write a number of seconds above 0"],
  [{ interval: Number.POSITIVE_INFINITY, anchor_date: anchor }, "write a number of seconds above 0"],
  [{ interval: Number.NaN, anchor_date: anchor }, "write a number of seconds above 0"],
  [{ interval: 0.000_000_1, anchor_date: anchor }, "write a number of seconds above 0"],
  [{ interval: 60, anchor_date: "yesterday" }, "write a date and time"],
  [{ cron: "0 6 * * *", timezone: "Berlin" }, 'Did you mean "Europe/Berlin"?'],
  [{ cron: "0 6 * * *", timezone: "europe/berlin" }, 'Did you mean "Europe/Berlin"?'],
  [{ cron: "0 6 * * *", timezone: "America/New_Yrok" }, 'Did you mean "America/New_York"?'],
  [{ cron: "0 6 * * *", timezone: "+02:00" }, "not a time zone of the IANA database"],
  [{ rrule: "FREQ=DAILY", timezone: "Mars/Base" }, "not a time zone of the IANA database"],
  [{ rrule: `FREQ=DAILY;BYHOUR=${"1,".repeat(3300)}1` }, "and at most 6500 are taken"],
  [{ rrule: "" }, "it has no RRULE line"],
  [{ rrule: "DTSTART:20260101T000000" }, "it has no RRULE line"],
  [{ rrule: "INTERVAL=2" }, 'FREQ "" is not a frequency'],
  [{ rrule: "FREQ=FORTNIGHTLY" }, 'FREQ "FORTNIGHTLY" is not a frequency: write YEARLY'],
  [{ rrule: "FREQ=DAILY;INTERVAL=0" }, 'INTERVAL "0" is out of range: write a whole number from 1'],
  [{ rrule: "FREQ=DAILY;BYHOUR=24" }, 'BYHOUR "24" is out of range: write a whole number from 0 to 23'],
  [{ rrule: "FREQ=MONTHLY;BYMONTHDAY=0" }, "BYMONTHDAY is 0"],
  [{ rrule: "FREQ=WEEKLY;BYDAY=MONDAY" }, 'BYDAY "MONDAY" is not a weekday'],
  [{ rrule: "FREQ=DAILY;COLOUR=RED" }, '"COLOUR=RED" is not a part of a rule'],
  [{ rrule: "FREQ=DAILY;" }, '"" is not a part of a rule'],
  [{ rrule: "FREQ=DAILY;UNTIL=TOMORROW" }, 'UNTIL "TOMORROW" is not a date: write it as 20260131T090000'],
  [{ rrule: "DTSTART:20260231T090000\nRRULE:FREQ=DAILY" }, "is not a date"],
  [{ rrule: "VALARM:1" }, '"VALARM" is not a line of it'],
  [{ rrule: "FREQ=DAILY;COUNT=0" }, "it never runs"],
  [{ rrule: "FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30" }, "it never runs: no date has all that it asks for"],
  [{ rrule: "FREQ=HOURLY;INTERVAL=12;BYHOUR=1" }, "it never runs"],
  [{ rrule: "FREQ=SECONDLY;COUNT=900000000" }, "give it a later DTSTART, or leave out COUNT"],
])("%o is refused: %s", (schedule, reason) => {
  const problem = scheduleProblem(schedule, now);
  expect(problem?.message).toContain(reason);
  expect(problem?.message).toMatch(new RegExp(`^\`${problem?.field}\` .* can't be used: `));
});

test.each<[Schedule, readonly string[]]>([
  [{ cron: "0 6 * * *", timezone: newYork }, []],
  [{ cron: "0 6 * * *", timezone: "" }, []],
  [{ cron: "0 5-5 * * *" }, ["The hour 5-5 means every hour, as in Prefect: write 5 for that one alone."]],
  [{ cron: "59/15 * * * *" }, ["The minute 59/15 means every minute, as in Prefect: write 59 for that one alone."]],
  [{ cron: "0 0 * * * 30" }, ["It has six parts: the sixth is the second."]],
  [
    { cron: "0 0 1 1 * 0 2025" },
    ["It has no further runs.", "It has seven parts: the sixth is the second, the seventh is the year."],
  ],
  [
    { cron: "0 0 13 * 5" },
    ["It runs on days that match the day of month or the day of week; with day_or false it needs both."],
  ],
  [{ cron: "0 0 13 * 5", day_or: false }, []],
  [
    { cron: "0 0 13 * 5#2" },
    ["Beside a numbered weekday, such as 5#2 or L5, the day of month counts for nothing, as in Prefect."],
  ],
  [{ cron: "30 2 * * *", timezone: newYork }, ["The clock skips 02:30 on 8 March 2026: it runs at 03:30."]],
  [{ cron: "0 2,3 * * *", timezone: newYork }, []],
  [
    { cron: "30 1 * * *", timezone: newYork },
    ["The clock shows 01:30 twice on 1 November 2026: it runs the first time only."],
  ],
  [
    { cron: "*/5 * * * *", timezone: newYork },
    [
      "The clock shows 01:00 to 02:00 twice on 1 November 2026: it pauses the second time. An interval counts elapsed time and has no such pause.",
    ],
  ],
  [{ interval: 300, anchor_date: anchor, timezone: newYork }, []],
  [
    { interval: 86_400, anchor_date: anchor, timezone: newYork },
    [
      "The clock skips 02:30 on 8 March 2026: it runs at 03:30, and is back on its time afterwards (Prefect stays on the moved time).",
    ],
  ],
  [{ interval: 0.25, anchor_date: anchor }, ["It runs 4 times a second."]],
  [
    { rrule: "DTSTART:20260101T023000\nRRULE:FREQ=DAILY", timezone: newYork },
    ["The clock skips 02:30 on 8 March 2026: it runs at 01:30."],
  ],
  [{ rrule: "FREQ=DAILY;UNTIL=20300101" }, ["UNTIL without a time is the midnight at which that day begins."]],
  [
    { rrule: "FREQ=DAILY;COUNT=3" },
    ["It has no further runs.", "COUNT counts from 1 January 2020, because it has no DTSTART."],
  ],
  [
    { rrule: "DTSTART;TZID=Europe/Berlin:20260101T090000\nRRULE:FREQ=DAILY;UNTIL=20300101T000000Z", timezone: newYork },
    ["All times in it are times of America/New_York, also those with TZID=Europe/Berlin and Z, as in Prefect."],
  ],
  [
    { rrule: "DTSTART;TZID=Europe/Berlin:20260101T090000\nRRULE:FREQ=DAILY", timezone: newYork },
    [
      "All times in it are times of America/New_York, also those with TZID=Europe/Berlin, as in Prefect. Write 03:00 where 09:00 in Europe/Berlin is meant.",
    ],
  ],
  [{ rrule: "DTSTART;TZID=Europe/Berlin:20260101T090000\nRRULE:FREQ=DAILY", timezone: "Europe/Berlin" }, []],
  [
    { rrule: "DTSTART;TZID=Mars/Base:20260101T090000\nRRULE:FREQ=DAILY", timezone: newYork },
    ["All times in it are times of America/New_York, also those with TZID=Mars/Base, as in Prefect."],
  ],
])("%o is taken, with what may surprise: %o", (schedule, notes) => {
  expect(checkSchedule(schedule, now)).toEqual({ problem: undefined, notes });
});

test("a problem names the field and the value", () => {
  expect(scheduleProblem({ cron: "0 0 * *" }, now)).toMatchObject({ field: "cron", value: "0 0 * *" });
  expect(scheduleProblem({ cron: "0 0 * * *", timezone: "Nowhere" }, now)).toMatchObject({
    field: "timezone",
    value: "Nowhere",
  });
  const long = scheduleProblem({ rrule: `FREQ=DAILY;X=${"9".repeat(500)}` }, now);
  expect(long?.message).toContain("999… can't be used");
});
