import { addSeconds, formatTimestamp, systemClock, timeOrderedId, toTimestamp } from "@ostinato/core";
import type {
  Dashboard,
  FlowRunPage,
  listFlowRuns,
  listWorkPools,
  ReplyOf,
  RunForm,
  search,
  WorkerPage,
  WorkPoolPage,
  WorkPoolRow,
  WorkQueuePage,
} from "@ostinato/protocol";
import { describeOnEachDatabase } from "@ostinato/testing/databases";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type DeploymentRows, deploymentRows } from "../../../test/deployment-rows.ts";
import { startTestServer, type TestServer } from "../../../test/harness.ts";
import { type WorkPoolRows, workPoolRows } from "../../../test/work-pool-rows.ts";

const noon = toTimestamp("2026-03-01T12:00:00Z");
const hour = 3600;
const at = (seconds: number) => formatTimestamp(addSeconds(noon, seconds));

describeOnEachDatabase("the pages of work pools", (database) => {
  let server: TestServer;
  let places: WorkPoolRows;
  let runs: DeploymentRows;
  let urgent: string;
  let trainer: string;

  beforeAll(async () => {
    server = await startTestServer(database.url, { clock: { ...systemClock(), now: () => noon } });
    const { db } = server.context;
    places = workPoolRows(db, noon);
    runs = deploymentRows(db, noon);
    const flow = await runs.flow("train");

    const gpu = await places.pool("gpu", { concurrency_limit: 2, status: "READY", description: "The big machines" });
    urgent = await places.queue(gpu, {
      name: "urgent",
      priority: 1,
      status: "READY",
      last_polled: addSeconds(noon, -5),
    });
    const usual = await places.queue(gpu, { name: "usual", priority: 2, is_paused: 1, concurrency_limit: 1 });
    trainer = await places.worker(gpu, { name: "trainer-1", metadata: JSON.stringify({ version: "3.9.1" }) });
    await places.worker(gpu, { name: "trainer-2", status: "OFFLINE", last_heartbeat_time: addSeconds(noon, -hour) });
    const nightly = await runs.deployment(flow, { name: "nightly", work_queue_id: urgent });
    const weekly = await runs.deployment(flow, { name: "weekly", work_queue_id: usual });
    const taken = { work_queue_id: urgent, worker_id: trainer, worker_name: "trainer-1" };
    await runs.run(nightly, { type: "COMPLETED", at: -2 * hour, took: 60, name: "done", columns: taken });
    await runs.run(nightly, { type: "RUNNING", at: -60, name: "going", columns: taken });
    await runs.run(nightly, { type: "PENDING", at: -30, name: "claimed", columns: taken });
    await runs.run(nightly, { type: "SCHEDULED", at: hour, name: "later", columns: { work_queue_id: urgent } });
    for (const seconds of [-600, -300])
      await runs.run(weekly, { type: "SCHEDULED", at: seconds, columns: { work_queue_id: usual } });

    const idle = await places.pool("idle", { type: "docker" });
    const only = await places.queue(idle, { name: "default" });
    const ingest = await runs.deployment(flow, { name: "ingest", work_queue_id: only });
    await runs.run(ingest, { type: "SCHEDULED", at: -90, columns: { work_queue_id: only } });
    await places.pool("paused", { is_paused: 1, status: "READY" });
  });
  afterAll(() => server.stop());

  async function list(body: object = {}) {
    const reply = await server.call<ReplyOf<typeof listWorkPools>>("POST", "/ui/work_pools/list", body);
    expect([reply.status, reply.body]).toEqual([200, expect.anything()]);
    return reply.body;
  }
  const names = async (body: object) => (await list(body)).results.map(({ name }) => name);
  async function read<Page>(path: string): Promise<Page> {
    const reply = await server.call<Page>("GET", `/ui/work_pools/${path}`);
    expect([reply.status, reply.body]).toEqual([200, expect.anything()]);
    return reply.body;
  }

  test("the list says of each pool who works for it, what runs and what waits", async () => {
    const { results, count, types } = await list();
    expect(count).toBe(3);
    expect(types).toEqual(["docker", "process"]);
    expect(results).toMatchObject([
      {
        name: "gpu",
        type: "process",
        status: "READY",
        concurrency_limit: 2,
        active_slots: 2,
        running: 1,
        late: 2,
        late_since: at(-600),
        last_polled: at(-5),
        workers_online: 1,
        problem: "All 2 slots of the pool are taken. 2 runs are late.",
      },
      {
        name: "idle",
        status: "NOT_READY",
        late: 1,
        workers_online: 0,
        problem: "No worker has ever been online. One run is late.",
      },
      { name: "paused", status: "PAUSED", is_paused: true, active_slots: 0, late: 0, problem: "The pool is paused." },
    ] satisfies Partial<WorkPoolRow>[]);
  });

  test.each([
    ["a part of the name", { text: "ID" }, ["idle"]],
    ["a part of the description", { text: "big mach" }, ["gpu"]],
    ["type", { types: ["docker", "kubernetes"] }, ["idle"]],
    ["status, of which being paused is one", { statuses: ["READY"] }, ["gpu"]],
    ["several statuses", { statuses: ["PAUSED", "NOT_READY"] }, ["idle", "paused"]],
    ["its place in the list", { limit: 1, offset: 1 }, ["idle"]],
    ["ids that are not there", { ids: [] }, []],
  ])("the list is narrowed by %s", async (_, body, expected) => {
    expect(await names(body)).toEqual(expected);
  });

  test("a pool shows its queues in the order of priority, its workers, and the runs that hold slots", async () => {
    const page = await read<WorkPoolPage>("gpu");
    expect(page).toMatchObject({
      pool: { name: "gpu", status: "READY", active_slots: 2, base_job_template: {} },
      active_slots: 2,
      running: 1,
      late: 2,
      workers_online: 1,
      deployments: {
        count: 2,
        results: [
          { name: "nightly", flow_name: "train", work_queue_name: "urgent" },
          { name: "weekly", flow_name: "train", work_queue_name: "usual" },
        ],
      },
    });
    expect(page.holders.map(({ name, since, worker_name }) => [name, since, worker_name])).toEqual([
      ["going", at(-60), "trainer-1"],
      ["claimed", at(-30), "trainer-1"],
    ]);
    expect(page.queues).toMatchObject([
      { name: "urgent", priority: 1, status: "READY", active_slots: 2, running: 1, late: 0, deployments: 1 },
      { name: "usual", priority: 2, status: "PAUSED", active_slots: 0, late: 2, late_since: at(-600), deployments: 1 },
    ]);
    expect(page.workers).toMatchObject([
      {
        name: "trainer-1",
        status: "ONLINE",
        last_heartbeat_time: at(0),
        metadata: { version: "3.9.1" },
        runs: [{ name: "going" }, { name: "claimed" }],
      },
      { name: "trainer-2", status: "OFFLINE", last_heartbeat_time: at(-hour), metadata: null, runs: [] },
    ]);
  });

  test("a queue shows what holds back the pool, and what holds back the queue itself", async () => {
    const page = await read<WorkQueuePage>("gpu/queues/usual");
    expect(page).toMatchObject({
      pool: { name: "gpu", type: "process" },
      queue: { name: "usual", late: 2, concurrency_limit: 1 },
      deployments: { count: 1, results: [{ name: "weekly" }] },
      holders: [],
    });
    expect(page.problems.map(({ reason }) => reason)).toEqual([
      "All 2 slots of the pool are taken. 2 runs are late.",
      "The queue is paused. 2 runs are late.",
    ]);
    const first = await read<WorkQueuePage>("gpu/queues/urgent");
    expect(first.holders.map(({ name }) => name)).toEqual(["going", "claimed"]);
  });

  test("a worker shows the runs that it has, and those that it had", async () => {
    const page = await read<WorkerPage>("gpu/workers/trainer-1");
    expect(page).toMatchObject({
      pool: { name: "gpu" },
      worker: { name: "trainer-1", runs: [{ name: "going" }, { name: "claimed" }] },
    });
    expect(page.runs.map(({ name, state_type }) => [name, state_type])).toEqual([
      ["claimed", "PENDING"],
      ["going", "RUNNING"],
      ["done", "COMPLETED"],
    ]);
  });

  test.each([
    ["gp", [{ kind: "work-pool", name: "gpu", detail: "process" }]],
    ["urg", [{ kind: "work-queue", name: "urgent", detail: "gpu" }]],
  ])("the search finds %s", async (text, expected) => {
    const { body } = await server.call<ReplyOf<typeof search>>("GET", `/ui/search?q=${text}`);
    expect(body.hits).toMatchObject(expected);
    const byId = await server.call<ReplyOf<typeof search>>("GET", `/ui/search?q=${body.hits[0]?.id}`);
    expect(byId.body.hits).toMatchObject(expected);
  });

  test("the form for a run has the pool with its template and the names of its queues", async () => {
    const flow = await runs.flow("evaluate");
    const template = { job_configuration: { image: "{{ image }}" }, variables: { type: "object", properties: {} } };
    const pool = await places.pool("cpu", { base_job_template: JSON.stringify(template) });
    await places.queue(pool, { name: "slow", priority: 2 });
    const fast = await places.queue(pool, { name: "fast", priority: 1 });
    const id = await runs.deployment(flow, { work_queue_id: fast, job_variables: '{"image":"a"}' });
    const from = await runs.run(id, {
      type: "COMPLETED",
      at: -60,
      columns: { job_variables: '{"image":"b"}', priority: -5 },
    });
    const { body } = await server.call<RunForm>("GET", `/ui/deployments/${id}/run-form?from=${from}`);
    expect(body).toMatchObject({
      deployment: { work_queue_name: "fast", job_variables: { image: "a" } },
      work_pool: { name: "cpu", base_job_template: template, queues: ["fast", "slow"] },
      from: { job_variables: { image: "b" }, priority: -5 },
    });
  });

  test("the page of a run names its worker, also one that its pool has no more", async () => {
    const worker = async (name: string) => {
      const { body } = await server.call<ReplyOf<typeof listFlowRuns>>("POST", "/ui/flow_runs/list", {
        flow_runs: { name: { any_: [name] } },
      });
      const page = await server.call<FlowRunPage>("GET", `/ui/flow_runs/${body.results[0]?.id}`);
      return page.body.worker;
    };
    expect(await worker("going")).toEqual({ name: "trainer-1", is_known: true });
    expect(await worker("later")).toBeNull();
    const flow = await runs.flow("orphans");
    const gone = { worker_id: timeOrderedId(noon), worker_name: "trainer-0" };
    await runs.run(await runs.deployment(flow), { type: "COMPLETED", at: -60, name: "orphan", columns: gone });
    expect(await worker("orphan")).toEqual({ name: "trainer-0", is_known: false });
  });

  test("the dashboard names the pools whose late runs do not start", async () => {
    const { body } = await server.call<Dashboard>("POST", "/ui/dashboard", { since: at(-hour), until: at(0) });
    expect(body.work_pools.map(({ name, late }) => [name, late])).toEqual([
      ["gpu", 2],
      ["idle", 1],
    ]);
  });

  test.each([
    ["nowhere", "WORK_POOL_NOT_FOUND", 'Work pool "nowhere" not found.'],
    ["gpu/queues/slow", "WORK_QUEUE_NOT_FOUND", 'The work pool "gpu" has no queue "slow".'],
    ["nowhere/queues/default", "WORK_POOL_NOT_FOUND", 'Work pool "nowhere" not found.'],
    ["gpu/workers/trainer-9", "WORKER_NOT_FOUND", 'The work pool "gpu" has no worker "trainer-9".'],
  ])("%s is not found", async (path, code, detail) => {
    const reply = await server.call("GET", `/ui/work_pools/${path}`);
    expect(reply).toMatchObject({ status: 404, body: { code, detail } });
  });

  test("a name with spaces and letters of other scripts leads to its pool", async () => {
    const name = "große Maschinen 東";
    await places.pool(name);
    const page = await read<WorkPoolPage>(encodeURIComponent(name));
    expect(page).toMatchObject({ pool: { name }, queues: [], workers: [] });
    expect(page.problems.map(({ reason }) => reason)).toEqual(["No worker has ever been online."]);
  });
});
