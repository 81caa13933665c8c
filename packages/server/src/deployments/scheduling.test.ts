import { addSeconds, toTimestamp } from "@ostinato/core";
import type { Deployment, Flow, FlowRun } from "@ostinato/protocol";
import { fakeClock } from "@ostinato/testing/clock";
import { describeOnEachDatabase } from "@ostinato/testing/databases";
import { afterEach, beforeEach, expect, test } from "vitest";
import { recordingLog, startTestServer, type TestServer } from "../../test/harness.ts";
import { eventsAbout } from "../events/event-harness.ts";

const daily = { cron: "0 6 * * *", timezone: "UTC" };
const start = "2030-01-01T00:00:00Z";

describeOnEachDatabase("the scheduler", (database) => {
  let clock = fakeClock(start);
  let server: TestServer;
  let lines: readonly string[];
  let flowId: string;
  let made = 0;
  beforeEach(async () => {
    clock = fakeClock(start);
    const recording = recordingLog();
    lines = recording.lines;
    server = await startTestServer(database.url, { clock, log: recording.log });
    made += 1;
    flowId = (await server.call<Flow>("POST", "/flows/", { name: `scheduled ${made}` })).body.id;
  });
  afterEach(async () => {
    await server.call("POST", "/deployments/bulk_delete", { deployments: { tags: { any_: ["ours"] } } });
    await server.stop();
  });

  async function deployed(given: object = {}): Promise<Deployment> {
    made += 1;
    const body = { name: `scheduled ${made}`, flow_id: flowId, tags: ["ours"], ...given };
    const reply = await server.call<Deployment>("POST", "/deployments/", body);
    expect(reply, JSON.stringify(reply.body)).toMatchObject({ status: 201 });
    return reply.body;
  }

  async function runsOf(id: string): Promise<FlowRun[]> {
    const criteria = { deployments: { id: { any_: [id] } }, sort: "EXPECTED_START_TIME_ASC" };
    return (await server.call<FlowRun[]>("POST", "/flow_runs/filter", criteria)).body;
  }

  async function timesOf(id: string): Promise<(string | null)[]> {
    return (await runsOf(id)).map(({ expected_start_time }) => expected_start_time);
  }

  const change = (id: string, given: object) => server.call("PATCH", `/deployments/${id}`, given);
  const read = async (id: string) => (await server.call<Deployment>("GET", `/deployments/${id}`)).body;
  const days = (...of: number[]) => of.map((day) => `2030-01-0${day}T06:00:00Z`);

  test("a schedule makes its next three runs at once, as Prefect makes them", async () => {
    const { id, schedules } = await deployed({
      schedules: [{ schedule: daily, slug: "daily", parameters: { b: 2 } }],
      parameters: { a: 1, b: 1 },
      tags: ["ours", "x"],
      labels: { l: 1 },
      version: "v1",
    });
    const runs = await runsOf(id);
    expect(runs.map(({ expected_start_time }) => expected_start_time)).toEqual(days(1, 2, 3));
    expect(runs[0]).toMatchObject({
      deployment_id: id,
      deployment_version: "v1",
      parameters: { a: 1, b: 2 },
      tags: ["auto-scheduled", "ours", "x"],
      labels: { l: 1, "prefect.flow.id": flowId, "prefect.deployment.id": id },
      idempotency_key: `scheduled ${id} ${schedules[0]?.id} 2030-01-01 06:00:00+00:00`,
      auto_scheduled: true,
      created_by: { id: schedules[0]?.id, type: "SCHEDULE", display_value: "daily" },
      next_scheduled_start_time: "2030-01-01T06:00:00Z",
      run_count: 0,
      state: {
        type: "SCHEDULED",
        name: "Scheduled",
        message: "Flow run scheduled",
        state_details: { scheduled_time: "2030-01-01T06:00:00Z", flow_run_id: runs[0]?.id },
      },
    });
    expect(await eventsAbout(server, `prefect.flow-run.${runs[0]?.id}`)).toEqual([]);
  });

  test("a frequent schedule makes the runs of an hour, and no more than a hundred", async () => {
    const frequent = await deployed({ schedules: [{ schedule: { interval: 600, anchor_date: start } }] });
    expect(await runsOf(frequent.id)).toHaveLength(7);
    const busy = await deployed({ schedules: [{ schedule: { interval: 1, anchor_date: start } }] });
    expect(await runsOf(busy.id)).toHaveLength(100);
    const bounded = await deployed({
      schedules: [{ schedule: { interval: 600, anchor_date: start }, max_scheduled_runs: 2 }],
    });
    expect(await runsOf(bounded.id)).toHaveLength(2);
  });

  test("as time passes the loop makes one run for each that comes due, and none twice", async () => {
    const { id } = await deployed({ schedules: [{ schedule: daily }] });
    await server.tick("scheduler");
    expect(await timesOf(id)).toEqual(days(1, 2, 3));
    await clock.advance(86_400);
    await server.tick("scheduler");
    await server.tick("scheduler");
    expect(await timesOf(id)).toEqual(days(1, 2, 3, 4));
    await clock.advance(2 * 86_400);
    await server.tick("scheduler");
    expect(await timesOf(id)).toEqual(days(1, 2, 3, 4, 5, 6));
  });

  test("times that nobody was there for make no runs", async () => {
    const { id } = await deployed({ schedules: [{ schedule: daily }] });
    await clock.advance(30 * 86_400);
    await server.tick("scheduler");
    expect((await timesOf(id)).slice(3)).toEqual([
      "2030-01-31T06:00:00Z",
      "2030-02-01T06:00:00Z",
      "2030-02-02T06:00:00Z",
    ]);
  });

  test("a clock that jumps ahead and back doubles nothing", async () => {
    const { id } = await deployed({ schedules: [{ schedule: daily }] });
    clock.set(toTimestamp("2030-01-10T00:00:00Z"));
    await server.tick("scheduler");
    clock.set(toTimestamp(start));
    await server.tick("scheduler");
    const times = await timesOf(id);
    expect(new Set(times).size).toBe(times.length);
    expect(times).toEqual([...days(1, 2, 3), "2030-01-10T06:00:00Z", "2030-01-11T06:00:00Z", "2030-01-12T06:00:00Z"]);
  });

  test("a schedule that runs once a year makes its run when the day is near", async () => {
    const { id } = await deployed({ schedules: [{ schedule: { cron: "0 0 1 7 *" } }] });
    expect(await timesOf(id)).toEqual([]);
    await clock.advance(82 * 86_400);
    await server.tick("scheduler");
    expect(await timesOf(id)).toEqual(["2030-07-01T00:00:00Z"]);
  });

  test("a change drops the runs that wait for their time, and makes others", async () => {
    const { id } = await deployed({ schedules: [{ schedule: daily, slug: "s" }], parameters: { n: 1 } });
    const before = await runsOf(id);
    const [first, second] = before;
    await server.call("POST", `/flow_runs/${first?.id}/set_state`, { state: { type: "PENDING" }, force: true });
    const mine = await server.call<FlowRun>("POST", `/deployments/${id}/create_flow_run`, {
      name: "mine",
      state: { type: "SCHEDULED", state_details: { scheduled_time: "2030-01-09T00:00:00Z" } },
    });
    await change(id, { parameters: { n: 2 } });
    const after = await runsOf(id);
    expect(after.map((run) => [run.expected_start_time, run.parameters.n])).toEqual([
      [first?.expected_start_time, 1],
      ["2030-01-02T06:00:00Z", 2],
      ["2030-01-03T06:00:00Z", 2],
      ["2030-01-09T00:00:00Z", 1],
    ]);
    expect(after.at(-1)?.id).toBe(mine.body.id);
    expect(after.map((run) => run.id)).not.toContain(second?.id);
    await change(id, { schedules: [{ slug: "s", schedule: { cron: "0 7 * * *" } }] });
    expect((await timesOf(id)).slice(1, 4)).toEqual([
      "2030-01-01T07:00:00Z",
      "2030-01-02T07:00:00Z",
      "2030-01-03T07:00:00Z",
    ]);
  });

  test("a change that says nothing new leaves them alone", async () => {
    const { id } = await deployed({ schedules: [{ schedule: daily, slug: "s" }], parameters: { n: 1 } });
    const before = await runsOf(id);
    await change(id, { parameters: { n: 1 }, schedules: [] });
    expect(await runsOf(id)).toEqual(before);
  });

  test("while it is paused there are none, and resuming makes them at once", async () => {
    const { id } = await deployed({ schedules: [{ schedule: daily }] });
    await server.call("POST", `/deployments/${id}/pause_deployment`);
    expect(await timesOf(id)).toEqual([]);
    await clock.advance(86_400);
    await server.tick("scheduler");
    expect(await timesOf(id)).toEqual([]);
    await server.call("POST", `/deployments/${id}/resume_deployment`);
    expect(await timesOf(id)).toEqual(days(2, 3, 4));
    await change(id, { paused: true });
    expect(await timesOf(id)).toEqual([]);
    await change(id, { paused: false });
    expect(await timesOf(id)).toEqual(days(2, 3, 4));
  });

  test("a schedule that is stopped or deleted takes its runs along, and the others have theirs", async () => {
    const { id } = await deployed({
      schedules: [
        { schedule: daily, slug: "six" },
        { schedule: { cron: "0 7 * * *" }, slug: "seven" },
      ],
    });
    expect(await timesOf(id)).toHaveLength(6);
    const idOf = async (slug: string) => (await read(id)).schedules.find((each) => each.slug === slug)?.id;
    const at = `/deployments/${id}/schedules`;
    await server.call("PATCH", `${at}/${await idOf("seven")}`, { active: false });
    expect(await timesOf(id)).toEqual(days(1, 2, 3));
    await server.call("POST", at, [{ schedule: { cron: "0 8 * * *" } }]);
    expect(await timesOf(id)).toHaveLength(6);
    await server.call("DELETE", `${at}/${await idOf("six")}`);
    expect(await timesOf(id)).toEqual(["2030-01-01T08:00:00Z", "2030-01-02T08:00:00Z", "2030-01-03T08:00:00Z"]);
  });

  test("a deployment that is deleted takes along what waits, and leaves what has begun or ended", async () => {
    const { id } = await deployed({ schedules: [{ schedule: daily }] });
    const [running, done] = await runsOf(id);
    for (const [run, type] of [
      [running, "RUNNING"],
      [done, "COMPLETED"],
    ] as const) {
      await server.call("POST", `/flow_runs/${run?.id}/set_state`, { state: { type: "RUNNING" }, force: true });
      if (type !== "RUNNING") {
        await server.call("POST", `/flow_runs/${run?.id}/set_state`, { state: { type }, force: true });
      }
    }
    await server.call("POST", `/deployments/${id}/create_flow_run`, {});
    expect((await server.call("DELETE", `/deployments/${id}`)).status).toBe(204);
    const left = await server.call<FlowRun[]>("POST", "/flow_runs/filter", {
      flow_runs: { deployment_id: { any_: [id] } },
    });
    expect(left.body.map((run) => run.id).sort()).toEqual([running?.id, done?.id].sort());
    const ended = await server.call("POST", `/flow_runs/${running?.id}/set_state`, { state: { type: "COMPLETED" } });
    expect(ended).toMatchObject({ status: 201, body: { status: "ACCEPT" } });
    await clock.advance(86_400);
    await server.tick("scheduler");
    expect(await timesOf(id)).toEqual([]);
  });

  test("one that fails says why, at the schedule and in the log, and stops no other", async () => {
    const recipe = { __prefect_kind: "workspace_variable", variable_name: "nobody" };
    const failing = await deployed({ schedules: [{ schedule: daily, parameters: { x: recipe } }] });
    const sentence = "Variable 'nobody' not found in workspace.";
    expect((await read(failing.id)).schedules[0]?.problem).toContain(sentence);
    const good = await deployed({ schedules: [{ schedule: daily }] });
    await clock.advance(86_400);
    await server.tick("scheduler");
    expect(await timesOf(failing.id)).toEqual([]);
    expect(await timesOf(good.id)).toEqual(days(1, 2, 3, 4));
    expect(lines.filter((line) => line.includes("has a problem"))).toHaveLength(1);
    await change(failing.id, { schedules: [{ schedule: daily }] });
    expect((await read(failing.id)).schedules[0]?.problem).toBeNull();
    expect(await timesOf(failing.id)).toEqual(days(2, 3, 4));
  });

  test("runs that will break the schema are made, as in Prefect, and the schedule says so", async () => {
    const { id } = await deployed({
      schedules: [{ schedule: daily, parameters: { x: "no" } }],
      parameter_openapi_schema: { type: "object", properties: { x: { type: "integer" } }, required: ["x"] },
    });
    expect(await timesOf(id)).toEqual(days(1, 2, 3));
    expect((await read(id)).schedules[0]?.problem).toBe(
      "Its runs will fail: Validation failed for field 'x'. Failure reason: 'no' is not of type 'integer'",
    );
  });

  test.each([
    [{ cron: "0 0 31 2 *" }, "cron", "it never runs"],
    [{ rrule: "FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30" }, "rrule", "it never runs"],
    [{ rrule: "FREQ=SECONDLY;COUNT=900000000" }, "rrule", "give it a later DTSTART"],
    [{ cron: "H * * * *" }, "cron", "H and R"],
    [{ cron: "every day" }, "cron", "needs five"],
    [{ cron: "0 6 * * *", timezone: "Mars/Base" }, "timezone", '"Mars/Base" can\'t be used'],
    [{ rrule: "FREQ=DAILY", timezone: "Mars/Base" }, "timezone", '"Mars/Base" can\'t be used'],
    [{ rrule: `FREQ=DAILY;BYHOUR=${"1,".repeat(3300)}1` }, "rrule", "at most 6500"],
    [{ rrule: "FREQ=SOMETIMES" }, "rrule", "can't be used"],
  ])("a schedule that can't be used is refused at its place: %j", async (schedule, field, sentence) => {
    const body = { name: "refused", flow_id: flowId, schedules: [{ schedule }] };
    expect(await server.call("POST", "/deployments/", body)).toMatchObject({
      status: 422,
      body: {
        exception_detail: [
          { loc: ["body", "schedules", 0, "schedule", field], msg: expect.stringContaining(sentence) },
        ],
      },
    });
  });

  test("a cron of six fields and a rule without end or past its end are taken", async () => {
    const seconds = await deployed({ schedules: [{ schedule: { cron: "0 6 * * * 30" } }] });
    expect((await timesOf(seconds.id))[0]).toBe("2030-01-01T06:00:30Z");
    const endless = await deployed({ schedules: [{ schedule: { rrule: "FREQ=SECONDLY" } }] });
    expect(await runsOf(endless.id)).toHaveLength(100);
    const over = await deployed({ schedules: [{ schedule: { rrule: "FREQ=DAILY;COUNT=3" } }] });
    expect(await timesOf(over.id)).toEqual([]);
  });

  test("many schedules of one deployment make their runs in several steps", async () => {
    const schedules = Array.from({ length: 130 }, (_, minute) => ({ schedule: { cron: `${minute % 60} 6 * * *` } }));
    const { id } = await deployed({ schedules });
    const count = async () =>
      (await server.call("POST", "/flow_runs/count", { deployments: { id: { any_: [id] } } })).body;
    expect(await count()).toBe(60);
    await server.tick("scheduler");
    expect(await count()).toBe(390);
  });

  test("a request makes the runs of a range, also of one that is past, and of a deployment that is gone none", async () => {
    const { id } = await deployed({ schedules: [{ schedule: daily }], paused: true });
    const range = { start_time: "2029-12-01T00:00:00Z", end_time: "2029-12-03T23:00:00Z", min_runs: 10 };
    expect(await server.call("POST", `/deployments/${id}/schedule`, range)).toMatchObject({ status: 200, body: null });
    const past = ["2029-12-01T06:00:00Z", "2029-12-02T06:00:00Z", "2029-12-03T06:00:00Z"];
    expect(await timesOf(id)).toEqual(past);
    await server.call("POST", `/deployments/${id}/schedule`, { max_runs: 1 });
    expect(await timesOf(id)).toEqual([...past, ...days(1)]);
    const gone = "01a1ffcc-addd-7f39-ab35-9dbee5f5ca55";
    expect((await server.call("POST", `/deployments/${gone}/schedule`, {})).status).toBe(200);
    expect((await server.call("POST", `/deployments/${id}/schedule`, { max_runs: 5000 })).status).toBe(422);
  });

  test("whoever asks for the runs of a deployment makes it ready, and silence makes it not ready, with an event each", async () => {
    const { id } = await deployed();
    const poll = () => server.call("POST", "/deployments/get_scheduled_flow_runs", { deployment_ids: [id] });
    await server.tick("deployment-readiness");
    await poll();
    const polled = (await read(id)).last_polled;
    expect((await read(id)).status).toBe("READY");
    await clock.advance(2);
    await poll();
    expect((await read(id)).last_polled).toBe(polled);
    await clock.advance(50);
    await poll();
    await clock.advance(50);
    await server.tick("deployment-readiness");
    expect((await read(id)).status).toBe("READY");
    await clock.advance(15);
    await server.tick("deployment-readiness");
    expect((await read(id)).status).toBe("NOT_READY");
    await poll();
    const told = (await eventsAbout(server, `prefect.deployment.${id}`)).map(({ event }) => event);
    expect(told).toEqual([
      "prefect.deployment.created",
      "prefect.deployment.ready",
      "prefect.deployment.not-ready",
      "prefect.deployment.ready",
    ]);
  });

  test("a clock that is set ahead makes no deployment not ready before it can be polled again", async () => {
    const { id } = await deployed();
    const poll = () => server.call("POST", "/deployments/get_scheduled_flow_runs", { deployment_ids: [id] });
    await poll();
    await server.tick("deployment-readiness");
    clock.set(addSeconds(toTimestamp(start), 7200));
    await server.tick("deployment-readiness");
    expect((await read(id)).status).toBe("READY");
    await poll();
    expect((await read(id)).last_polled).toMatch(/^2030-01-01T02:00/);
    await clock.advance(15);
    await server.tick("deployment-readiness");
    expect((await read(id)).status).toBe("READY");
  });
});
