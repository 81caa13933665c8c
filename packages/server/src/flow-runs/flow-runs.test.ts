import type { FlowRun, OrchestrationResult, State, TaskRun } from "@ostinato/protocol";
import { describeOnEachDatabase } from "@ostinato/testing/databases";
import { afterAll, beforeAll, expect, test } from "vitest";
import { startTestServer, type TestServer } from "../../test/harness.ts";
import type { Database } from "../db/dialect.ts";
import { create as createFlowRun } from "./creation.service.ts";

const nowhere = "00000000-0000-4000-8000-000000000000";

/** The fields of a run and of a state's details, as Prefect's clients read them. */
const runFields =
  "id created updated name flow_id state_id deployment_id deployment_version work_queue_id work_queue_name flow_version parameters idempotency_key context empirical_policy tags labels parent_task_run_id state_type state_name run_count expected_start_time next_scheduled_start_time start_time end_time total_run_time estimated_run_time estimated_start_time_delta auto_scheduled infrastructure_document_id infrastructure_pid created_by work_pool_id work_pool_name state job_variables priority";
const detailFields =
  "flow_run_id task_run_id child_flow_run_id scheduled_time cache_key cache_expiration deferred untrackable_result pause_timeout pause_reschedule pause_key run_input_keyset refresh_cache retriable transition_id task_parameters_id traceparent deployment_concurrency_lease_id";

