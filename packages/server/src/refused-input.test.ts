import { describeOnEachDatabase } from "@ostinato/testing/databases";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { startTestServer, type TestServer } from "../test/harness.ts";
import { openTestSocket } from "../test/socket-harness.ts";

const id = "64a1a8d5-5b0c-4a36-90f0-1d6f0a2f1f5d";
const day = "2030-01-02T00:00:00Z";
const many = (count: number, make = (index: number) => `n${index}`) =>
  Array.from({ length: count }, (_, at) => make(at));

type Case = readonly [path: string, body: unknown, place: string];

/** What each input breaks, and the place that the answer is to name. None of it is of any other harm. */
const groups: Readonly<Record<string, readonly Case[]>> = {
  "a moment that no calendar has": [
    ["/flow_runs/filter", { flow_runs: { start_time: { after_: 1e21 } } }, "after_"],
    ["/flow_runs/filter", { flow_runs: { end_time: { before_: -1e300 } } }, "before_"],
    ["/flow_runs/filter", { flow_runs: { expected_start_time: { before_: "2300-01-01" } } }, "before_"],
    ["/task_runs/filter", { task_runs: { start_time: { after_: 1e15 } } }, "after_"],
    ["/logs/filter", { logs: { timestamp: { after_: 1e21 } } }, "after_"],
    ["/events/filter", { filter: { occurred: { since: 1e21 } } }, "since"],
    ["/events/count-by/day", { filter: { occurred: { until: 1e21 } } }, "until"],
    ["/flow_runs/history", { history_start: 1e21, history_end: day, history_interval_seconds: 60 }, "history_start"],
    ["/task_runs/history", { history_start: day, history_end: 1e308, history_interval_seconds: 60 }, "history_end"],
    ["/ui/dashboard", { since: 1e21, until: day }, "since"],
    ["/logs/", [{ name: "n", level: 20, message: "m", timestamp: 1e21 }], "timestamp"],
    ["/events", [{ id, event: "e", occurred: 1e21, resource: { "prefect.resource.id": "r" } }], "occurred"],
    [
      `/flow_runs/${id}/set_state`,
      { state: { type: "SCHEDULED", state_details: { scheduled_time: 1e21 } } },
      "scheduled_time",
    ],
    [
      `/flow_runs/${id}/set_state`,
      { state: { type: "PAUSED", state_details: { pause_timeout: -1e21 } } },
      "pause_timeout",
    ],
    [
      `/task_runs/${id}/set_state`,
      { state: { type: "COMPLETED", state_details: { cache_expiration: 1e21 } } },
      "cache_expiration",
    ],
    ["/task_runs/", { task_key: "t", dynamic_key: "0", cache_expiration: 1e21 }, "cache_expiration"],
    [
      "/ostinato/import",
      { flow_runs: [{ id, flow_id: id, name: "n", states: [{ type: "COMPLETED", timestamp: 1e21 }] }] },
      "timestamp",
    ],
  ],
  "a number that is too large": [
    ["/flow_runs/filter", { offset: 1e21 }, "offset"],
    ["/flow_runs/paginate", { page: 1e15 }, "page"],
    ["/flows/filter", { limit: 1e21 }, "limit"],
    ["/ui/flows/list", { offset: 1e21 }, "offset"],
    ["/logs/filter", { logs: { level: { ge_: 3e9 } } }, "ge_"],
    ["/logs/filter", { logs: { level: { le_: -3e9 } } }, "le_"],
    ["/ui/logs", { flow_run_id: id, level: 3e9 }, "level"],
    ["/flow_runs/filter", { deployments: { concurrency_limit: { ge_: 1e12 } } }, "ge_"],
    [
      "/flow_runs/history",
      { history_start: day, history_end: day, history_interval_seconds: 1e300 },
      "history_interval_seconds",
    ],
    ["/events/count-by/time", { filter: {}, time_unit: "week", time_interval: 1e18 }, "time_interval"],
    ["/ui/dashboard", { since: day, until: "2030-01-03", bars: { since: day, seconds: 1e300 } }, "seconds"],
    ["/flow_runs/", { flow_id: id, empirical_policy: { retries: 1e12 } }, "retries"],
    ["/task_runs/", { task_key: "t", dynamic_key: "0", empirical_policy: { retry_delay: [1e300] } }, "retry_delay"],
  ],
  "more terms than a question may have": [
    ["/flow_runs/filter", { flow_runs: { id: { any_: many(40_000, () => id) } } }, "any_"],
    ["/flow_runs/count", { flow_runs: { name: { any_: many(40_000) } } }, "any_"],
    ["/flow_runs/filter", { flow_runs: { tags: { all_: many(1100) } } }, "all_"],
    ["/flows/filter", { flows: { tags: { all_: many(1100) } } }, "all_"],
    ["/events/filter", { filter: { event: { prefix: many(1100) } } }, "prefix"],
    ["/events/filter", { filter: { resource: { id_prefix: many(1100) } } }, "id_prefix"],
    ["/events/filter", { filter: { resource: { labels: { l: many(1100) } } } }, "labels"],
    [
      "/events/filter",
      { filter: { resource: { labels: Object.fromEntries(many(1100).map((n) => [n, n])) } } },
      "labels",
    ],
    ["/events/filter", { filter: { related: many(100).map((role) => ({ role: [role] })) } }, "related"],
    ["/events/filter", { filter: { any_resource: many(5).map(() => ({ id: many(3000) })) } }, "filter"],
    ["/flow_runs/filter", { flow_runs: { name: { like_: "x".repeat(60_000) } } }, "like_"],
    ["/artifacts/filter", { artifacts: { key: { like_: "x".repeat(60_000) } } }, "like_"],
  ],
  "a name that no index has room for": [
    ["/flows/", { name: "長".repeat(1000) }, "name"],
    ["/flow_runs/", { flow_id: id, idempotency_key: "k".repeat(3000) }, "idempotency_key"],
    [`/flow_runs/${id}/input`, { key: "k".repeat(3000), value: "1" }, "key"],
    ["/events", [{ id, event: "長".repeat(1000), occurred: day, resource: { "prefect.resource.id": "r" } }], "event"],
  ],
};

