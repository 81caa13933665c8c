import { addSeconds, formatTimestamp, randomId, toTimestamp } from "@ostinato/core";
import type { Deployment, Flow, FlowRun } from "@ostinato/protocol";
import { fakeClock } from "@ostinato/testing/clock";
import { describeOnEachDatabase } from "@ostinato/testing/databases";
import { afterAll, beforeAll, expect, test } from "vitest";
import { startTestServer, type TestServer } from "../../test/harness.ts";

const start = "2026-11-21T20:25:20Z";

/** Requests as Prefect 3 sends them, in its order: with every field, and nulls for what is not said. */
describeOnEachDatabase("what Prefect's programs send about deployments", (database) => {
  const clock = fakeClock(start);
  let server: TestServer;
  beforeAll(async () => {
    server = await startTestServer(database.url, { clock });
  });
  afterAll(() => server.stop());

  const parameter_openapi_schema = {
    title: "Parameters",
    type: "object",
    properties: {
      n: { default: 1, position: 0, title: "n", type: "integer" },
      sleep: { default: 0, position: 1, title: "sleep", type: "integer" },
    },
  };
  const version = "cdd8cf7f92b7bb118044b0057513819d";
  const version_info = { type: "prefect:simple", version };

  function proposed(flow_run_id: string, type: string, name: string) {
    const state_details = {
      flow_run_id,
      task_run_id: null,
      child_flow_run_id: null,
      scheduled_time: null,
      cache_key: null,
      cache_expiration: null,
      deferred: null,
      untrackable_result: false,
      pause_timeout: null,
      pause_reschedule: false,
      pause_key: null,
      run_input_keyset: null,
      refresh_cache: null,
      retriable: null,
      transition_id: randomId(),
      task_parameters_id: null,
      traceparent: null,
      deployment_concurrency_lease_id: null,
    };
    return { state: { type, name, message: null, state_details, data: null }, force: false };
  }

  async function expectStatus(status: number, ...asked: Parameters<TestServer["call"]>) {
    const reply = await server.call(...asked);
    expect(reply, JSON.stringify([asked, reply.body])).toMatchObject({ status });
    return reply;
  }

  test("a program that serves a flow registers it, finds its runs as they become due, and takes them to their end", async () => {
    await expectStatus(404, "GET", "/deployments/name/served/dep1");
    const flow = await server.call<Flow>("POST", "/flows/", { name: "served", tags: [], labels: {} });
    const every = { interval: 3600.0, anchor_date: "2026-11-21T20:25:25.999513Z", timezone: "UTC" };
    const said = {
      version,
      version_info,
      description: null,
      parameters: { n: 2 },
      paused: false,
      concurrency_limit: null,
      concurrency_options: null,
      tags: ["a"],
      work_queue_name: null,
      work_pool_name: null,
      job_variables: {},
      entrypoint: "f_serve.py:served",
      enforce_parameter_schema: true,
      parameter_openapi_schema,
      pull_steps: null,
    };
    const made = await server.call<Deployment>("POST", "/deployments/", {
      ...said,
      name: "dep1",
      flow_id: flow.body.id,
      schedules: [
        { schedule: every, active: true, max_scheduled_runs: null, parameters: {}, slug: null, replaces: null },
      ],
      labels: {},
      storage_document_id: null,
      infrastructure_document_id: null,
      path: null,
    });
    expect(made).toMatchObject({ status: 201, body: { status: "NOT_READY", schedules: [{ active: true }] } });
    const { id } = made.body;
    // Started again, the program changes what is there.
    await expectStatus(200, "GET", "/deployments/name/served/dep1");
    await expectStatus(204, "PATCH", `/deployments/${id}`, { ...said, schedules: [{ schedule: every, active: true }] });
    const poll = async () => {
      const before = formatTimestamp(addSeconds(clock.now(), 10)).replace("T", " ").replace("Z", "+00:00");
      const asked = { deployment_ids: [id], scheduled_before: before };
      return (await server.call<FlowRun[]>("POST", "/deployments/get_scheduled_flow_runs", asked)).body;
    };
    const [due, ...others] = await poll();
    expect(others).toEqual([]);
    expect(due).toMatchObject({
      deployment_id: id,
      parameters: { n: 2 },
      tags: ["auto-scheduled", "a"],
      auto_scheduled: true,
      created_by: { type: "SCHEDULE", display_value: "IntervalSchedule" },
      next_scheduled_start_time: "2026-11-21T20:25:25.999513Z",
    });
    const at = `/flow_runs/${due?.id}`;
    await clock.advance(6);
    for (const [type, name] of [
      ["PENDING", "Pending"],
      ["PENDING", "Submitting"],
    ] as const) {
      const reply = await expectStatus(201, "POST", `${at}/set_state`, proposed(due?.id ?? "", type, name));
      expect(reply.body).toMatchObject({ status: "ACCEPT", state: { type, name } });
    }
    expect(await poll()).toEqual([]);
    await expectStatus(200, "GET", `/deployments/${id}`);
    await expectStatus(204, "PATCH", at, { flow_version: version, empirical_policy: { retries: 0, retry_delay: 0 } });
    for (const [type, name] of [
      ["RUNNING", "Running"],
      ["COMPLETED", "Completed"],
    ] as const) {
      await expectStatus(201, "POST", `${at}/set_state`, proposed(due?.id ?? "", type, name));
    }
    const cancelling = { id: { any_: [due?.id] }, state: { type: { any_: ["CANCELLING"] } } };
    const none = { flows: null, task_runs: null, deployments: null, work_pools: null, work_pool_queues: null };
    const asked = { ...none, flow_runs: cancelling, sort: null, limit: null, offset: 0 };
    expect((await server.call("POST", "/flow_runs/filter", asked)).body).toEqual([]);
    expect((await server.call<Deployment>("GET", `/deployments/${id}`)).body).toMatchObject({ status: "READY" });
    await clock.advance(3600);
    expect(await poll()).toMatchObject([{ next_scheduled_start_time: "2026-11-21T21:25:25.999513Z" }]);
  });

  test("the command line deploys with a slug, again with a schedule that says less, and runs it", async () => {
    const flow = await server.call<Flow>("POST", "/flows/", { name: "wflow", tags: [], labels: {} });
    const made = await server.call<Deployment>("POST", "/deployments/", {
      name: "ydep",
      flow_id: flow.body.id,
      paused: false,
      schedules: [
        {
          schedule: { interval: 600.0, anchor_date: start, timezone: "UTC" },
          active: true,
          max_scheduled_runs: null,
          parameters: {},
          slug: "s1",
          replaces: null,
        },
      ],
      concurrency_limit: null,
      concurrency_options: null,
      enforce_parameter_schema: true,
      parameter_openapi_schema,
      parameters: {},
      tags: ["x"],
      labels: {},
      pull_steps: [{ "prefect.deployments.steps.set_working_directory": { directory: "/srv/flows/wk" } }],
      work_queue_name: null,
      work_pool_name: null,
      storage_document_id: null,
      infrastructure_document_id: null,
      description: "None",
      path: null,
      entrypoint: "f_w.py:wflow",
      job_variables: {},
      version,
      version_info,
    });
    expect(made).toMatchObject({ status: 201, body: { description: "None", schedules: [{ slug: "s1" }] } });
    const { id } = made.body;
    await expectStatus(204, "PATCH", `/deployments/${id}`, {
      version,
      version_info,
      description: null,
      parameters: {},
      paused: false,
      schedules: [{ schedule: { interval: 900.0, timezone: "UTC" }, slug: "s1" }],
      tags: ["x"],
      work_pool_name: null,
      parameter_openapi_schema,
    });
    const { body } = await server.call<Deployment>("GET", "/deployments/name/wflow/ydep");
    expect(body).toMatchObject({ id, description: null, schedules: [{ slug: "s1", schedule: { interval: 900 } }] });
    const run = {
      state: { type: "SCHEDULED", name: "Scheduled", message: null, state_details: { scheduled_time: start } },
      parameters: { n: 5 },
      context: {},
      tags: [],
      idempotency_key: null,
      enforce_parameter_schema: null,
      work_queue_name: null,
      job_variables: {},
    };
    const created = await server.call<FlowRun>("POST", `/deployments/${id}/create_flow_run`, run);
    expect(created).toMatchObject({ status: 201, body: { parameters: { n: 5 }, expected_start_time: start } });
    expect(toTimestamp(start)).toBeLessThan(clock.now());
  });
});