describeOnEachDatabase("flow runs", (database) => {
  let server: TestServer;
  let flowId: string;
  beforeAll(async () => {
    server = await startTestServer(database.url);
    flowId = (await server.call<{ id: string }>("POST", "/flows/", { name: "train", labels: { team: "a" } })).body.id;
  });
  afterAll(() => server.stop());

  const create = async (given: object = {}) =>
    (await server.call<FlowRun>("POST", "/flow_runs/", { flow_id: flowId, ...given })).body;
  const read = async (id: string) => (await server.call<FlowRun>("GET", `/flow_runs/${id}`)).body;
  const propose = (id: string, state: object, force = false) =>
    server.call<OrchestrationResult>("POST", `/flow_runs/${id}/set_state`, { state, force });

  test("a run is created once if the answer to its commit is lost and the unit runs again", async () => {
    const { context } = server;
    const { db } = context;
    const write: Database["write"] = async (work, options) => {
      await db.write(work, options);
      return db.write(work, options);
    };
    const flow = (await server.call<{ id: string }>("POST", "/flows/", { name: "lost answers" })).body.id;
    const { flowRun, made } = await createFlowRun({ ...context, db: { ...db, write } }, { flow_id: flow });
    expect(made).toBe(true);
    expect(flowRun).toMatchObject({ flow_id: flow, state_type: "PENDING", state: { type: "PENDING" } });
    const { body } = await server.call<number>("POST", "/flow_runs/count", { flows: { id: { any_: [flow] } } });
    expect(body).toBe(1);
  });

  test("a run is created with all fields of the request", async () => {
    const { status, body } = await server.call<FlowRun>("POST", "/flow_runs/", {
      state: { type: "PENDING", name: "Pending", message: null, state_details: { traceparent: null }, data: null },
      name: null,
      flow_id: flowId,
      flow_version: "v1",
      parameters: { n: 3 },
      context: {},
      parent_task_run_id: null,
      empirical_policy: { retries: 0, retry_delay: 0 },
      tags: ["b", "a", "b"],
    });
    expect(status).toBe(201);
    expect(Object.keys(body)).toEqual(runFields.split(" "));
    expect(Object.keys(body.state?.state_details ?? {})).toEqual(detailFields.split(" "));
    expect(await read(body.id)).toEqual({ ...body, estimated_start_time_delta: expect.any(Number) });
    expect(body).toMatchObject({
      name: expect.stringMatching(/^[a-z]+-[a-z]+$/),
      parameters: { n: 3 },
      empirical_policy: {
        max_retries: 0,
        retry_delay_seconds: 0,
        retries: 0,
        retry_delay: 0,
        pause_keys: [],
        resuming: false,
        retry_type: null,
      },
      tags: ["b", "a"],
      labels: { team: "a", "prefect.flow.id": flowId },
      expected_start_time: body.state?.timestamp,
      total_run_time: 0,
      estimated_run_time: 0,
      auto_scheduled: false,
      job_variables: {},
      state: {
        id: body.state_id,
        type: "PENDING",
        data: null,
        state_details: { flow_run_id: body.id, deferred: false, untrackable_result: false, traceparent: null },
      },
    });
  });

  test("a policy keeps a null where it may have one", async () => {
    const empirical_policy = { resuming: null, retry_type: "in_process" };
    const { body } = await server.call("POST", "/flow_runs/", { flow_id: flowId, empirical_policy });
    expect(body).toMatchObject({ empirical_policy: { resuming: null, retry_type: "in_process" } });
  });

  test("a run without a state is pending, and a scheduled run has a time", async () => {
    expect(await create()).toMatchObject({ state_name: "Pending", parameters: {}, next_scheduled_start_time: null });
    const scheduled_time = "2026-11-21 20:25:24.842253+00:00";
    const run = await create({ state: { type: "SCHEDULED", state_details: { scheduled_time } } });
    expect(run).toMatchObject({
      expected_start_time: "2026-11-21T20:25:24.842253Z",
      next_scheduled_start_time: "2026-11-21T20:25:24.842253Z",
      state: { state_details: { scheduled_time: "2026-11-21T20:25:24.842253Z" } },
    });
  });

  test("a run goes through its states", async () => {
    const { id } = await create();
    const running = await propose(id, { type: "RUNNING", state_details: { deferred: null } });
    expect(running).toMatchObject({
      status: 201,
      body: {
        status: "ACCEPT",
        details: { type: "accept_details" },
        state: { name: "Running", state_details: { deferred: null } },
      },
    });
    expect(await read(id)).toMatchObject({ run_count: 1, start_time: running.body.state?.timestamp });
    const done = await propose(id, { type: "COMPLETED", data: { storage_key: "k" } });
    const run = await read(id);
    expect(run).toMatchObject({
      state_name: "Completed",
      end_time: done.body.state?.timestamp,
      state: { data: { storage_key: "k" } },
    });
    expect(run.total_run_time).toBeGreaterThan(0);
    const artifacts = await server.call("POST", "/artifacts/filter", { artifacts: { flow_run_id: { any_: [id] } } });
    expect(artifacts.body).toMatchObject([
      { key: null, type: "result", data: { storage_key: "k" }, task_run_id: null },
    ]);
    const { body: states } = await server.call<State[]>("GET", `/flow_run_states/?flow_run_id=${id}`);
    expect(states.map(({ type }) => type)).toEqual(["PENDING", "RUNNING", "COMPLETED"]);
    expect((await server.call("GET", `/flow_run_states/${states[1]?.id}`)).body).toEqual(states[1]);
  });

  test("an idempotency key makes one run, even if sixteen requests arrive at once", async () => {
    const idempotency_key = "scheduled 1";
    const replies = await Promise.all(
      Array.from({ length: 16 }, (_, index) =>
        server.call<FlowRun>("POST", "/flow_runs/", { flow_id: flowId, idempotency_key, name: `run ${index}` }),
      ),
    );
    expect(new Set(replies.map(({ body }) => body.id)).size).toBe(1);
    expect(replies.map(({ status }) => status).sort()).toEqual([...Array(15).fill(200), 201]);
    const [first] = replies;
    await propose(first?.body.id ?? "", { type: "RUNNING" });
    const later = await server.call<FlowRun>("POST", "/flow_runs/", {
      flow_id: flowId,
      idempotency_key,
      tags: ["new"],
    });
    expect(later).toMatchObject({ status: 200, body: { state_type: "RUNNING", tags: [] } });
    const { body: states } = await server.call<State[]>("GET", `/flow_run_states/?flow_run_id=${first?.body.id}`);
    expect(states).toHaveLength(2);
  });

  test("a run can refer only to rows that exist", async () => {
    const post = (given: object) => server.call("POST", "/flow_runs/", given);
    expect(await post({ flow_id: nowhere })).toMatchObject({
      status: 409,
      body: { detail: `Data integrity conflict. flow_id: there is no flow ${nowhere}.` },
    });
    expect(await post({ flow_id: flowId, parent_task_run_id: nowhere })).toMatchObject({ status: 409 });
    expect(await post({ flow_id: flowId, work_pool_name: "none" })).toMatchObject({ status: 404 });
    expect(await post({ flow_id: flowId, colour: "red" })).toMatchObject({
      status: 422,
      body: { exception_detail: [{ type: "extra_forbidden", loc: ["body", "colour"] }] },
    });
    expect(await server.call("GET", `/flow_runs/${nowhere}`)).toMatchObject({ status: 404 });
  });

  test("parameters beyond the limit are refused with an explanation", async () => {
    const parameters = { text: "x".repeat(513 * 1024) };
    const reply = await server.call("POST", "/flow_runs/", { flow_id: flowId, parameters });
    expect(reply).toMatchObject({
      status: 422,
      body: {
        exception_detail: [{ loc: ["body", "parameters"], msg: expect.stringMatching(/take 525\d{3} bytes.* 524288/) }],
      },
    });
    expect(await create({ parameters: { text: "x".repeat(500 * 1024) } })).toMatchObject({ state_type: "PENDING" });
  });

  test.each([
    ["of no such pool", { work_pool_name: "none" }, 'Work pool "none" not found.'],
    ["of no such queue", { work_pool_name: "none", work_queue_name: "q" }, "Work pool queue 'none/q' not found."],
  ])("a run %s is not created", async (_what, place, detail) => {
    const { body: known } = await server.call<FlowRun>("GET", `/flow_runs/${(await create()).id}`);
    const reply = await server.call("POST", "/flow_runs/", { flow_id: known.flow_id, ...place });
    expect(reply).toMatchObject({ status: 404, body: { detail } });
  });

  test("a run with an empty pool name has no pool", async () => {
    expect(await create({ work_pool_name: "" })).toMatchObject({ work_pool_name: null });
  });

  test("the proposer learns that a result was not kept, and later readers find none", async () => {
    const { id } = await create();
    const data = { type: "unpersisted" };
    const reply = await server.call<OrchestrationResult>("POST", `/flow_runs/${id}/set_state`, {
      state: { type: "COMPLETED", data },
      force: "yes",
    });
    expect(reply.body.state?.data).toEqual(data);
    expect((await read(id)).state?.data).toBeNull();
  });

  test("only the given fields are changed", async () => {
    const { id } = await create({ flow_version: "v1", tags: ["a"] });
    const patch = (given: object) => server.call("PATCH", `/flow_runs/${id}`, given);
    expect((await patch({ name: "custom-3", infrastructure_pid: "7" })).status).toBe(204);
    expect(await read(id)).toMatchObject({
      name: "custom-3",
      infrastructure_pid: "7",
      flow_version: "v1",
      tags: ["a"],
    });
    await patch({ infrastructure_pid: null, flow_version: null, tags: [], empirical_policy: { retries: 2 } });
    expect(await read(id)).toMatchObject({
      name: "custom-3",
      infrastructure_pid: null,
      flow_version: null,
      tags: [],
      empirical_policy: { retries: 2, pause_keys: [] },
    });
    expect((await patch({ name: null })).status).toBe(204);
    expect((await read(id)).name).toMatch(/^[a-z]+-[a-z]+$/);
    await patch({ priority: -3 });
    expect((await read(id)).priority).toBe(-3);
    await patch({ priority: null });
    expect((await read(id)).priority).toBe(0);
    expect((await patch({ priority: 1001 })).status).toBe(422);
    expect(await patch({ job_variables: { cpu: 1 } })).toMatchObject({
      status: 400,
      body: { detail: "Job variables for a flow run in state PENDING cannot be updated" },
    });
    expect((await server.call("PATCH", `/flow_runs/${nowhere}`, { name: "x" })).status).toBe(404);
  });

  test("labels are added to the existing ones, even by many requests at once", async () => {
    const { id } = await create({ labels: { own: "1" } });
    const add = (labels: object) => server.call("PATCH", `/flow_runs/${id}/labels`, labels);
    const replies = await Promise.all(Array.from({ length: 8 }, (_, index) => add({ [`key-${index}`]: index })));
    expect(replies.map(({ status }) => status)).toEqual(Array(8).fill(204));
    await add({ own: "2" });
    const { labels } = await read(id);
    expect(labels).toMatchObject({ team: "a", own: "2", "prefect.flow.id": flowId, "key-0": 0, "key-7": 7 });
  });

  test("a subflow's task run mirrors it", async () => {
    const parent = await create();
    const task = await server.call<TaskRun>("POST", "/task_runs/", {
      flow_run_id: parent.id,
      task_key: "child",
      dynamic_key: "0",
      state: { type: "PENDING" },
    });
    expect(task.status).toBe(201);
    const child = await create({ parent_task_run_id: task.body.id });
    await propose(child.id, { type: "RUNNING" });
    const tracked = (await server.call<TaskRun>("GET", `/task_runs/${task.body.id}`)).body;
    expect(tracked).toMatchObject({
      run_count: 1,
      state: { type: "RUNNING", state_details: { child_flow_run_id: child.id, flow_run_id: parent.id } },
      labels: { team: "a", "prefect.flow.id": flowId, "prefect.flow-run.id": parent.id },
    });
    const found = await server.call<FlowRun[]>("POST", "/flow_runs/filter", {
      flow_runs: { parent_flow_run_id: { any_: [parent.id] } },
      sort: "EXPECTED_START_TIME_DESC",
    });
    expect(found.body.map(({ id }) => id)).toEqual([child.id]);
  });

  test("a run is deleted with its belongings, and its subflow runs stay", async () => {
    const { id } = await create();
    const { body: task } = await server.call<TaskRun>("POST", "/task_runs/", {
      flow_run_id: id,
      task_key: "child",
      dynamic_key: "0",
    });
    const child = await create({ parent_task_run_id: task.id });
    await server.call("POST", "/logs/", [
      { name: "x", level: 20, message: "hello", timestamp: "2026-01-01T00:00:00Z", flow_run_id: id },
    ]);
    await server.call("POST", `/flow_runs/${id}/input`, { key: "k", value: "v" });
    expect((await server.call("DELETE", `/flow_runs/${id}`)).status).toBe(204);
    expect((await server.call("DELETE", `/flow_runs/${id}`)).status).toBe(404);
    expect((await server.call("GET", `/task_runs/${task.id}`)).status).toBe(404);
    expect((await server.call("GET", `/task_run_states/${task.state_id}`)).status).toBe(404);
    expect((await server.call("GET", `/flow_run_states/?flow_run_id=${id}`)).body).toEqual([]);
    const logs = await server.call("POST", "/logs/filter", { logs: { flow_run_id: { any_: [id] } } });
    expect(logs.body).toEqual([]);
    expect(await read(child.id)).toMatchObject({ parent_task_run_id: null });
    expect((await propose(child.id, { type: "RUNNING" })).status).toBe(201);
  });

  test("the deletion of an open run is recorded as an event, and that of an ended run is not", async () => {
    const [working, ended] = [await create(), await create()];
    for (const { id } of [working, ended]) await propose(id, { type: "RUNNING" });
    await propose(ended.id, { type: "COMPLETED" });
    for (const { id } of [working, ended]) await server.call("DELETE", `/flow_runs/${id}`);
    const { body } = await server.call<{ events: { resource: object }[] }>("POST", "/events/filter", {
      filter: {
        event: { name: ["ostinato.flow-run.deleted"] },
        resource: { id: [working, ended].map(({ id }) => `prefect.flow-run.${id}`) },
      },
    });
    expect(body.events.map(({ resource }) => resource)).toEqual([
      { "prefect.resource.id": `prefect.flow-run.${working.id}`, "prefect.resource.name": working.name },
    ]);
  });

  test("matching runs are deleted, up to the requested number", async () => {
    await Promise.all(Array.from({ length: 3 }, () => create({ tags: ["old"] })));
    const { body } = await server.call<{ deleted: string[] }>("POST", "/flow_runs/bulk_delete", {
      flow_runs: { tags: { all_: ["old"] } },
      limit: 2,
    });
    expect(body.deleted).toHaveLength(2);
    expect((await server.call("POST", "/flow_runs/count", { flow_runs: { tags: { all_: ["old"] } } })).body).toBe(1);
    expect((await server.call("POST", "/flow_runs/bulk_delete", { limit: 51 })).status).toBe(422);
  });
});
