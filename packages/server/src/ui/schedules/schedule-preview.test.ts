import type { SchedulePreview } from "@ostinato/protocol";
import { describeOnEachDatabase } from "@ostinato/testing/databases";
import { afterAll, beforeAll, expect, test } from "vitest";
import { startTestServer, type TestServer } from "../../../test/harness.ts";

describeOnEachDatabase("a preview of a schedule", (database) => {
  let server: TestServer;
  beforeAll(async () => {
    server = await startTestServer(database.url);
  });
  afterAll(() => server.stop());

  const preview = async (body: object) => await server.call<SchedulePreview>("POST", "/ui/schedules/preview", body);

  test("says it in words, and its next ten times in its zone and the reader's", async () => {
    const { status, body } = await preview({
      schedule: { cron: "0 6 * * 1-5", timezone: "Europe/Berlin" },
      reader_zone: "Asia/Tokyo",
      from: "2026-01-02T00:00:00Z",
    });
    expect(status).toBe(200);
    expect(body.problem).toBeNull();
    expect(body.words).toContain("06:00");
    expect(body.words).toContain("Europe/Berlin");
    expect(body.times).toHaveLength(10);
    expect(body.times.slice(0, 2)).toEqual([
      {
        time: "2026-01-02T05:00:00Z",
        local: { wall_time: "2026-01-02T06:00:00", offset: "+01:00" },
        reader: { wall_time: "2026-01-02T14:00:00", offset: "+09:00" },
        clock_change: null,
      },
      {
        time: "2026-01-05T05:00:00Z",
        local: { wall_time: "2026-01-05T06:00:00", offset: "+01:00" },
        reader: { wall_time: "2026-01-05T14:00:00", offset: "+09:00" },
        clock_change: null,
      },
    ]);
  });

  test("marks where the clock skips a time or shows it twice", async () => {
    const schedule = { cron: "30 2 * * *", timezone: "Europe/Berlin" };
    const spring = await preview({ schedule, from: "2026-03-28T12:00:00Z", count: 2 });
    expect(spring.body.times).toMatchObject([
      { local: { wall_time: "2026-03-29T03:30:00", offset: "+02:00" }, clock_change: "moved" },
      { local: { wall_time: "2026-03-30T02:30:00", offset: "+02:00" }, clock_change: null },
    ]);
    const autumn = await preview({ schedule, from: "2026-10-24T12:00:00Z", count: 1 });
    expect(autumn.body.times).toMatchObject([
      { local: { wall_time: "2026-10-25T02:30:00", offset: "+02:00" }, clock_change: "repeated" },
    ]);
  });

  test("tells what may surprise", async () => {
    const { body } = await preview({ schedule: { cron: "0 5-5 * * *" }, count: 3 });
    expect(body.notes.join(" ")).toContain("5-5");
    expect(body.times).toHaveLength(3);
  });

  test("counts an interval without an anchor from now, and a rule to its end", async () => {
    const every = await preview({ schedule: { interval: "PT1H" }, count: 2 });
    const [first, second] = every.body.times.map(({ time }) => Date.parse(time));
    expect((second ?? 0) - (first ?? 0)).toBe(3_600_000);
    const rule = "DTSTART:20260101T090000\nRRULE:FREQ=DAILY;COUNT=3";
    const some = await preview({ schedule: { rrule: rule, timezone: "UTC" }, from: "2026-01-02T00:00:00Z" });
    expect(some.body.times.map(({ time }) => time)).toEqual(["2026-01-02T09:00:00Z", "2026-01-03T09:00:00Z"]);
  });

  test.each([
    ["a cron expression that never comes", { cron: "0 0 31 2 *" }, "cron"],
    ["one with a word that it does not know", { cron: "H H * * *" }, "cron"],
    ["one that is empty", { cron: "" }, "cron"],
    ["a zone that there is not", { cron: "0 6 * * *", timezone: "Berlin" }, "timezone"],
    ["an interval of nothing", { interval: 0 }, "interval"],
    ["an interval back in time", { interval: -60 }, "interval"],
    ["an interval that is not a duration", { interval: "often" }, "interval"],
    ["a rule that is none", { rrule: "every day" }, "rrule"],
    ["a rule that is too long", { rrule: `RRULE:FREQ=DAILY;${"X".repeat(7000)}` }, "rrule"],
  ])("says which field is wrong, and what to write: %s", async (_, schedule, field) => {
    const { status, body } = await preview({ schedule });
    expect(status).toBe(200);
    expect(body).toMatchObject({ problem: { field }, times: [], notes: [] });
    expect(body.problem?.message).toMatch(/\w+ \w+/);
  });

  test.each([
    ["no schedule", {}],
    ["a schedule of no kind", { schedule: { every: "day" } }],
    ["too many times", { schedule: { cron: "* * * * *" }, count: 101 }],
    ["a reader in no zone", { schedule: { cron: "* * * * *" }, reader_zone: "Middle/Earth" }],
  ])("is refused for a request with %s", async (_, body) => {
    expect((await preview(body)).status).toBe(422);
  });
});
