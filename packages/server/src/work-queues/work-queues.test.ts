import type { WorkQueue } from "@ostinato/protocol";
import { type FakeClock, fakeClock } from "@ostinato/testing/clock";
import { describeOnEachDatabase } from "@ostinato/testing/databases";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { eventsOf } from "../../test/events-harness.ts";
import { startTestServer, type TestServer } from "../../test/harness.ts";

describeOnEachDatabase("work queues", (database) => {
  let clock: FakeClock;
  let server: TestServer;
  let pool = "";
  let pools = 0;
  beforeAll(async () => {
    clock = fakeClock();
    server = await startTestServer(database.url, { clock });
  });
  afterAll(() => server.stop());
  beforeEach(async () => {
    pools += 1;
    pool = `pool-${pools}`;
    await server.call("POST", "/work_pools/", { name: pool, type: "process" });
  });

  const create = (body: object) => server.call<WorkQueue>("POST", `/work_pools/${pool}/queues`, body);
  const read = (name: string) => server.call<WorkQueue>("GET", `/work_pools/${pool}/queues/${name}`);
  const change = (name: string, body: object) => server.call("PATCH", `/work_pools/${pool}/queues/${name}`, body);
  const order = async () =>
    (await server.call<WorkQueue[]>("POST", `/work_pools/${pool}/queues/filter`, {})).body.map(
      ({ name, priority }) => `${priority} ${name}`,
    );

  test("a queue gets the first priority that is free, and one that takes another's moves it down to the next gap", async () => {
    await create({ name: "q1" });
    expect(await order()).toEqual(["1 default", "2 q1"]);
    await create({ name: "q2", priority: 1 });
    expect(await order()).toEqual(["1 q2", "2 default", "3 q1"]);
    await create({ name: "q3", priority: 9 });
    await create({ name: "q4", priority: 2 });
    expect(await order()).toEqual(["1 q2", "2 q4", "3 default", "4 q1", "9 q3"]);
    await change("q3", { priority: 4 });
    expect(await order()).toEqual(["1 q2", "2 q4", "3 default", "4 q3", "5 q1"]);
    await change("q2", { priority: 3 });
    expect(await order()).toEqual(["2 q4", "3 q2", "4 default", "5 q3", "6 q1"]);
    await create({ name: "q5" });
    expect((await order())[0]).toBe("1 q5");
  });

  test("it is renamed, limited and described, and the event tells what changed", async () => {
    const { body: queue } = await create({ name: "old", filter: { tags: ["x"] } });
    expect(queue).toMatchObject({ description: "", filter: { tags: ["x"], deployment_ids: null }, active_slots: null });
    await change("old", { name: "new", concurrency_limit: 2, description: "d" });
    expect((await read("new")).body).toMatchObject({
      id: queue.id,
      concurrency_limit: 2,
      active_slots: 0,
      description: "d",
    });
    const told = await eventsOf(server, `prefect.work-queue.${queue.id}`);
    expect(told.map(({ event }) => event)).toEqual(["prefect.work-queue.created", "prefect.work-queue.updated"]);
    expect(told[1]).toMatchObject({
      payload: {
        updated_fields: ["name", "description", "concurrency_limit"],
        updates: { name: { from: "old", to: "new" } },
      },
      related: [
        { "prefect.resource.name": pool, "prefect.resource.role": "work-pool", "prefect.work-pool.type": "process" },
      ],
    });
  });

  test("the default queue stays: only the whole pool can be deleted", async () => {
    await change("default", { name: "main" });
    expect(await server.call("DELETE", `/work_pools/${pool}/queues/main`)).toMatchObject({
      status: 409,
      body: { detail: expect.stringContaining('"main" is the default queue') },
    });
    const { body: other } = await create({ name: "other" });
    expect((await server.call("DELETE", `/work_pools/${pool}/queues/other`)).status).toBe(204);
    expect((await server.call("GET", `/work_queues/${other.id}`)).status).toBe(404);
    expect((await eventsOf(server, `prefect.work-queue.${other.id}`)).at(-1)?.event).toBe("prefect.work-queue.deleted");
  });

  test("a deployment of a pool whose default queue is renamed goes to that queue", async () => {
    await change("default", { name: "main" });
    const flow = await server.call<{ id: string }>("POST", "/flows/", { name: pool });
    const made = await server.call("POST", "/deployments/", { name: "d", flow_id: flow.body.id, work_pool_name: pool });
    expect(made.body).toMatchObject({ work_queue_name: "main", work_pool_name: pool });
  });

  test("a paused queue says so, and is not ready when it goes on without a poll", async () => {
    const { body: queue } = await create({ name: "q" });
    await change("q", { is_paused: true });
    expect((await read("q")).body).toMatchObject({ is_paused: true, status: "PAUSED" });
    await change("q", { is_paused: true });
    await change("q", { is_paused: false });
    expect((await read("q")).body).toMatchObject({ is_paused: false, status: "NOT_READY" });
    const told = (await eventsOf(server, `prefect.work-queue.${queue.id}`)).map(({ event }) => event);
    expect(told.slice(1)).toEqual(["prefect.work-queue.paused", "prefect.work-queue.not-ready"]);
  });

  test.each([
    ["name", null],
    ["priority", null],
    ["priority", 0],
    ["concurrency_limit", -1],
    ["name", "a/b"],
    ["is_paused", null],
  ])("%s %s is refused, and the field is named", async (field, value) => {
    await create({ name: "q" });
    expect(await change("q", { [field]: value })).toMatchObject({
      status: 422,
      body: { exception_detail: [{ loc: ["body", field] }] },
    });
  });

  test("a name that another queue of the pool has is refused", async () => {
    await create({ name: "q" });
    expect(await create({ name: "q" })).toMatchObject({
      status: 409,
      body: { detail: `A work queue with this name already exists in work pool '${pool}'.` },
    });
    await create({ name: "r" });
    expect(await change("r", { name: "q" })).toMatchObject({
      status: 409,
      body: { detail: expect.stringContaining("name:") },
    });
  });

  test("queues that are named without a pool belong to one that is made for them", async () => {
    const { status, body } = await server.call<WorkQueue>("POST", "/work_queues/", { name: pool, priority: 1 });
    expect(status).toBe(201);
    expect(body).toMatchObject({ work_pool_name: "default-agent-pool", priority: 1 });
    expect((await server.call("GET", `/work_queues/name/${pool}`)).body).toEqual(body);
    expect((await server.call("PATCH", `/work_queues/${body.id}`, { description: "loose" })).status).toBe(204);
    expect((await server.call("GET", `/work_queues/${body.id}`)).body).toMatchObject({ description: "loose" });
    const found = await server.call<WorkQueue[]>("POST", "/work_queues/filter", {
      work_queues: { name: { any_: [pool] } },
    });
    expect(found.body.map(({ id }) => id)).toEqual([body.id]);
    expect(await server.call("POST", "/work_queues/", { name: pool })).toMatchObject({
      status: 409,
      body: { detail: "A work queue with this name already exists." },
    });
    expect((await server.call("DELETE", `/work_queues/${body.id}`)).status).toBe(204);
    expect(await server.call("GET", `/work_queues/name/${pool}`)).toMatchObject({ status: 404 });
  });

  test("a queue of another pool is not found in this one", async () => {
    await create({ name: "mine" });
    await server.call("POST", "/work_pools/", { name: `${pool}-b` });
    for (const method of ["GET", "DELETE"] as const) {
      expect(await server.call(method, `/work_pools/${pool}-b/queues/mine`)).toMatchObject({
        status: 404,
        body: { detail: `Work pool queue '${pool}-b/mine' not found.`, code: "WORK_QUEUE_NOT_FOUND" },
      });
    }
  });

  test("the check of a deployment lists the queues whose filter is none, or lets it pass", async () => {
    const flow = await server.call<{ id: string }>("POST", "/flows/", { name: pool });
    const { body: deployment } = await server.call<{ id: string }>("POST", "/deployments/", {
      name: "d",
      flow_id: flow.body.id,
      tags: ["a", "b"],
    });
    await create({ name: "open" });
    await create({ name: "tagged", filter: { tags: ["a"] } });
    await create({ name: "named", filter: { deployment_ids: [deployment.id] } });
    await create({ name: "other tag", filter: { tags: ["c"] } });
    await create({ name: "other id", filter: { tags: ["a"], deployment_ids: [flow.body.id] } });
    const { body } = await server.call<WorkQueue[]>("GET", `/deployments/${deployment.id}/work_queue_check`);
    const here = body.filter(({ work_pool_name }) => work_pool_name === pool).map(({ name }) => name);
    expect(here).toEqual(["default", "named", "open", "tagged"]);
    expect(await server.call("GET", `/deployments/${flow.body.id}/work_queue_check`)).toMatchObject({
      status: 404,
      body: { detail: "Deployment not found" },
    });
  });
});
