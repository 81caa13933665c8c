import type {
  ArtifactPage,
  Dashboard,
  FlowPage,
  listArtifacts,
  listFlows,
  ReplyOf,
  ServerPage,
  search,
} from "@ostinato/protocol";
import { describeOnEachDatabase } from "@ostinato/testing/databases";
import { afterAll, beforeAll, expect, test } from "vitest";
import { startTestServer, type TestServer } from "../../test/harness.ts";
import { type Story, story } from "../../test/page-fixtures.ts";
import { migrations } from "../db/migrations/index.ts";

const unknown = "64a1a8d5-5b0c-4a36-90f0-1d6f0a2f1f5d";

describeOnEachDatabase("the pages over all runs", (database) => {
  let server: TestServer;
  let told: Story;
  let good: string;
  let bad: string;
  let failed: string;
  let running: string;
  beforeAll(async () => {
    server = await startTestServer(database.url);
    told = story(server);
    good = await told.flow("good");
    bad = await told.flow("bad");
    const ended = (at: number, type = "COMPLETED", message = "") => [
      { type: "RUNNING", at },
      { type, at: at + 10, message },
    ];
    for (const at of [0, 600, 1200]) await told.flowRun(good, { states: ended(at), tags: ["nightly"] });
    await told.flowRun(good, { states: ended(-3600), name: "before" });
    failed = await told.flowRun(bad, {
      states: ended(700, "FAILED", "no luck"),
      tags: ["nightly"],
      name: "failed-one",
    });
    await told.flowRun(bad, { states: ended(600, "CRASHED", "gone") });
    running = await told.flowRun(good, { states: [{ type: "RUNNING", at: 100 }] });
    await told.flowRun(good, { states: [{ type: "SCHEDULED", at: 200 }], name: "later" });
    await told.flowRun(good, { states: [{ type: "SCHEDULED", name: "Late", at: 250 }], name: "late" });
    await told.flowRun(good, { states: [{ type: "PAUSED", at: 300 }], name: "paused" });
    const task = await told.taskRun(running, { states: [{ type: "RUNNING", at: 110 }], name: "fit-all" });
    await told.flowRun(good, { states: ended(120), parent: task, name: "sub" });
    await told.taskRun(running, { states: ended(115, "FAILED"), name: "load" });
  });
  afterAll(() => server.stop());

  const dashboard = async (body: object = {}) =>
    (
      await server.call<Dashboard>("POST", "/ui/dashboard", {
        since: told.at(0),
        until: told.at(1800),
        buckets: 3,
        ...body,
      })
    ).body;
  const bars = ({ history }: Dashboard): Record<string, number>[] =>
    history.map(({ states }) =>
      Object.fromEntries(states.map(({ state_name, count_runs }) => [state_name, count_runs]).toSorted()),
    );

  test("the dashboard counts by time and state", async () => {
    const all = await dashboard();
    expect(all.history.map(({ interval_start }) => interval_start)).toEqual([0, 600, 1200].map(told.at));
    expect(bars(all)).toEqual([
      { Completed: 2, Late: 1, Paused: 1, Running: 1, Scheduled: 1 },
      { Completed: 1, Crashed: 1, Failed: 1 },
      { Completed: 1 },
    ]);
    expect(all.counts).toEqual({ COMPLETED: 4, SCHEDULED: 2, PAUSED: 1, RUNNING: 1, CRASHED: 1, FAILED: 1 });
    expect(all.task_counts).toEqual({ RUNNING: 1, FAILED: 1 });
  });

  test("bars may begin before the range, which still counts exactly, narrowed or not", async () => {
    const range = { since: told.at(300), until: told.at(1500), bars: { since: told.at(0), seconds: 600 } };
    const [all, narrowed] = [await dashboard(range), await dashboard({ ...range, flow_ids: [good, bad] })];
    expect(all.history.map(({ interval_start }) => interval_start)).toEqual([0, 600, 1200].map(told.at));
    expect(all.history.at(-1)?.interval_end).toBe(told.at(1800));
    const total = (counts: Record<string, number>) => Object.values(counts).reduce((sum, count) => sum + count, 0);
    expect(
      bars(all)
        .map(total)
        .reduce((sum, count) => sum + count, 0),
    ).toBe(total(all.counts));
    expect(bars(narrowed)).toEqual(bars(all));
    expect(total(all.counts)).toBeLessThan(total((await dashboard()).counts));
  });

  test("bars may be of different lengths, as days are where the clock is changed", async () => {
    const range = { since: told.at(0), until: told.at(1800) };
    const equal = await dashboard({ ...range, bars: { since: told.at(0), seconds: 300 } });
    const edges = [0, 600, 900, 1800].map(told.at);
    const unequal = await dashboard({ ...range, edges });
    const total = (counts: Record<string, number> = {}) => Object.values(counts).reduce((sum, count) => sum + count, 0);
    const [a = 0, b = 0, c = 0, ...rest] = bars(equal).map(total);
    expect(unequal.history.map(({ interval_start, interval_end }) => [interval_start, interval_end])).toEqual([
      [edges[0], edges[1]],
      [edges[1], edges[2]],
      [edges[2], edges[3]],
    ]);
    expect(bars(unequal).map(total)).toEqual([a + b, c, rest.reduce((sum, count) => sum + count, 0)]);
    expect(bars(await dashboard({ ...range, edges, flow_ids: [good, bad] }))).toEqual(bars(unequal));
  });

  test.each([
    ["do not ascend", [0, 600, 600], "`edges` must ascend, and number 3 does not"],
    ["begin after the range", [1, 600], "The first of `edges` is after `since`"],
    ["have no common measure", [0, 900, 900.001], "no common measure"],
  ])("edges of bars that %s are refused", async (_, edges, reason) => {
    const reply = await server.call<{ detail: string }>("POST", "/ui/dashboard", {
      since: told.at(0),
      until: told.at(1800),
      edges: edges.map(told.at),
    });
    expect(reply.status).toBe(422);
    expect(JSON.stringify(reply.body)).toContain(reason);
  });

  test.each([
    ["begin after the range", { since: 600, seconds: 600 }, "The first bar begins after"],
    ["are too many", { since: 0, seconds: 1 }, "the maximum is 200"],
  ])("bars that %s are refused", async (_, { since, seconds }, reason) => {
    const reply = await server.call<{ detail: string }>("POST", "/ui/dashboard", {
      since: told.at(0),
      until: told.at(1800),
      bars: { since: told.at(since), seconds },
    });
    expect(reply.status).toBe(422);
    expect(JSON.stringify(reply.body)).toContain(reason);
  });

  test("the span before is counted beside it", async () => {
    const { previous_counts } = await dashboard({ since: told.at(-1800), until: told.at(0) });
    expect(previous_counts).toEqual({ COMPLETED: 1 });
  });

  test("what failed, what runs and what waits is listed, the urgent first", async () => {
    const { failures, running: now, questions, waiting } = await dashboard();
    expect(failures.groups.map(({ newest, message }) => [newest.id, message])).toEqual([
      [failed, "no luck"],
      [expect.any(String), "gone"],
    ]);
    expect(now).toMatchObject([{ id: running, flow_name: "good", task_counts: { FAILED: 1 } }]);
    expect(questions).toMatchObject([{ flow_run_name: "paused", flow_name: "good", has_input: false }]);
    expect(waiting.map(({ name }) => name)).toEqual(["late", "later"]);
  });

  test("flows are listed with their runs, those with failures first", async () => {
    const { flows } = await dashboard();
    expect(flows).toMatchObject([
      {
        flow: { name: "bad" },
        counts: { FAILED: 1, CRASHED: 1 },
        last_failure: { flow_run_id: failed, message: "no luck" },
      },
      { flow: { name: "good" }, counts: { COMPLETED: 4 }, last_failure: null },
    ]);
    const [first, ...others] = flows[1]?.recent ?? [];
    expect(first).toMatchObject({ start: told.at(0), state_type: "COMPLETED", duration: 10 });
    expect(others.map(({ name }) => name)).not.toContain("before");
  });

  test.each([
    ["tags", () => ({ tags: ["nightly"] }), { COMPLETED: 3, FAILED: 1 }],
    ["flows", () => ({ flow_ids: [bad] }), { FAILED: 1, CRASHED: 1 }],
    ["both", () => ({ flow_ids: [bad], tags: ["nightly"] }), { FAILED: 1 }],
    [
      "runs that are no subflows",
      () => ({ subflows: false }),
      { COMPLETED: 3, SCHEDULED: 2, PAUSED: 1, RUNNING: 1, CRASHED: 1, FAILED: 1 },
    ],
    [
      "subflows left out, and flows",
      () => ({ subflows: false, flow_ids: [good] }),
      { COMPLETED: 3, SCHEDULED: 2, PAUSED: 1, RUNNING: 1 },
    ],
  ])("narrowed by %s, all parts agree", async (_, body, counts) => {
    const found = await dashboard(body());
    expect(found.counts).toEqual(counts);
    const inBars = bars(found).flatMap((bar) => Object.values(bar));
    const total = Object.values(counts).reduce((sum, count) => sum + count, 0);
    expect(inBars.reduce((sum, count) => sum + Number(count), 0)).toBe(total);
    const failures = found.failures.groups.reduce((sum, { count }) => sum + count, 0);
    expect(failures).toBe((found.counts.FAILED ?? 0) + (found.counts.CRASHED ?? 0));
  });

  test("task runs are counted of the flow runs that are left", async () => {
    expect((await dashboard({ flow_ids: [good] })).task_counts).toEqual({ RUNNING: 1, FAILED: 1 });
    expect((await dashboard({ flow_ids: [bad] })).task_counts).toEqual({});
  });

  test("flows are listed by name, tag and last run", async () => {
    type Flows = ReplyOf<typeof listFlows>;
    const list = async (body: object) => (await server.call<Flows>("POST", "/ui/flows/list", body)).body;
    const byRun = await list({});
    expect(byRun).toMatchObject({ count: 2, results: [{ flow: { name: "good" } }, { flow: { name: "bad" } }] });
    expect((await list({ sort: "NAME_ASC", limit: 1, offset: 1 })).results).toMatchObject([{ flow: { name: "good" } }]);
    expect(await list({ name: "OO" })).toMatchObject({ count: 1, results: [{ flow: { name: "good" } }] });
    expect(await list({ tags: ["none"] })).toEqual({ count: 0, results: [] });
  });

  test("a flow's page has its rate of success and its durations", async () => {
    const { body } = await server.call<FlowPage>("GET", `/ui/flows/${bad}?days=366`);
    expect(body).toMatchObject({
      flow: { name: "bad" },
      recent: [{ state_type: "CRASHED" }, { state_type: "FAILED" }],
    });
    expect(body.success_rate).toBe(0);
    const page = await server.call<FlowPage>("GET", `/ui/flows/${good}?days=366`);
    expect(page.body).toMatchObject({ success_rate: 1, parameter_schema: null, counts: { COMPLETED: 5 } });
    expect(page.body.durations.filter(({ runs }) => runs > 0)).toMatchObject([{ runs: 5, median: 10, p95: 10 }]);
    expect((await server.call("GET", `/ui/flows/${unknown}`)).status).toBe(404);
  });

  test("the schema of a flow's parameters is kept, the newest is shown", async () => {
    const put = (version: string | null, schema: unknown) =>
      server.call("PUT", `/flows/${good}/parameter_schema`, { version, schema });
    for (const [version, schema] of [
      ["1", { a: 1 }],
      ["2", { b: 1 }],
      ["1", { a: 2 }],
    ] as const) {
      expect((await put(version, schema)).status).toBe(204);
    }
    const { body } = await server.call<FlowPage>("GET", `/ui/flows/${good}`);
    expect(body.parameter_schema).toEqual({ a: 2 });
    expect((await server.call("GET", `/flows/${good}/parameter_schema`)).body).toEqual({ schema: { a: 2 } });
    expect((await server.call("GET", `/flows/${unknown}/parameter_schema`)).status).toBe(404);
    expect((await server.call("PUT", `/flows/${unknown}/parameter_schema`, { schema: {} })).status).toBe(404);
  });

  test("search finds flows, runs and artifacts by a part of their names, and anything by its id", async () => {
    type Hits = ReplyOf<typeof search>;
    const find = async (q: string, more = "") =>
      (await server.call<Hits>("GET", `/ui/search?q=${encodeURIComponent(q)}${more}`)).body.hits;
    await server.call("POST", "/artifacts/", { key: "good-report", type: "markdown", data: "x", flow_run_id: running });
    expect(await find("PAUS")).toMatchObject([
      { kind: "question", name: "paused", detail: "good" },
      { kind: "flow-run", name: "paused", detail: "good" },
    ]);
    expect(await find("GOOD")).toMatchObject([
      { kind: "flow", name: "good" },
      { kind: "artifact", name: "good-report" },
    ]);
    expect(await find("failed-o")).toMatchObject([
      { kind: "flow-run", id: failed, detail: "bad · no luck", state_type: "FAILED" },
    ]);
    expect(await find("fit-a")).toMatchObject([{ kind: "task-run", name: "fit-all" }]);
    expect(await find(failed.toUpperCase())).toMatchObject([{ kind: "flow-run", id: failed }]);
    expect(await find("  ")).toEqual([]);
    expect(await find("%")).toEqual([]);
    expect(await find("a", "&limit=3")).toHaveLength(3);
  });

  test("artifacts are listed by their newest version, with a preview of what they hold", async () => {
    type Artifacts = ReplyOf<typeof listArtifacts>;
    const list = async (body: object = {}) => (await server.call<Artifacts>("POST", "/ui/artifacts/list", body)).body;
    const make = async (body: object) => (await server.call<{ id: string }>("POST", "/artifacts/", body)).body.id;
    const first = await make({ key: "rmse", type: "markdown", data: "# First", flow_run_id: failed });
    const second = await make({ key: "rmse", type: "markdown", data: "# Second", flow_run_id: running });
    await make({ type: "table", data: JSON.stringify([{ a: 1, b: 2 }]) });
    await make({ type: "result", data: "hidden", flow_run_id: running });
    const { results, count } = await list({ types: ["markdown", "table"], limit: 2 });
    expect(count).toBe(3);
    expect(results).toMatchObject([
      {
        key: null,
        type: "table",
        preview: { columns: ["a", "b"], rows: [[1, 2]], row_count: 1 },
        version_count: 1,
        flow_run_id: null,
      },
      {
        key: "rmse",
        latest_id: second,
        preview: { kind: "markdown", text: "# Second" },
        version_count: 2,
        flow_run_id: running,
        flow_name: "good",
      },
    ]);
    expect((await list({ limit: 1, offset: 1, types: ["markdown", "table"] })).results).toMatchObject([
      { key: "rmse" },
    ]);
    expect(await list({ name: "MS" })).toMatchObject({ count: 1, results: [{ key: "rmse" }] });
    expect((await list({})).results.map(({ type }) => type)).not.toContain("result");

    const page = (await server.call<ArtifactPage>("GET", "/ui/artifacts/key/rmse")).body;
    expect(page).toMatchObject({
      artifact: { id: second },
      content: { text: "# Second" },
      flow_run: { id: running, flow_name: "good", state_type: "RUNNING" },
      task_run: null,
      versions: [{ id: second }, { id: first, flow_run_name: "failed-one" }],
    });
    const { body: older } = await server.call<ArtifactPage>("GET", `/ui/artifacts/${first}`);
    expect(older.content).toMatchObject({ text: "# First" });
    expect((await server.call("GET", "/ui/artifacts/key/none")).status).toBe(404);
    expect((await server.call("GET", `/ui/artifacts/${unknown}`)).status).toBe(404);
  });

  test("the page of settings says what is where, without a password", async () => {
    const { body } = await server.call<ServerPage>("GET", "/ui/server");
    expect(body).toMatchObject({
      database: database.name,
      migration: migrations.at(-1)?.name,
      retention: {
        running: false,
        rules: expect.arrayContaining([expect.objectContaining({ kind: "events", kept: "14d" })]),
      },
      counts: { task_runs: 2 },
      database_size_bytes: expect.any(Number),
    });
    expect(body.settings).toContainEqual(
      expect.objectContaining({ variable: "OSTINATO_SERVER_HOST", value: "127.0.0.1" }),
    );
    const password = new URL(database.url.replace(/^sqlite/, "http")).password;
    if (password !== "") expect(JSON.stringify(body)).not.toContain(password);
  });
});