const tooDeep = `${"[".repeat(5000)}${"]".repeat(5000)}`;
const nested: readonly (readonly [path: string, body: string])[] = [
  ["/flow_runs/", `{"flow_id": "${id}", "parameters": {"p": ${tooDeep}}}`],
  ["/artifacts/", `{"key": "k", "data": ${tooDeep}}`],
  [`/flow_runs/${id}/set_state`, `{"state": {"type": "COMPLETED", "data": ${tooDeep}}}`],
  ["/events", `[{"payload": {"p": ${tooDeep}}}]`],
  ["/logs/filter", tooDeep],
];

describeOnEachDatabase("input that can't be taken", (database) => {
  let server: TestServer;
  beforeAll(async () => {
    server = await startTestServer(database.url);
    await server.call("POST", "/flows/", { name: "there", tags: ["a"] });
  });
  afterAll(() => server.stop());

  for (const [group, cases] of Object.entries(groups)) {
    describe(group, () => {
      test.each(cases)("%s", async (path, body, place) => {
        const { status, body: answer } = await server.call<Record<string, unknown>>("POST", path, body);
        const { request_body: _given, ...said } = answer;
        expect([status, JSON.stringify(said).slice(0, 2000)]).toEqual([422, expect.stringContaining(place)]);
      });
    });
  }

  test.each(nested)("JSON that nests too deep: %s", async (path, payload) => {
    const headers = { "content-type": "application/json" };
    const reply = await server.app.inject({ method: "POST", url: `/api${path}`, headers, payload });
    expect([reply.statusCode, reply.body]).toEqual([422, expect.stringContaining("levels deep")]);
  });

  test("parameters that nest as deep as they may come back", async () => {
    const { body: flow } = await server.call<{ id: string }>("POST", "/flows/", { name: "deep" });
    const deep = many(450).reduce<unknown>((inner) => [inner], 1);
    const { status, body: run } = await server.call<{ id: string }>("POST", "/flow_runs/", {
      flow_id: flow.id,
      parameters: { deep },
    });
    expect(status).toBe(201);
    expect((await server.call("GET", `/flow_runs/${run.id}`)).body).toMatchObject({ parameters: { deep } });
    expect((await server.call("GET", `/ui/flow_runs/${run.id}`)).status).toBe(200);
  });

  test.each([
    ["flows named so", "/flows/filter", { flows: { name: { any_: ["there\0"] } } }],
    ["flows like it", "/flows/filter", { flows: { name: { like_: "\0" } } }],
    ["runs tagged so", "/flow_runs/filter", { flow_runs: { tags: { all_: ["a\0"] } } }],
    ["runs tagged by one of them", "/flow_runs/filter", { flow_runs: { tags: { any_: ["\ud800"] } } }],
    ["runs tagged by half a character", "/flow_runs/filter", { flow_runs: { tags: { all_: ["\udfff"] } } }],
    ["lines that say so", "/logs/filter", { logs: { text: { query: "\0" } } }],
    ["events of it", "/events/filter", { filter: { event: { prefix: ["\0"] } } }],
    ["events about it", "/events/filter", { filter: { resource: { labels: { "\0": ["\ud800"] } } } }],
  ])("text that nothing can have finds nothing: %s", async (_what, path, body) => {
    const { status, body: found } = await server.call<unknown[] | { events: unknown[] }>("POST", path, body);
    expect(status).toBe(200);
    expect(Array.isArray(found) ? found : found.events).toEqual([]);
  });

  test.each([
    ["GET", "/ui/search?q=%00"],
    ["GET", "/flows/name/%00"],
    ["GET", "/flow_runs/64a1a8d5-5b0c-4a36-90f0-1d6f0a2f1f5d/input/%00"],
    ["GET", "/artifacts/%00/latest"],
    ["GET", "/flow_runs/64a1a8d5-5b0c-4a36-90f0-1d6f0a2f1f5d/graph-v2?since=1e21"],
  ] as const)("odd text in an address is answered: %s %s", async (method, path) => {
    const { status } = await server.call(method, path);
    expect([200, 404, 422]).toContain(status);
  });

  test("a name may hold what the database does not take, also when it is changed", async () => {
    const { body: flow } = await server.call<{ id: string }>("POST", "/flows/", {
      name: "odd",
      tags: ["\0", "\ud800"],
    });
    const { body: run } = await server.call<{ id: string }>("POST", "/flow_runs/", { flow_id: flow.id, name: "a\0b" });
    expect((await server.call("PATCH", `/flow_runs/${run.id}`, { name: "c\0d", flow_version: "\0" })).status).toBe(204);
    expect((await server.call("PATCH", `/flows/${flow.id}`, { tags: ["\0"] })).status).toBe(204);
    expect((await server.call("GET", `/flow_runs/${run.id}`)).body).toMatchObject({ name: "c\ufffdd" });
  });

  test("the name of a run is kept as far as it can be", async () => {
    const { body: flow } = await server.call<{ id: string }>("POST", "/flows/", { name: "long" });
    const name = many(2000, (index) => String(index)).join(" ");
    const { status, body } = await server.call<{ name: string }>("POST", "/flow_runs/", { flow_id: flow.id, name });
    expect([status, body.name]).toEqual([201, expect.stringMatching(/^0 1 2 .*…$/)]);
    expect(body.name).toHaveLength(800);
  });

  test("moments may be numbers: seconds, or milliseconds where they are large", async () => {
    const { body: flow } = await server.call<{ id: string }>("POST", "/flows/", { name: "moments" });
    for (const moment of [1_893_542_400, 1_893_542_400_000, "2030-01-02T00:00:00Z"]) {
      const state = { type: "SCHEDULED", state_details: { scheduled_time: moment } };
      const { body } = await server.call("POST", "/flow_runs/", { flow_id: flow.id, state });
      expect(body).toMatchObject({ state: { state_details: { scheduled_time: "2030-01-02T00:00:00Z" } } });
    }
  });

  test("as many values as clients ask for are found at once", async () => {
    const names = [...many(4990), "there"];
    for (const filter of [{ any_: names }, { any_: names, like_: "there" }]) {
      const { status, body } = await server.call<unknown[]>("POST", "/flows/filter", { flows: { name: filter } });
      expect([status, body]).toEqual([200, [expect.objectContaining({ name: "there" })]]);
    }
    const tags = [...many(490), "a"];
    expect((await server.call("POST", "/flows/filter", { flows: { tags: { all_: tags } } })).body).toEqual([]);
    const prefixes = many(490, (index) => "x".repeat(index + 1));
    expect((await server.call("POST", "/events/filter", { filter: { event: { prefix: prefixes } } })).status).toBe(200);
  });

  test("more values than one statement takes are refused, and not taken for an outage", async () => {
    const names = many(5000);
    const states = {
      state: { name: { any_: names, not_any_: names } },
      idempotency_key: { any_: names, not_any_: names },
    };
    const flowRuns = {
      name: { any_: names },
      flow_version: { any_: names },
      work_queue_name: { any_: names },
      ...states,
    };
    const { status, body } = await server.call("POST", "/flow_runs/count", { flow_runs: flowRuns });
    expect([status, body]).toEqual([
      422,
      { detail: expect.stringContaining("ask in several requests"), code: "VALUE_REFUSED" },
    ]);
  });

  test("an event that no calendar has is left out of its frame, and the connection stays", async () => {
    const socket = await openTestSocket(await server.listen(), "/events/in");
    const event = { id, event: "e", occurred: day, resource: { "prefect.resource.id": "r" } };
    socket.send([{ ...event, id: "11111111-1111-4111-8111-111111111111", occurred: 1e308 }, event]);
    expect(await socket.next()).toMatchObject({ type: "refused", problem: expect.stringContaining("occurred") });
    await socket.settled();
    const { body } = await server.call("POST", "/events/filter", { filter: { id: { id: [id] } } });
    expect(body).toMatchObject({ total: 1 });
    await socket.close();
  });
});
