import type { Event, WorkPool } from "@ostinato/protocol";
import { type FakeClock, fakeClock } from "@ostinato/testing/clock";
import { describeOnEachDatabase } from "@ostinato/testing/databases";
import { afterAll, beforeAll, expect, test } from "vitest";
import { eventsOf } from "../../test/events-harness.ts";
import { startTestServer, type TestServer } from "../../test/harness.ts";

describeOnEachDatabase("work pools", (database) => {
  let clock: FakeClock;
  let server: TestServer;
  beforeAll(async () => {
    clock = fakeClock();
    server = await startTestServer(database.url, { clock });
  });
  afterAll(() => server.stop());

  const create = (body: object) => server.call<WorkPool>("POST", "/work_pools/", body);
  const read = (name: string) => server.call<WorkPool>("GET", `/work_pools/${encodeURIComponent(name)}`);
  const happened = async (id: string) =>
    (await eventsOf(server, `prefect.work-pool.${id}`)).map(({ event }: Event) => event);

  test("a new pool has a default queue, and is not ready", async () => {
    const { status, body } = await create({ name: "machines", type: "process", concurrency_limit: 3 });
    expect(status).toBe(201);
    expect(body).toMatchObject({
      name: "machines",
      type: "process",
      description: null,
      base_job_template: {},
      is_paused: false,
      concurrency_limit: 3,
      status: "NOT_READY",
      active_slots: 0,
      storage_configuration: {
        bundle_upload_step: null,
        bundle_execution_step: null,
        default_result_storage_block_id: null,
      },
    });
    expect((await read("machines")).body).toEqual(body);
    const queues = await server.call("POST", "/work_pools/machines/queues/filter", {});
    expect(queues.body).toMatchObject([
      { id: body.default_queue_id, name: "default", priority: 1, work_pool_name: "machines" },
    ]);
    expect(new Set(await happened(body.id))).toEqual(
      new Set(["prefect.work-pool.created", "prefect.work-pool.not-ready"]),
    );
  });

  test("without a type it is one for agents, which has no status", async () => {
    expect((await create({ name: "agents" })).body).toMatchObject({
      type: "prefect-agent",
      status: null,
      active_slots: null,
    });
  });

  test.each([
    ["a name that is taken", { name: "machines" }, 409, "A work pool with this name already exists."],
    [
      "a reserved name",
      { name: "Prefect things" },
      403,
      "Work pools starting with 'Prefect' are reserved for internal use.",
    ],
  ])("%s is refused", async (_what, body, status, detail) => {
    expect(await create(body)).toMatchObject({ status, body: { detail } });
  });

  test.each([
    ["a slash in its name", { name: "a/b" }, ["body", "name"]],
    ["no name", { name: "" }, ["body", "name"]],
    ["a limit below 0", { name: "x", concurrency_limit: -1 }, ["body", "concurrency_limit"]],
    ["an unknown field", { name: "x", colour: "red" }, ["body", "colour"]],
  ])("a pool with %s is refused, and the field is named", async (_what, body, loc) => {
    expect(await create(body)).toMatchObject({ status: 422, body: { exception_detail: [{ loc }] } });
  });

  test("a change writes the fields that it names, and tells what they were", async () => {
    const { body: pool } = await create({ name: "changing", type: "process" });
    const template = { job_configuration: { command: "{{ command }}" }, variables: { properties: { command: {} } } };
    const given = { description: "Two of them", concurrency_limit: 0, base_job_template: template };
    expect((await server.call("PATCH", "/work_pools/changing", given)).status).toBe(204);
    expect((await read("changing")).body).toMatchObject({ ...given, active_slots: 0 });
    await server.call("PATCH", "/work_pools/changing", { concurrency_limit: null });
    expect((await read("changing")).body).toMatchObject({ concurrency_limit: null, active_slots: null });
    const updates = (await eventsOf(server, `prefect.work-pool.${pool.id}`)).slice(2);
    expect(updates.map(({ payload }) => payload)).toEqual([
      {
        updated_fields: ["description", "base_job_template", "concurrency_limit"],
        updates: {
          description: { from: null, to: "Two of them" },
          base_job_template: { from: {}, to: template },
          concurrency_limit: { from: null, to: 0 },
        },
      },
      { updated_fields: ["concurrency_limit"], updates: { concurrency_limit: { from: 0, to: null } } },
    ]);
  });

  test.each(["is_paused", "base_job_template"])("null for %s is refused, since a pool always has it", async (field) => {
    await create({ name: "whole" });
    expect(await server.call("PATCH", "/work_pools/whole", { [field]: null })).toMatchObject({
      status: 422,
      body: { exception_detail: [{ loc: ["body", field] }] },
    });
  });

  test("a pause wins over a worker, and its end tells whether one is there", async () => {
    const { body: pool } = await create({ name: "paused", type: "process", is_paused: true });
    expect(pool.status).toBe("PAUSED");
    await server.call("POST", "/work_pools/paused/workers/heartbeat", { name: "w" });
    expect((await read("paused")).body.status).toBe("PAUSED");
    await server.call("PATCH", "/work_pools/paused", { is_paused: false });
    expect((await read("paused")).body).toMatchObject({ status: "READY", is_paused: false });
    await server.call("PATCH", "/work_pools/paused", { is_paused: true });
    const all = await eventsOf(server, `prefect.work-pool.${pool.id}`);
    const told = all.filter(({ event }) => event !== "prefect.work-pool.created");
    expect(told.map(({ event }) => event)).toEqual(
      ["paused", "ready", "paused"].map((word) => `prefect.work-pool.${word}`),
    );
    expect(told.map(({ follows }) => follows)).toEqual([null, told[0]?.id, told[1]?.id]);
  });

  test("pools are found by their names and types, in the order of their names", async () => {
    const names = async (body: object) =>
      (await server.call<WorkPool[]>("POST", "/work_pools/filter", body)).body.map(({ name }) => name);
    expect(await names({ work_pools: { name: { any_: ["whole", "changing"] } } })).toEqual(["changing", "whole"]);
    expect(await names({ work_pools: { type: { any_: ["prefect-agent"] } } })).toEqual(["agents", "whole"]);
    expect(await names({ limit: 1, offset: 1 })).toEqual(["changing"]);
    expect((await server.call("POST", "/work_pools/count")).body).toBe(5);
    expect((await server.call("POST", "/work_pools/count", { work_pools: { type: { any_: ["process"] } } })).body).toBe(
      3,
    );
    expect(await server.call("POST", "/work_pools/filter", { limit: 201 })).toMatchObject({ status: 422 });
  });

  test("its queues and workers go with it, its deployments and runs stay without a place", async () => {
    const { body: pool } = await create({ name: "leaving", type: "process" });
    await server.call("POST", "/work_pools/leaving/workers/heartbeat", { name: "w" });
    const flow = await server.call<{ id: string }>("POST", "/flows/", { name: "moved" });
    const deployment = await server.call<{ id: string }>("POST", "/deployments/", {
      name: "d",
      flow_id: flow.body.id,
      work_pool_name: "leaving",
    });
    const run = await server.call<{ id: string }>("POST", `/deployments/${deployment.body.id}/create_flow_run`, {});
    expect(run.body).toMatchObject({ work_pool_name: "leaving", work_queue_name: "default", work_pool_id: pool.id });
    expect((await server.call("DELETE", "/work_pools/leaving")).status).toBe(204);
    expect(await read("leaving")).toMatchObject({ status: 404, body: { detail: 'Work pool "leaving" not found.' } });
    expect((await server.call("GET", `/deployments/${deployment.body.id}`)).body).toMatchObject({
      work_queue_id: null,
      work_pool_name: null,
    });
    expect((await server.call("GET", `/flow_runs/${run.body.id}`)).body).toMatchObject({
      work_queue_id: null,
      work_pool_id: null,
      work_pool_name: null,
      state_type: "SCHEDULED",
    });
    expect((await happened(pool.id)).at(-1)).toBe("prefect.work-pool.deleted");
    expect((await eventsOf(server, `prefect.work-queue.${pool.default_queue_id}`)).at(-1)?.event).toBe(
      "prefect.work-queue.deleted",
    );
    expect((await create({ name: "leaving" })).status).toBe(201);
  });

  test.each([
    ["GET", ""],
    ["PATCH", ""],
    ["DELETE", ""],
    ["POST", "/queues/filter"],
    ["POST", "/workers/filter"],
    ["POST", "/workers/heartbeat"],
  ] as const)("%s of a pool that is not there%s is refused with its name", async (method, path) => {
    const body = method === "POST" ? { name: "w" } : method === "PATCH" ? {} : undefined;
    expect(await server.call(method, `/work_pools/no%20such${path}`, body)).toMatchObject({
      status: 404,
      body: { detail: 'Work pool "no such" not found.', code: "WORK_POOL_NOT_FOUND" },
    });
  });
});
