import { addSeconds, formatTimestamp, systemClock, toTimestamp } from "@ostinato/core";
import type { DeploymentRow, listDeployments, ReplyOf } from "@ostinato/protocol";
import { describeOnEachDatabase } from "@ostinato/testing/databases";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type DeploymentRows, deploymentRows } from "../../../test/deployment-rows.ts";
import { startTestServer, type TestServer } from "../../../test/harness.ts";

type List = ReplyOf<typeof listDeployments>;

const noon = toTimestamp("2026-03-01T12:00:00Z");
const hour = 3600;
const day = 24 * hour;
const at = (seconds: number) => formatTimestamp(addSeconds(noon, seconds));

describeOnEachDatabase("the list of deployments", (database) => {
  let server: TestServer;
  let rows: DeploymentRows;
  let train: string;
  const ids: Record<string, string> = {};
  beforeAll(async () => {
    server = await startTestServer(database.url, { clock: { ...systemClock(), now: () => noon } });
    rows = deploymentRows(server.context.db, noon);
    const ingest = await rows.flow("ingest");
    train = await rows.flow("train");
    const deployment = async (flow: string, name: string, given: Parameters<DeploymentRows["deployment"]>[1] = {}) => {
      ids[name] = await rows.deployment(flow, { name, ...given });
      return ids[name];
    };
    const nightly = await deployment(train, "nightly", { tags: '["ml","eu"]', last_polled: noon });
    await deployment(train, "by-hand", { tags: '["ml"]', paused: 1, status: "NOT_READY" });
    const hourly = await deployment(ingest, "hourly", { status: "NOT_READY", last_polled: addSeconds(noon, -600) });
    await rows.schedule(nightly, { cron: "0 6 * * 1-5", timezone: "Europe/Berlin", day_or: true });
    await rows.schedule(nightly, { interval: 3600, anchor_date: at(0), timezone: null }, { active: 0 });
    for (let index = 1; index <= 40; index += 1)
      await rows.run(nightly, { type: index % 10 === 0 ? "FAILED" : "COMPLETED", at: -index * hour, took: index });
    await rows.run(nightly, { type: "COMPLETED", at: -31 * day, took: 5000 });
    await rows.run(nightly, { type: "SCHEDULED", at: 5 * hour, name: "later" });
    await rows.run(nightly, { type: "SCHEDULED", at: 2 * hour, name: "next" });
    await rows.run(hourly, { type: "SCHEDULED", stateName: "Late", at: -300, name: "late-one" });
    await rows.run(hourly, { type: "RUNNING", at: -60, name: "running-one" });
  });
  afterAll(() => server.stop());

  async function list(body: object): Promise<List> {
    const reply = await server.call<List>("POST", "/ui/deployments/list", body);
    expect([reply.status, reply.body]).toEqual([200, expect.anything()]);
    return reply.body;
  }
  const names = async (body: object) => (await list(body)).results.map(({ name }) => name);
  async function row(name: string): Promise<DeploymentRow> {
    const found = (await list({})).results.find((each) => each.name === name);
    if (found === undefined) throw new Error(`No deployment is called ${name}`);
    return found;
  }

  test("a row says when it runs, what comes next, and how its runs of 30 days went", async () => {
    const nightly = await row("nightly");
    expect(nightly).toMatchObject({
      flow_id: train,
      flow_name: "train",
      tags: ["ml", "eu"],
      paused: false,
      status: "READY",
      last_polled: at(0),
      work_pool_name: null,
      schedules: [
        { active: true, words: expect.stringContaining("Berlin") },
        { active: false, words: expect.stringContaining("hour") },
      ],
      next_run: { name: "next", at: at(2 * hour), state_name: "Scheduled" },
      counts: { COMPLETED: 36, FAILED: 4 },
    });
    // The 35th of the 36 durations 1, 2, … 39 without 10, 20, 30 and 40.
    expect(nightly.p95).toBe(38);
    expect(nightly.recent).toHaveLength(20);
    expect(nightly.recent.at(-1)).toMatchObject({ state_type: "COMPLETED", start: at(-hour), duration: 1 });
    expect(nightly.recent[0]).toMatchObject({ start: at(-20 * hour) });
  });

  test("a run whose time has passed is the next one, and one that runs counts", async () => {
    const hourly = await row("hourly");
    expect(hourly).toMatchObject({
      status: "NOT_READY",
      last_polled: at(-600),
      next_run: { name: "late-one", at: at(-300), state_name: "Late" },
      counts: { SCHEDULED: 1, RUNNING: 1 },
      p95: null,
    });
    expect(hourly.recent.map(({ name, duration }) => [name, duration])).toEqual([
      ["late-one", null],
      ["running-one", 60],
    ]);
  });

  test("a deployment without schedules and runs has none", async () => {
    expect(await row("by-hand")).toMatchObject({
      paused: true,
      schedules: [],
      next_run: null,
      recent: [],
      counts: {},
      p95: null,
      last_polled: null,
    });
  });

  test.each([
    ["by name", {}, ["hourly", "by-hand", "nightly"]],
    ["by the next run", { sort: "NEXT_RUN_ASC" }, ["hourly", "nightly", "by-hand"]],
    ["by the last run", { sort: "LAST_RUN_DESC" }, ["hourly", "nightly", "by-hand"]],
    ["newest first", { sort: "CREATED_DESC" }, ["hourly", "by-hand", "nightly"]],
    ["by the last change", { sort: "UPDATED_DESC" }, ["hourly", "by-hand", "nightly"]],
    ["a page later", { limit: 2, offset: 1 }, ["by-hand", "nightly"]],
  ])("is in order %s", async (_, body, expected) => {
    expect(await names(body)).toEqual(expected);
    expect((await list(body)).count).toBe(3);
  });

  test.each([
    ["a part of its name", { text: "IGHT" }, ["nightly"]],
    ["a part of the name of its flow", { text: "ingest" }, ["hourly"]],
    ["all of its tags", { tags: ["ml", "eu"] }, ["nightly"]],
    ["a tag of several", { tags: ["ml"] }, ["by-hand", "nightly"]],
    ["whether it is paused", { paused: true }, ["by-hand"]],
    ["whether it is not", { paused: false }, ["hourly", "nightly"]],
    ["its status", { status: "NOT_READY" }, ["hourly", "by-hand"]],
    ["a work pool that does not exist", { work_pools: ["gpu"] }, []],
    ["a text of spaces, which asks for nothing", { text: "  " }, ["hourly", "by-hand", "nightly"]],
  ])("is narrowed by %s", async (_, body, expected) => {
    expect(await names(body)).toEqual(expected);
    expect((await list(body)).count).toBe(expected.length);
  });

  test("deployments are counted by state and by flow, within a filter", async () => {
    const countsBy = async (property: string, body: object) =>
      (await server.call<{ counts: object[] }>("POST", `/ui/deployments/count_by_${property}`, body)).body.counts;
    expect(await countsBy("state", { flow_ids: [train] })).toEqual(
      expect.arrayContaining([
        { status: "READY", paused: false, count: 1 },
        { status: "NOT_READY", paused: true, count: 1 },
      ]),
    );
    expect(await countsBy("flow", { tags: ["ml"] })).toEqual([{ flow_id: train, count: 2 }]);
    expect(await countsBy("flow", { text: "of no deployment" })).toEqual([]);
  });

  test("is narrowed by ids, and by flow", async () => {
    expect(await names({ ids: [ids.nightly, ids.hourly] })).toEqual(["hourly", "nightly"]);
    expect(await names({ ids: [] })).toEqual([]);
    expect(await names({ flow_ids: [train] })).toEqual(["by-hand", "nightly"]);
  });
});
