import type { Deployment, DeploymentSchedule, Flow } from "@ostinato/protocol";
import { describeOnEachDatabase } from "@ostinato/testing/databases";
import { afterAll, beforeAll, expect, test } from "vitest";
import { startTestServer, type TestServer } from "../../test/harness.ts";

describeOnEachDatabase("schedules of a deployment", (database) => {
  let server: TestServer;
  let flowId: string;
  let made = 0;
  beforeAll(async () => {
    server = await startTestServer(database.url);
    flowId = (await server.call<Flow>("POST", "/flows/", { name: "timed" })).body.id;
  });
  afterAll(() => server.stop());

  async function deployed(...schedules: object[]): Promise<string> {
    made += 1;
    const body = { name: `timed ${made}`, flow_id: flowId, schedules };
    const reply = await server.call<Deployment>("POST", "/deployments/", body);
    expect(reply, JSON.stringify(reply.body)).toMatchObject({ status: 201 });
    return reply.body.id;
  }

  async function schedulesOf(id: string): Promise<DeploymentSchedule[]> {
    const { body } = await server.call<DeploymentSchedule[]>("GET", `/deployments/${id}/schedules`);
    expect((await server.call<Deployment>("GET", `/deployments/${id}`)).body.schedules).toEqual(body);
    return body;
  }

  /** In the order in which they were given. */
  async function slugsOf(id: string): Promise<(string | null)[]> {
    return (await schedulesOf(id)).toReversed().map(({ slug }) => slug);
  }

  function patch(id: string, schedules: object[]) {
    return server.call<{ detail: string }>("PATCH", `/deployments/${id}`, { schedules });
  }

  const daily = { schedule: { cron: "0 6 * * *" } };

  test("each kind comes back complete, the last one first, and each is what it was given as", async () => {
    const id = await deployed(
      { schedule: { cron: "0 6 * * 1-5", timezone: "Europe/Berlin" }, slug: "weekdays" },
      { schedule: { interval: "PT1H30M", anchor_date: "2026-01-01T00:00:00+02:00" }, active: false },
      { schedule: { rrule: "DTSTART:20260101T090000\nFREQ=DAILY" }, max_scheduled_runs: 2, parameters: { n: 1 } },
    );
    expect(await schedulesOf(id)).toMatchObject([
      {
        schedule: { rrule: "DTSTART:20260101T090000\nFREQ=DAILY", timezone: "UTC" },
        active: true,
        max_scheduled_runs: 2,
        parameters: { n: 1 },
        slug: null,
      },
      {
        schedule: { interval: 5400, anchor_date: "2025-12-31T22:00:00Z", timezone: "UTC" },
        active: false,
        max_scheduled_runs: null,
        parameters: {},
      },
      {
        deployment_id: id,
        schedule: { cron: "0 6 * * 1-5", timezone: "Europe/Berlin", day_or: true },
        active: true,
        slug: "weekdays",
        problem: null,
      },
    ]);
  });

  test.each([
    [30.5, 30.5],
    ["P1D", 86_400],
    ["P1W", 604_800],
    ["01:00:00", 3600],
    ["2 days, 00:00:30", 172_830],
  ])("an interval of %s is %d seconds", async (interval, seconds) => {
    const [schedule] = await schedulesOf(await deployed({ schedule: { interval } }));
    expect(schedule?.schedule).toMatchObject({ interval: seconds });
  });

  test.each([
    [0, "interval must be positive"],
    [-5, "interval must be positive"],
    ["-PT1H", "interval must be positive"],
    ["30", "interval is not a duration"],
    ["P", "interval is not a duration"],
    ["soon", "interval is not a duration"],
  ])("an interval of %s is refused at its place", async (interval, sentence) => {
    const body = { name: "refused", flow_id: flowId, schedules: [daily, { schedule: { interval } }] };
    expect(await server.call("POST", "/deployments/", body)).toMatchObject({
      status: 422,
      body: {
        exception_detail: [
          { loc: ["body", "schedules", 1, "schedule", "interval"], msg: expect.stringContaining(sentence) },
        ],
      },
    });
  });

  test("none of them has slugs: those of a change take the place of all, so that an empty list removes them", async () => {
    const id = await deployed(daily, { ...daily, slug: "b" });
    expect(
      (
        await patch(id, [
          { ...daily, slug: "c" },
          { ...daily, active: false },
        ])
      ).status,
    ).toBe(204);
    expect(await slugsOf(id)).toEqual(["c", null]);
    expect((await patch(id, [])).status).toBe(204);
    expect(await slugsOf(id)).toEqual([]);
  });

  test("all have slugs: only those that a change names are changed or added, and an empty list changes nothing", async () => {
    const id = await deployed({ ...daily, slug: "a", parameters: { n: 1 } }, { ...daily, slug: "b" });
    const before = await schedulesOf(id);
    expect((await patch(id, [])).status).toBe(204);
    expect(await schedulesOf(id)).toEqual(before);
    expect(
      (
        await patch(id, [
          { slug: "a", active: false },
          { slug: "c", ...daily },
        ])
      ).status,
    ).toBe(204);
    const after = await schedulesOf(id);
    expect(after.map(({ slug, active }) => [slug, active])).toEqual([
      ["c", true],
      ["a", false],
      ["b", true],
    ]);
    expect(after.find(({ slug }) => slug === "a")).toMatchObject({
      id: before.find(({ slug }) => slug === "a")?.id,
      parameters: { n: 1 },
    });
  });

  test("one takes the place of another, and two change places", async () => {
    const id = await deployed({ ...daily, slug: "a" }, { ...daily, slug: "b" });
    const idOf = async (slug: string) => (await schedulesOf(id)).find((each) => each.slug === slug)?.id;
    const [a, b] = [await idOf("a"), await idOf("b")];
    await patch(id, [
      { slug: "b", replaces: "a" },
      { slug: "a", replaces: "b" },
    ]);
    expect([await idOf("b"), await idOf("a")]).toEqual([a, b]);
  });

  test.each([
    [[daily], "Please provide a slug for each schedule in your request to ensure schedules are updated correctly."],
    [[{ slug: "z" }], "Unable to create new deployment schedules without a schedule configuration."],
    [
      [{ slug: "b", replaces: "a" }],
      "Cannot rename schedule from 'a' to 'b': a schedule with slug 'b' already exists.",
    ],
    [
      [
        { slug: "y", replaces: "a" },
        { slug: "z", replaces: "a" },
      ],
      "Multiple schedules have 'replaces' targeting the same slug: a",
    ],
  ])("a change by slugs that can't be meant is refused: %j", async (schedules, detail) => {
    const id = await deployed({ ...daily, slug: "a" }, { ...daily, slug: "b" });
    expect(await patch(id, schedules)).toMatchObject({ status: 422, body: { detail } });
    expect(await slugsOf(id)).toEqual(["a", "b"]);
  });

  test("two with one slug are refused wherever they come from", async () => {
    const twice = {
      name: "twice",
      flow_id: flowId,
      schedules: [
        { ...daily, slug: "a" },
        { ...daily, slug: "a" },
      ],
    };
    expect(await server.call("POST", "/deployments/", twice)).toMatchObject({ status: 409 });
    const id = await deployed({ ...daily, slug: "a" }, { ...daily, slug: "b" });
    const at = `/deployments/${id}/schedules`;
    expect(await server.call("POST", at, [{ ...daily, slug: "a" }])).toMatchObject({ status: 409 });
    const b = (await schedulesOf(id)).find(({ slug }) => slug === "b")?.id;
    expect(await server.call("PATCH", `${at}/${b}`, { slug: "a" })).toMatchObject({ status: 409 });
    expect(await slugsOf(id)).toEqual(["a", "b"]);
  });

  test("one is added, changed and deleted by itself, and null leaves what there is", async () => {
    const id = await deployed();
    const at = `/deployments/${id}/schedules`;
    const added = await server.call<DeploymentSchedule[]>("POST", at, [{ ...daily, slug: "a" }]);
    expect(added).toMatchObject({ status: 201, body: [{ slug: "a", active: true }] });
    const one = `${at}/${added.body[0]?.id}`;
    const change = { active: false, schedule: null, slug: null, max_scheduled_runs: null };
    expect((await server.call("PATCH", one, change)).status).toBe(204);
    expect(await schedulesOf(id)).toMatchObject([{ slug: "a", active: false, schedule: { cron: "0 6 * * *" } }]);
    expect((await server.call("DELETE", one)).status).toBe(204);
    expect(await schedulesOf(id)).toEqual([]);
    expect(await server.call("DELETE", one)).toMatchObject({ status: 404, body: { detail: "Schedule not found." } });
  });

  test("more runs that wait than Prefect allows are refused", async () => {
    const id = await deployed();
    const reply = await server.call("POST", `/deployments/${id}/schedules`, [{ ...daily, max_scheduled_runs: 51 }]);
    expect(reply).toMatchObject({ status: 422 });
  });
});
