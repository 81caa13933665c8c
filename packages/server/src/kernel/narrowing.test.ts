import { describeOnEachDatabase } from "@ostinato/testing/databases";
import { afterAll, beforeAll, expect, test } from "vitest";
import { startTestServer, type TestServer } from "../../test/harness.ts";

const exactlyOne = 'must be an object with exactly one of the fields "interval", "cron", "rrule"';

describeOnEachDatabase("a value that may have several shapes", (database) => {
  let server: TestServer;
  beforeAll(async () => {
    server = await startTestServer(database.url);
  });
  afterAll(() => server.stop());

  async function problems(path: string, body: unknown) {
    const { status, body: answer } = await server.call<{ exception_detail: { loc: unknown[]; msg: string }[] }>(
      "POST",
      path,
      body,
    );
    expect(status).toBe(422);
    return answer.exception_detail.map(({ loc, msg }) => [loc.slice(1).join("."), msg]);
  }

  test.each([
    [{ cron: "* * * * *", color: "red" }, [["schedule.color", "Extra inputs are not permitted"]]],
    [{ cron: 5 }, [["schedule.cron", "must be string"]]],
    [{ rrule: "FREQ=DAILY", timezone: 5 }, [["schedule.timezone", "must be string"]]],
    [{ interval: 60, day_or: true }, [["schedule.day_or", "Extra inputs are not permitted"]]],
    [{}, [["schedule", exactlyOne]]],
    [{ timezone: "UTC" }, [["schedule", exactlyOne]]],
    [{ cron: "* * * * *", rrule: "FREQ=DAILY" }, [["schedule", exactlyOne]]],
    ["daily", [["schedule", exactlyOne]]],
  ])("has only the problems of the shape that is meant by %j", async (schedule, expected) => {
    expect(await problems("/ui/schedules/preview", { schedule })).toEqual(expected);
  });

  test("has only the problems of the shape of its type", async () => {
    const template = { event: "x" };
    expect(await problems("/webhooks/", { name: "x", template })).toEqual([["template.resource", "Field required"]]);
  });

  test("is one of those that are named", async () => {
    const trigger = { type: "event", posture: "Slow" };
    const oneOfTwo = [["trigger.posture", 'must be one of "Reactive", "Proactive"']];
    expect(await problems("/automations/", { name: "x", trigger, actions: [] })).toEqual(oneOfTwo);
  });

  test("has its problems named in each item of a list", async () => {
    const schedules = [{ schedule: { cron: "* * * * *" } }, { schedule: { cron: 5 } }, { schedule: {} }];
    const path = "/deployments/64a1a8d5-5b0c-4a36-90f0-1d6f0a2f1f5d/schedules";
    expect(await problems(path, schedules)).toEqual([
      ["1.schedule.cron", "must be string"],
      ["2.schedule", exactlyOne],
    ]);
  });
});
