import type { FlowRun, OrchestrationResult, TaskRun } from "@ostinato/protocol";
import { describeOnEachDatabase } from "@ostinato/testing/databases";
import { afterAll, beforeAll, expect, test } from "vitest";
import { startTestServer, type TestServer } from "../harness.ts";

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
  const setState = (id: string, state: object, force = false) =>
    server.call<OrchestrationResult>("POST", `/flow_runs/${id}/set_state`, { state, force });

  test("a run is created with all that the wire has", async () => {
    const { status, body } = await server.call<FlowRun>("POST", "/flow_runs/", {
      state: { type: "PENDING", name: "Pending", message: null, state_details: { traceparent: null }, data: null },
      name: null,
      flow_id: flowId,
      flow_version: "v1",
      parameters: { n: 3 },
      context: {},
      parent_task_run_id: null,
      empirical_policy: { retries: 0, retry_delay: 0 },
      tags: [],
    });
    expect(status).toBe(201);
    expect(body).toEqual(
      await read(body.id).then((run) => ({ ...run, estimated_start_time_delta: expect.any(Number) })),
    );
    expect(Object.keys(body)).toHaveLength(36);
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
      labels: { team: "a", "prefect.flow.id": flowId },
      job_variables: {},
      state: {
        id: body.state_id,
        type: "PENDING",
        data: null,
        state_details: { flow_run_id: body.id, deferred: false, untrackable_result: false, traceparent: null },
      },
    });
    expect(Object.keys(body.state?.state_details ?? {})).toHaveLength(18);
  });

  test("a run goes through its states", async () => {
    const { id } = await create();
    const running = await setState(id, { type: "RUNNING", state_details: { deferred: null } });
    expect(running).toMatchObject({
      status: 201,
      body: {
        status: "ACCEPT",
        details: { type: "accept_details" },
        state: { name: "Running", state_details: { deferred: null } },
      },
    });
    expect(await read(id)).toMatchObject({ run_count: 1, start_time: running.body.state?.timestamp });
    const done = await setState(id, { type: "COMPLETED", data: { storage_key: "k" } });
    const run = await read(id);
    expect(run).toMatchObject({
      state_name: "Completed",
      end_time: done.body.state?.timestamp,
      state: { data: { storage_key: "k" } },
    });
    expect(run.total_run_time).toBeGreaterThan(0);
    expect((await setState(id, { type: "RUNNING" })).body).toMatchObject({
      status: "REJECT",
      state: { type: "COMPLETED" },
      details: { type: "reject_details", reason: "Run is already COMPLETED." },
    });
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
    await setState(child.id, { type: "RUNNING" });
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
});
