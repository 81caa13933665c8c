import { expect, test } from "vitest";
import type { Schedule } from "./schedule.ts";
import { scheduleInWords } from "./words.ts";

test.each([
  ["* * * * *", "every minute"],
  ["*/15 * * * *", "every 15 minutes"],
  ["0 * * * *", "every hour"],
  ["5 * * * *", "every hour at minute 5"],
  ["*/30 * * * * */10", "at second 0, 10, 20, 30, 40 and 50 of minute 0 and 30 of every hour (UTC)"],
  ["* * * * * */10", "every 10 seconds"],
  ["0 */2 * * *", "every 2 hours (UTC)"],
  ["30 */2 * * *", "every 2 hours, first at 00:30 (UTC)"],
  ["0 6 * * *", "every day at 06:00 (UTC)"],
  ["0 9,17 * * *", "every day at 09:00 and 17:00 (UTC)"],
  ["30 9 * * 1-5", "weekdays at 09:30 (UTC)"],
  ["0 12 * * sat,sun", "weekends at 12:00 (UTC)"],
  ["0 12 * * sun,wed", "Wednesdays and Sundays at 12:00 (UTC)"],
  ["0 12 * * mon-thu", "Monday to Thursday at 12:00 (UTC)"],
  ["*/15 9-17 * * mon-fri", "every 15 minutes from 09:00 to 17:45 on weekdays (UTC)"],
  ["0 9-17 * * *", "every hour from 09:00 to 17:00 (UTC)"],
  ["0 0 1 * *", "the 1st of the month at 00:00 (UTC)"],
  ["0 0 1-7 * *", "the 1st to 7th of the month at 00:00 (UTC)"],
  ["0 0 2,22,L * *", "the 2nd, 22nd and last day of the month at 00:00 (UTC)"],
  ["0 0 11 * 5", "the 11th of the month or Fridays at 00:00 (UTC)"],
  ["0 9 * * 5#2", "the 2nd Friday of the month at 09:00 (UTC)"],
  ["0 9 * * L5", "the last Friday of the month at 09:00 (UTC)"],
  ["0 0 1 1 *", "the 1st of January at 00:00 (UTC)"],
  ["0 0 * 7,8 *", "every day in July and August at 00:00 (UTC)"],
  ["0 0 1 1 * 0 2027-2029,2035", "the 1st of January at 00:00 in 2027 to 2029 and 2035 (UTC)"],
  ["10,20 3,5,9 * * *", "at minute 10 and 20 of hour 3, 5 and 9 (UTC)"],
  ["5-5 * * * *", "every minute"],
  ["61 * * * *", "cron 61 * * * *"],
])("cron %s: %s", (cron, words) => {
  expect(scheduleInWords({ cron })).toBe(words);
});

test("a day that has to match both fields", () => {
  expect(scheduleInWords({ cron: "0 0 13 * 5", day_or: false })).toBe(
    "Fridays that are the 13th of the month at 00:00 (UTC)",
  );
});

test.each([
  [900, "every 15 minutes"],
  [3600, "every hour"],
  [5400, "every 1 hour and 30 minutes"],
  [0.25, "every 0.25 seconds"],
  [86_400, "every day at 02:30 (America/New_York)"],
  [172_800, "every 2 days at 02:30 (America/New_York)"],
  [604_800, "Mondays at 02:30 (America/New_York)"],
  [1_209_600, "every 2 weeks on Monday at 02:30 (America/New_York)"],
  [129_600, "every 1 day and 12 hours"],
  [0, "every 0 seconds"],
])("interval %s: %s", (interval, words) => {
  const schedule: Schedule = { interval, anchor_date: "2026-01-05T07:30:00Z", timezone: "America/New_York" };
  expect(scheduleInWords(schedule)).toBe(words);
});

test.each([
  ["FREQ=DAILY", "every day at 00:00 (Europe/Berlin)"],
  ["FREQ=DAILY;INTERVAL=3;BYHOUR=9", "every 3 days at 09:00 (Europe/Berlin)"],
  ["FREQ=WEEKLY;BYDAY=MO,WE;BYHOUR=9", "Mondays and Wednesdays at 09:00 (Europe/Berlin)"],
  ["FREQ=WEEKLY;INTERVAL=2;BYDAY=MO", "every 2 weeks on Mondays at 00:00 (Europe/Berlin)"],
  ["FREQ=MONTHLY;BYMONTHDAY=15", "the 15th of the month at 00:00 (Europe/Berlin)"],
  ["FREQ=MONTHLY;BYMONTHDAY=-1", "the last day of the month at 00:00 (Europe/Berlin)"],
  ["FREQ=MONTHLY;BYDAY=-1FR,2MO", "the last Friday and 2nd Monday of the month at 00:00 (Europe/Berlin)"],
  ["FREQ=MONTHLY;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=-1", "the last weekday of the month at 00:00 (Europe/Berlin)"],
  ["FREQ=YEARLY;BYMONTH=7;BYMONTHDAY=4", "the 4th of July at 00:00 (Europe/Berlin)"],
  ["FREQ=HOURLY;INTERVAL=3", "every 3 hours"],
  ["FREQ=MINUTELY;INTERVAL=15;BYDAY=SA,SU", "every 15 minutes on weekends (Europe/Berlin)"],
  ["FREQ=DAILY;UNTIL=20261231T120000", "every day at 00:00, until 31 December 2026 (Europe/Berlin)"],
  ["FREQ=DAILY;COUNT=3", "every day at 00:00, 3 times (Europe/Berlin)"],
  ["RRULE:FREQ=DAILY\nEXDATE:20260704T000000", "every day at 00:00, with exceptions (Europe/Berlin)"],
  ["FREQ=YEARLY;BYEASTER=0", "FREQ=YEARLY;BYEASTER=0"],
])("rrule %s: %s", (rrule, words) => {
  expect(scheduleInWords({ rrule, timezone: "Europe/Berlin" })).toBe(words);
});
