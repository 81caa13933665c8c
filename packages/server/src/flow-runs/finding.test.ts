import type { Flow, FlowRun, HistoryInterval } from "@ostinato/protocol";
import { fakeClock } from "@ostinato/testing/clock";
import { describeOnEachDatabase } from "@ostinato/testing/databases";
import { afterAll, beforeAll, expect, test } from "vitest";
import { startTestServer, type TestServer } from "../../test/harness.ts";

describeOnEachDatabase("finding flow runs", (database) => {
  const clock = fakeClock("2030-01-01T00:00:00Z");
  let server: TestServer;
  let flowId: string;

  /** Three runs at 10 s from each other: a completed one of 5 s, a failed one of 1 s, a scheduled one that is 20 s late. */
  beforeAll(async () => {
    server = await startTestServer(database.url, { clock });
    flowId = (await server.call<Flow>("POST", "/flows/", { name: "train" })).body.id;
    await finished("alpha", 5, { type: "COMPLETED" });
    await clock.advance(5);
    await finished("bravo", 1, { type: "FAILED" });
    await clock.advance(9);
    await create("charlie", { type: "SCHEDULED" });
    await clock.advance(20);
  });
  afterAll(() => server.stop());

  const create = async (name: string, state: object) =>
    (await server.call<FlowRun>("POST", "/flow_runs/", { flow_id: flowId, name, state, tags: [name] })).body;

  const finished = async (name: string, seconds: number, end: object) => {
    const { id } = await create(name, { type: "PENDING" });
    await server.call("POST", `/flow_runs/${id}/set_state`, { state: { type: "RUNNING" } });
    await clock.advance(seconds);
    await server.call("POST", `/flow_runs/${id}/set_state`, { state: end });
  };

  const names = async (body: object) => {
    const { body: found } = await server.call<FlowRun[]>("POST", "/flow_runs/filter", body);
    return found.map(({ name }) => name).join(" ");
  };

  test.each([
    ["ID_DESC", "charlie bravo alpha"],
    ["START_TIME_ASC", "alpha bravo charlie"],
    ["START_TIME_DESC", "charlie bravo alpha"],
    ["EXPECTED_START_TIME_ASC", "alpha bravo charlie"],
    ["EXPECTED_START_TIME_DESC", "charlie bravo alpha"],
    ["NAME_ASC", "alpha bravo charlie"],
    ["NAME_DESC", "charlie bravo alpha"],
    ["NEXT_SCHEDULED_START_TIME_ASC", "charlie alpha bravo"],
    ["END_TIME_DESC", "bravo alpha charlie"],
  ])("sorted by %s", async (sort, expected) => {
    expect(await names({ sort })).toBe(expected);
  });

  test("null stands for the default", async () => {
    expect(await names({ sort: null, limit: null, offset: null, flow_runs: null })).toBe("charlie bravo alpha");
    expect(await server.call("POST", "/flow_runs/filter")).toMatchObject({ status: 200 });
    expect(await names({ sort: "NAME_ASC", limit: 1, offset: 1 })).toBe("bravo");
    expect(await names({ limit: 0 })).toBe("");
    expect((await server.call("POST", "/flow_runs/filter", { limit: 201 })).status).toBe(422);
    expect((await server.call("POST", "/flow_runs/filter", { sort: "SIZE" })).status).toBe(422);
  });

  test("narrowed by state, name, tags, flow and time", async () => {
    const by = (flow_runs: object, more: object = {}) => names({ sort: "NAME_ASC", flow_runs, ...more });
    expect(await by({ state: { type: { any_: ["COMPLETED", "FAILED"] } } })).toBe("alpha bravo");
    expect(await by({ state: { name: { not_any_: ["Completed"] } } })).toBe("bravo charlie");
    expect(await by({ state: { type: { any_: [] } } })).toBe("");
    expect(await by({ operator: "or_", name: { like_: "ALPH" }, tags: { all_: ["bravo"] } })).toBe("alpha bravo");
    expect(await by({ end_time: { is_null_: true } })).toBe("charlie");
    expect(await by({ expected_start_time: { after_: "2030-01-01 00:00:05" } })).toBe("bravo charlie");
    expect(await by({}, { flows: { name: { any_: ["other"] } } })).toBe("");
    expect(
      (await server.call("POST", "/flow_runs/count", { flow_runs: { name: { any_: ["alpha"] } }, sort: "x" })).body,
    ).toBe(1);
  });

  const state = (criteria: object) => ({ flow_runs: { state: criteria }, sort: "NAME_ASC" });
  const or = (criteria: object) => ({ flow_runs: { operator: "or_", ...criteria }, sort: "NAME_ASC" });
  const alpha = { name: { any_: ["alpha"] } };

  test.each([
    ["both lists of one part", state({ type: { any_: ["FAILED", "SCHEDULED"], not_any_: ["FAILED"] } }), "charlie"],
    [
      "both lists of one part, joined to another",
      state({ operator: "or_", type: { any_: ["FAILED"], not_any_: ["FAILED"] }, name: { any_: ["Completed"] } }),
      "alpha",
    ],
    [
      "a part of the state that asks nothing beside another",
      state({ operator: "or_", type: {}, name: { any_: [] } }),
      "",
    ],
    ["no values, which leaves out those without any", { flow_runs: { idempotency_key: { not_any_: ["x"] } } }, ""],
    ["a list of no values to leave out", state({ name: { not_any_: [] } }), "alpha bravo charlie"],
    ["tags of which there are none", { flow_runs: { tags: { any_: [] } } }, ""],
    ["all of no tags", { flow_runs: { tags: { all_: [] } }, sort: "NAME_ASC" }, "alpha bravo charlie"],
    ["one of two parts", or({ ...alpha, end_time: { is_null_: true } }), "alpha charlie"],
    ["one of two parts, of which one asks nothing", or({ ...alpha, end_time: {} }), "alpha bravo charlie"],
    ["one of two parts, of which one is null", or({ ...alpha, end_time: null }), "alpha"],
    [
      "one of two parts, of which one has two ends",
      or({ ...alpha, end_time: { after_: "2030-01-01T00:00:11Z", before_: "2030-01-01T00:00:12Z" } }),
      "alpha bravo",
    ],
    ["others that must only be there", { task_runs: {} }, ""],
    ["a number and a truth in words", { limit: "1", offset: true, sort: "NAME_ASC" }, "bravo"],
  ])("narrowed by %s", async (_what, body, expected) => {
    expect(await names(body)).toBe(expected);
  });

  test("narrowed by ids and other criteria of related rows", async () => {
    const { id: other } = (await server.call<Flow>("POST", "/flows/", { name: "other" })).body;
    const by = (flows: object, flow_runs: object = {}) => names({ sort: "NAME_ASC", flows, flow_runs });
    expect(await by({ id: { any_: [other, flowId.toUpperCase()] } })).toBe("alpha bravo charlie");
    expect(await by({ id: { any_: [flowId] } }, { state: { type: { any_: ["FAILED"] } } })).toBe("bravo");
    expect(await by({ id: { any_: [flowId] }, name: { any_: ["other"] } })).toBe("");
    expect(await by({ id: { any_: [flowId], not_any_: [flowId] } })).toBe("");
    expect(await by({ operator: "or_", id: { any_: [other] }, name: { any_: ["train"] } })).toBe("alpha bravo charlie");
    expect(await by({ operator: "or_", id: { any_: [other] } })).toBe("");
    expect(await by({ id: { any_: [] } })).toBe("");
  });

  test("by page", async () => {
    const { body } = await server.call("POST", "/flow_runs/paginate", { sort: "NAME_ASC", limit: 2, page: 2 });
    expect(body).toMatchObject({ count: 3, limit: 2, pages: 2, page: 2, results: [{ name: "charlie" }] });
  });

  test("the times of a run that has not ended keep growing", async () => {
    const { body } = await server.call<FlowRun[]>("POST", "/flow_runs/filter", { sort: "NAME_ASC" });
    const seconds = body.map(({ estimated_run_time, estimated_start_time_delta }) => [
      Math.round(estimated_run_time),
      Math.round(estimated_start_time_delta),
    ]);
    expect(seconds).toEqual([
      [5, 0],
      [1, 0],
      [0, 20],
    ]);
  });

  const history = async (body: object) => {
    const range = { history_start: "2030-01-01T00:00:00Z", history_end: "2030-01-01T00:00:25Z" };
    return server.call<HistoryInterval[]>("POST", "/flow_runs/history", {
      ...range,
      history_interval_seconds: 10,
      ...body,
    });
  };

  test.each([
    ["all of them", {}],
    [
      "all that match what every run does",
      { flow_runs: { id: { not_any_: ["00000000-0000-4000-8000-000000000000"] } } },
    ],
  ])("counted over time by state, %s", async (_, criteria) => {
    const { body } = await history(criteria);
    expect(body.map(({ interval_start, interval_end }) => [interval_start, interval_end])).toEqual([
      ["2030-01-01T00:00:00Z", "2030-01-01T00:00:10Z"],
      ["2030-01-01T00:00:10Z", "2030-01-01T00:00:20Z"],
      ["2030-01-01T00:00:20Z", "2030-01-01T00:00:30Z"],
    ]);
    const seen = body.map(({ states }) =>
      states.map((state) => [
        state.state_type,
        state.state_name,
        state.count_runs,
        Math.round(state.sum_estimated_run_time),
        Math.round(state.sum_estimated_lateness),
      ]),
    );
    expect(seen).toEqual([
      [["COMPLETED", "Completed", 1, 5, 0]],
      [["FAILED", "Failed", 1, 1, 0]],
      [["SCHEDULED", "Scheduled", 1, 0, 20]],
    ]);
  });

  test("counted in at most five hundred intervals, and in none for an empty range", async () => {
    const { body } = await history({ history_end: "2030-02-01T00:00:00Z", history_interval_seconds: 1.5 });
    expect(body).toHaveLength(500);
    expect(body[1]).toMatchObject({ interval_start: "2030-01-01T00:00:01.500000Z", states: [] });
    expect((await history({ history_end: "2030-01-01T00:00:00Z" })).body).toEqual([]);
    expect(await history({ history_interval_seconds: 0.5 })).toMatchObject({
      status: 422,
      body: { detail: "History interval must not be less than 1 second." },
    });
    expect(
      (await history({ flow_runs: { name: { any_: ["bravo"] } } })).body.map(({ states }) => states.length),
    ).toEqual([0, 1, 0]);
  });

  test("lateness is an average", async () => {
    const lateness = async (flow_runs: object) =>
      (await server.call<number | null>("POST", "/flow_runs/lateness", { flow_runs })).body;
    expect(Math.round(((await lateness({})) ?? 0) * 3)).toBe(20);
    expect(await lateness({ name: { any_: ["nobody"] } })).toBeNull();
  });
});
