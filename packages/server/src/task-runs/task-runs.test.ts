import type { FlowRun, HistoryInterval, OrchestrationResult, State, TaskRun } from "@ostinato/protocol";
import { describeOnEachDatabase } from "@ostinato/testing/databases";
import { afterAll, beforeAll, expect, test } from "vitest";
import { startTestServer, type TestServer } from "../../test/harness.ts";

const nowhere = "00000000-0000-4000-8000-000000000000";
const fields =
  "id created updated name flow_run_id task_key dynamic_key cache_key cache_expiration task_version empirical_policy tags labels state_id task_inputs state_type state_name run_count flow_run_run_count expected_start_time next_scheduled_start_time start_time end_time total_run_time estimated_run_time estimated_start_time_delta state";

describeOnEachDatabase("task runs", (database) => {
  let server: TestServer;
  let flowRunId: string;
  beforeAll(async () => {
    server = await startTestServer(database.url);
    const flow = await server.call<{ id: string }>("POST", "/flows/", { name: "train" });
    flowRunId = (await server.call<FlowRun>("POST", "/flow_runs/", { flow_id: flow.body.id })).body.id;
  });
  afterAll(() => server.stop());

  let made = 0;
  const create = (given: object = {}) => {
    made += 1;
    const keys = { task_key: "add", dynamic_key: String(made) };
    return server.call<TaskRun>("POST", "/task_runs/", { flow_run_id: flowRunId, ...keys, ...given });
  };
  const read = async (id: string) => (await server.call<TaskRun>("GET", `/task_runs/${id}`)).body;
  const propose = (id: string, state: object, force = false) =>
    server.call<OrchestrationResult>("POST", `/task_runs/${id}/set_state`, { state, force });
  const setFlowRun = (type: string) =>
    server.call("POST", `/flow_runs/${flowRunId}/set_state`, { state: { type }, force: true });

  test("task runs are sorted by how long they have run until now, those that have not begun newest first", async () => {
    const { body: flow } = await server.call<{ id: string }>("POST", "/flows/", { name: "durations" });
    const { body: run } = await server.call<FlowRun>("POST", "/flow_runs/", { flow_id: flow.id });
    for (const [name, type] of [
      ["longest", "RUNNING"],
      ["shorter", "RUNNING"],
      ["waiting", "PENDING"],
      ["newest", "PENDING"],
    ]) {
      await create({ flow_run_id: run.id, name, state: { type } });
    }
    const sorted = async (sort: string) => {
      const criteria = { flow_runs: { id: { any_: [run.id] } }, sort };
      return (await server.call<TaskRun[]>("POST", "/task_runs/filter", criteria)).body.map(({ name }) => name);
    };
    expect(await sorted("DURATION_DESC")).toEqual(["longest", "shorter", "newest", "waiting"]);
    expect(await sorted("DURATION_ASC")).toEqual(["newest", "waiting", "shorter", "longest"]);
  });

  test("the id of a task run is its own", async () => {
    const { body: first } = await create();
    expect(await create({ id: first.id })).toMatchObject({
      status: 409,
      body: { detail: expect.stringContaining(first.id) },
    });
    const again = await create({ id: first.id, task_key: first.task_key, dynamic_key: first.dynamic_key });
    expect(again).toMatchObject({ status: 200, body: { id: first.id } });
  });

  const createMany = (task_runs: readonly object[]) =>
    server.call<{ ids: string[] }>("POST", "/task_runs/bulk_create", { task_runs });

  test("many are created at once, each once however often it is asked for", async () => {
    const { body: known } = await create({ dynamic_key: "known" });
    const free = { task_key: "add", dynamic_key: "free", tags: ["a"], state: { type: "SCHEDULED" } };
    const runs = [
      { flow_run_id: flowRunId, task_key: "add", dynamic_key: "new", name: "new" },
      { flow_run_id: flowRunId, task_key: "add", dynamic_key: "known" },
      free,
      free,
    ];
    const { status, body } = await createMany(runs);
    expect(status).toBe(200);
    const [first = "", second, third = "", fourth] = body.ids;
    expect([second, fourth]).toEqual([known.id, third]);
    expect(await read(first)).toMatchObject({ name: "new", flow_run_id: flowRunId, state: { type: "PENDING" } });
    expect((await read(first)).labels).toMatchObject({ "prefect.flow-run.id": flowRunId });
    expect(await read(third)).toMatchObject({ tags: ["a"], flow_run_id: null, state: { type: "SCHEDULED" } });
    expect((await createMany(runs)).body.ids).toEqual(body.ids);
  });

  test("of many none is created where one can't be", async () => {
    const { body: first } = await create();
    const key = "one of many";
    const mine = { flow_run_id: flowRunId, task_key: key, dynamic_key: "0" };
    const bad = [
      { ...mine, id: first.id, dynamic_key: "1" },
      { ...mine, flow_run_id: nowhere },
    ];
    for (const one of bad) expect(await createMany([mine, one])).toMatchObject({ status: 409 });
    const id = "0197a1a8-5b0c-7a36-90f0-00000000abcd";
    const twice = [
      { ...mine, id },
      { ...mine, id, dynamic_key: "1" },
    ];
    expect(await createMany(twice)).toMatchObject({ status: 409, body: { detail: expect.stringContaining(id) } });
    expect(await createMany([])).toMatchObject({ status: 422 });
    expect((await create({ ...mine, dynamic_key: "0" })).status).toBe(201);
  });

  test.each([
    ["retry_delay", { retry_delay: Array(51).fill(1) }],
    ["retry_jitter_factor", { retry_jitter_factor: -1 }],
  ])("what can't be of a policy is refused: %s", async (name, empirical_policy) => {
    expect(await create({ empirical_policy })).toMatchObject({
      status: 422,
      body: {
        exception_detail: expect.arrayContaining([
          expect.objectContaining({ loc: ["body", "empirical_policy", name] }),
        ]),
      },
    });
  });

  test.each(["tags", "task_inputs"])("%s may be left out, but are not null", async (name) => {
    expect((await create({ [name]: null })).status).toBe(422);
  });

  test("which task runs are of a flow run or of none is said by either", async () => {
    const { body: own } = await create({ name: "own" });
    const { body: free } = await create({ flow_run_id: null, name: "free" });
    const names = async (flow_run_id: object) => {
      const task_runs = { id: { any_: [own.id, free.id] }, flow_run_id };
      const { body } = await server.call<TaskRun[]>("POST", "/task_runs/filter", { task_runs, sort: "NAME_ASC" });
      return body.map(({ name }) => name).join(" ");
    };
    expect(await names({ any_: [flowRunId], is_null_: true })).toBe("free");
    expect(await names({ any_: [flowRunId], is_null_: false })).toBe("own");
    expect(await names({ is_null_: false })).toBe("own");
    expect(await names({})).toBe("free own");
  });

  test("a task run is created with all that the wire has", async () => {
    const { status, body } = await create({
      name: "add-1",
      task_version: "v1",
      empirical_policy: { max_retries: 2, retry_delay_seconds: 1.5 },
      tags: ["b", "a", "b"],
      labels: { own: true },
      task_inputs: { x: [{ input_type: "task_run", id: nowhere }], y: [] },
    });
    expect(status).toBe(201);
    expect(Object.keys(body)).toEqual(fields.split(" "));
    expect(body).toMatchObject({
      name: "add-1",
      empirical_policy: {
        max_retries: 2,
        retry_delay_seconds: 1.5,
        retries: 2,
        retry_delay: 1.5,
        retry_jitter_factor: null,
      },
      tags: ["b", "a"],
      labels: { "prefect.flow-run.id": flowRunId, own: true },
      task_inputs: { x: [{ input_type: "task_run", id: nowhere }], y: [] },
      state_name: "Pending",
      state: { state_details: { flow_run_id: flowRunId, task_run_id: body.id } },
    });
    expect(await read(body.id)).toEqual({ ...body, estimated_start_time_delta: expect.any(Number) });
  });

  test("the same keys name the same task run, also when sixteen create it at once", async () => {
    const replies = await Promise.all(Array.from({ length: 16 }, () => create({ task_key: "race", dynamic_key: "0" })));
    expect(new Set(replies.map(({ body }) => body.id)).size).toBe(1);
    expect(replies.map(({ status }) => status).sort()).toEqual([...Array(15).fill(200), 201]);
  });

  test("a task run outside a flow run is found by its keys too, and may choose its id", async () => {
    const id = "0A000000-0000-4000-8000-00000000000a";
    const given = { id, flow_run_id: null, task_key: "bg", dynamic_key: "bg-1" };
    const first = await create(given);
    expect(first).toMatchObject({ status: 201, body: { id: id.toLowerCase(), flow_run_id: null, labels: {} } });
    expect(await create({ ...given, id: null })).toMatchObject({ status: 200, body: { id: id.toLowerCase() } });
  });

  test("a task run needs the flow run that it names", async () => {
    expect(await create({ flow_run_id: nowhere })).toMatchObject({
      status: 409,
      body: { detail: `Data integrity conflict. flow_run_id: there is no flow run ${nowhere}.` },
    });
    expect((await server.call("GET", `/task_runs/${nowhere}`)).status).toBe(404);
    expect(await propose(nowhere, { type: "RUNNING" })).toMatchObject({
      status: 404,
      body: { exception_message: `Task run with id ${nowhere} not found` },
    });
  });

  test("a task run starts only while its flow run runs", async () => {
    const { body: run } = await create({ empirical_policy: { retries: 1, retry_delay: 0 } });
    expect((await propose(run.id, { type: "RUNNING" })).body).toMatchObject({
      status: "ABORT",
      details: { reason: "The enclosing flow must be running to begin task execution." },
    });
    await setFlowRun("RUNNING");
    expect(await propose(run.id, { type: "RUNNING" })).toMatchObject({ status: 201, body: { status: "ACCEPT" } });
    expect((await propose(run.id, { type: "FAILED" })).body).toMatchObject({
      status: "REJECT",
      state: { name: "AwaitingRetry" },
      details: { reason: "Retrying" },
    });
    expect((await propose(run.id, { type: "RUNNING" })).body.state?.name).toBe("Retrying");
    await propose(run.id, { type: "COMPLETED" });
    expect(await read(run.id)).toMatchObject({ run_count: 2, flow_run_run_count: 1, state_type: "COMPLETED" });
    const { body: states } = await server.call<State[]>("GET", `/task_run_states/?task_run_id=${run.id}`);
    expect(states.map(({ name }) => name)).toEqual(["Pending", "Running", "AwaitingRetry", "Retrying", "Completed"]);
    expect((await server.call("GET", `/task_run_states/${states[0]?.id}`)).body).toEqual(states[0]);
  });

  test("a result is taken from the cache until it expires, and not where it is to be made anew", async () => {
    await setFlowRun("RUNNING");
    const start = async (state_details: object) => {
      const { body } = await create();
      return { id: body.id, answer: (await propose(body.id, { type: "RUNNING", state_details })).body };
    };
    const complete = (id: string, state_details: object) =>
      propose(id, { type: "COMPLETED", data: { storage_key: "kept" }, state_details });
    const first = await start({ cache_key: "c1" });
    expect(first.answer.status).toBe("ACCEPT");
    await complete(first.id, { cache_key: "c1" });
    expect((await start({ cache_key: "c1" })).answer).toMatchObject({
      status: "REJECT",
      state: { type: "COMPLETED", name: "Cached", data: { storage_key: "kept" } },
      details: { reason: "Retrieved state from cache" },
    });
    expect((await start({ cache_key: "c1", refresh_cache: true })).answer.status).toBe("ACCEPT");
    const old = await start({ cache_key: "c2" });
    await complete(old.id, { cache_key: "c2", cache_expiration: "2020-01-01T00:00:00Z" });
    expect((await start({ cache_key: "c2" })).answer.status).toBe("ACCEPT");
  });

  test("of sixteen that start a task in the background, exactly one wins", async () => {
    const state_details = { deferred: true, task_parameters_id: nowhere };
    const { body: run } = await create({ flow_run_id: null, state: { type: "SCHEDULED", state_details } });
    const answers = await Promise.all(
      Array.from({ length: 16 }, () => propose(run.id, { type: "PENDING", state_details: { deferred: true } })),
    );
    const won = answers.filter(({ body }) => body.status === "ACCEPT");
    expect(won).toHaveLength(1);
    expect(won[0]?.body.state?.state_details).toMatchObject({ task_parameters_id: nowhere });
  });

  test("a task run is renamed and deleted", async () => {
    const { body: run } = await create();
    expect((await server.call("PATCH", `/task_runs/${run.id}`, { name: "other" })).status).toBe(204);
    expect((await read(run.id)).name).toBe("other");
    expect((await server.call("PATCH", `/task_runs/${nowhere}`, { name: "other" })).status).toBe(404);
    expect((await server.call("DELETE", `/task_runs/${run.id}`)).status).toBe(204);
    expect((await server.call("DELETE", `/task_runs/${run.id}`)).status).toBe(404);
    expect((await server.call("GET", `/task_run_states/${run.state_id}`)).status).toBe(404);
  });

  test("task runs are found, counted and paged", async () => {
    for (const name of ["zulu", "yankee"]) await create({ name, tags: ["found"] });
    const task_runs = { tags: { all_: ["found"] } };
    const { body } = await server.call<TaskRun[]>("POST", "/task_runs/filter", { task_runs, sort: "NAME_ASC" });
    expect(body.map(({ name }) => name)).toEqual(["yankee", "zulu"]);
    expect((await server.call("POST", "/task_runs/count", { task_runs })).body).toBe(2);
    const page = await server.call("POST", "/task_runs/paginate", { task_runs, sort: "NAME_DESC", limit: 1, page: 2 });
    expect(page.body).toMatchObject({ count: 2, pages: 2, results: [{ name: "yankee" }] });
    const flow_runs = { id: { any_: [nowhere] } };
    expect((await server.call("POST", "/task_runs/filter", { flow_runs })).body).toEqual([]);
    for (const sort of ["ID_DESC", "EXPECTED_START_TIME_ASC", "NEXT_SCHEDULED_START_TIME_ASC", "END_TIME_DESC"]) {
      expect((await server.call<TaskRun[]>("POST", "/task_runs/filter", { task_runs, sort })).body).toHaveLength(2);
    }
  });

  test("task runs are counted over time", async () => {
    const { body: run } = await create({ tags: ["timed"] });
    const { body } = await server.call<HistoryInterval[]>("POST", "/task_runs/history", {
      history_start: run.expected_start_time,
      history_end: "2100-01-01T00:00:00Z",
      history_interval_seconds: 3600,
      task_runs: { tags: { all_: ["timed"] } },
    });
    expect(body).toHaveLength(500);
    expect(body[0]?.states).toMatchObject([{ state_type: "PENDING", state_name: "Pending", count_runs: 1 }]);
  });
});
