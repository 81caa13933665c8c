import type { Deployment, Flow, FlowRun } from "@ostinato/protocol";
import { describeOnEachDatabase } from "@ostinato/testing/databases";
import { afterAll, beforeAll, expect, test } from "vitest";
import { startTestServer, type TestServer } from "../../test/harness.ts";
import { eventsAbout } from "../events/event-harness.ts";

describeOnEachDatabase("deployments", (database) => {
  let server: TestServer;
  let flowId: string;
  let made = 0;
  beforeAll(async () => {
    server = await startTestServer(database.url);
    const flow = { name: "train", labels: { team: "ml" }, tags: ["nightly"] };
    flowId = (await server.call<Flow>("POST", "/flows/", flow)).body.id;
  });
  afterAll(() => server.stop());

  async function deployed(given: object = {}): Promise<Deployment> {
    made += 1;
    const reply = await server.call<Deployment>("POST", "/deployments/", {
      name: `deployment ${made}`,
      flow_id: flowId,
      ...given,
    });
    expect(reply, JSON.stringify(reply.body)).toMatchObject({ status: 201 });
    return reply.body;
  }

  async function read(id: string): Promise<Deployment> {
    return (await server.call<Deployment>("GET", `/deployments/${id}`)).body;
  }

  function change(id: string, given: object) {
    return server.call<{ detail: string }>("PATCH", `/deployments/${id}`, given);
  }

  test("one of which little is said has Prefect's defaults", async () => {
    expect(await deployed()).toEqual({
      id: expect.any(String),
      created: expect.any(String),
      updated: expect.any(String),
      name: expect.any(String),
      version: null,
      description: null,
      flow_id: flowId,
      paused: false,
      schedules: [],
      concurrency_limit: null,
      global_concurrency_limit: null,
      concurrency_options: null,
      job_variables: {},
      parameters: {},
      tags: [],
      labels: { team: "ml", "prefect.flow.id": flowId },
      work_queue_name: null,
      work_queue_id: null,
      last_polled: null,
      parameter_openapi_schema: {},
      path: null,
      pull_steps: [],
      entrypoint: null,
      storage_document_id: null,
      infrastructure_document_id: null,
      created_by: null,
      updated_by: null,
      work_pool_name: null,
      status: "NOT_READY",
      enforce_parameter_schema: true,
      run_policy: {},
    });
  });

  test("everything that is said comes back, and can be read by the names", async () => {
    const said = {
      name: "full",
      description: "each night",
      version: "1",
      tags: ["a", "a", "b"],
      parameters: { x: 1.5 },
      parameter_openapi_schema: { type: "object", properties: { x: { type: "number" } } },
      enforce_parameter_schema: false,
      job_variables: { env: { A: "1" } },
      pull_steps: [{ "prefect.deployments.steps.set_working_directory": { directory: "/srv" } }],
      path: "/srv",
      entrypoint: "train.py:train",
      paused: true,
      concurrency_options: { collision_strategy: "CANCEL_NEW", grace_period_seconds: 90 },
      run_policy: { missed: "latest", on_crash: "restart", max_restarts: 2 },
    };
    const { id } = await deployed({ ...said, labels: { mine: 1 }, concurrency_limit: 3 });
    const found = await server.call<Deployment>("GET", "/deployments/name/train/full");
    expect(found.body).toEqual(await read(id));
    expect(found.body).toMatchObject({
      ...said,
      labels: { team: "ml", "prefect.flow.id": flowId, mine: 1 },
      concurrency_limit: null,
      global_concurrency_limit: { name: `deployment:${id}`, limit: 3, active: true, active_slots: 0 },
    });
  });

  test("creating it again gives it what the request says, and leaves alone the rest, but for parameters and labels", async () => {
    const first = await deployed({
      name: "again",
      tags: ["a"],
      parameters: { x: 1 },
      labels: { l: 1 },
      description: "d",
    });
    const again = await server.call<Deployment>("POST", "/deployments/", {
      name: "again",
      flow_id: flowId,
      version: "2",
      work_pool_name: null,
    });
    expect(again).toMatchObject({ status: 200, body: { id: first.id, version: "2", description: "d", tags: ["a"] } });
    expect(again.body).toMatchObject({ parameters: {}, labels: { team: "ml", "prefect.flow.id": flowId } });
    expect(again.body.labels).not.toHaveProperty("l");
  });

  test("sixteen that create the same one at once get the same one", async () => {
    const replies = await Promise.all(
      Array.from({ length: 16 }, () =>
        server.call<Deployment>("POST", "/deployments/", {
          name: "race",
          flow_id: flowId,
          schedules: [{ schedule: { cron: "0 6 * * *" }, slug: "daily" }],
        }),
      ),
    );
    expect(new Set(replies.map(({ body }) => body.id)).size).toBe(1);
    expect(replies.map(({ status }) => status).sort()).toEqual([...Array(15).fill(200), 201]);
    expect((await read(replies[0]?.body.id ?? "")).schedules).toHaveLength(1);
  });

  test("a change writes what is given, null as null, and refuses what can't be kept", async () => {
    const { id } = await deployed({ description: "d", version: "1", job_variables: { a: 1 }, tags: ["t"] });
    expect((await change(id, { description: null, version: null, job_variables: null })).status).toBe(204);
    expect(await read(id)).toMatchObject({ description: null, version: null, job_variables: { a: 1 }, tags: ["t"] });
    expect(await change(id, { parameters: null })).toMatchObject({
      status: 409,
      body: { detail: expect.stringContaining("parameters: null") },
    });
    expect((await change(id, { enforce_parameter_schema: null })).status).toBe(409);
    for (const wrong of [{ tags: null }, { paused: null }, { schedules: null }, { labels: {} }, { name: "other" }]) {
      expect(await change(id, wrong)).toMatchObject({ status: 422 });
    }
  });

  test("what is not there is 404, each time in the sentence of Prefect", async () => {
    const gone = "01a1ffcc-addd-7f39-ab35-9dbee5f5ca55";
    const detailOf = async (method: "GET" | "POST" | "PATCH" | "DELETE", path: string, body?: object) => {
      const reply = await server.call<{ detail: string; code: string }>(method, path, body);
      return [reply.status, reply.body.detail];
    };
    const at = `/deployments/${gone}`;
    expect(await detailOf("GET", at)).toEqual([404, "Deployment not found"]);
    expect(await detailOf("GET", "/deployments/name/train/nobody")).toEqual([404, "Deployment not found"]);
    expect(await detailOf("PATCH", at, {})).toEqual([404, "Deployment not found."]);
    expect(await detailOf("DELETE", at)).toEqual([404, "Deployment not found"]);
    expect(await detailOf("POST", `${at}/pause_deployment`)).toEqual([404, "Deployment not found"]);
    expect(await detailOf("POST", `${at}/resume_deployment`)).toEqual([404, "Deployment not found"]);
    expect(await detailOf("GET", `${at}/schedules`)).toEqual([404, "Deployment not found."]);
    expect(await detailOf("POST", `${at}/schedules`, [])).toEqual([404, "Deployment not found."]);
    expect(await detailOf("DELETE", `${at}/schedules/${gone}`)).toEqual([404, "Deployment not found."]);
    expect(await detailOf("POST", `${at}/create_flow_run`, {})).toEqual([404, "Deployment not found"]);
    expect(await detailOf("POST", `${at}/create_flow_run/bulk`, [])).toEqual([404, "Deployment not found"]);
    const { id } = await deployed();
    expect(await detailOf("PATCH", `/deployments/${id}/schedules/${gone}`, {})).toEqual([404, "Schedule not found."]);
  });

  test("what it refers to has to be there", async () => {
    const post = (given: object) => server.call("POST", "/deployments/", { name: "refers", flow_id: flowId, ...given });
    const gone = "01a1ffcc-addd-7f39-ab35-9dbee5f5ca55";
    expect(await post({ flow_id: gone })).toMatchObject({
      status: 409,
      body: { detail: `Data integrity conflict. flow_id: there is no flow ${gone}.` },
    });
    expect(await post({ work_pool_name: "nowhere" })).toMatchObject({
      status: 404,
      body: { detail: 'Work pool "nowhere" not found.' },
    });
    expect(await post({ storage_document_id: gone })).toMatchObject({ status: 409 });
    expect(await post({ global_concurrency_limit_id: gone })).toMatchObject({
      status: 404,
      body: { detail: "Concurrency limit not found" },
    });
    expect(await post({ global_concurrency_limit_id: gone, concurrency_limit: 1 })).toMatchObject({ status: 422 });
    expect(await post({ name: "a/b" })).toMatchObject({ status: 422 });
  });

  test("its limit is set, changed, kept and taken away", async () => {
    const { id } = await deployed({ concurrency_limit: 2 });
    const limit = async () => (await read(id)).global_concurrency_limit?.limit;
    await change(id, { concurrency_limit: 5 });
    expect(await limit()).toBe(5);
    await change(id, { global_concurrency_limit_id: (await read(id)).global_concurrency_limit?.id });
    expect(await limit()).toBe(5);
    await change(id, { global_concurrency_limit_id: null });
    expect(await limit()).toBeUndefined();
  });

  test("a queue without a pool is that of the default agent pool, and a pool of null takes it off its queue", async () => {
    const { id, work_queue_id, ...rest } = await deployed({ work_queue_name: "fast" });
    expect(rest).toMatchObject({ work_queue_name: "fast", work_pool_name: "default-agent-pool" });
    expect(work_queue_id).not.toBeNull();
    await change(id, { work_pool_name: "default-agent-pool", work_queue_name: "new" });
    expect(await read(id)).toMatchObject({ work_queue_name: "new", work_pool_name: "default-agent-pool" });
    await change(id, { work_pool_name: null });
    expect(await read(id)).toMatchObject({ work_queue_id: null, work_pool_name: null });
  });

  test("its making, its changes and its end are events, with what changed and what it belongs to", async () => {
    const { id, name, global_concurrency_limit } = await deployed({ version: "1", concurrency_limit: 1 });
    const limitId = global_concurrency_limit?.id;
    await change(id, { version: "1" });
    await change(id, { version: "2", paused: true, concurrency_limit: null });
    await server.call("POST", `/deployments/${id}/resume_deployment`);
    await server.call("DELETE", `/deployments/${id}`);
    const told = await eventsAbout(server, `prefect.deployment.${id}`);
    const flow = {
      "prefect.resource.id": `prefect.flow.${flowId}`,
      "prefect.resource.role": "flow",
      "prefect.resource.name": "train",
    };
    const limit = {
      "prefect.resource.id": `prefect.concurrency-limit.${limitId}`,
      "prefect.resource.role": "concurrency-limit",
    };
    const updates = {
      paused: { from: false, to: true },
      version: { from: "1", to: "2" },
      concurrency_limit_id: { from: limitId, to: null },
    };
    expect(told).toMatchObject([
      {
        event: "prefect.deployment.created",
        resource: { "prefect.resource.id": `prefect.deployment.${id}`, "prefect.resource.name": name },
        related: [flow, limit],
        payload: {},
      },
      {
        event: "prefect.deployment.updated",
        related: [flow],
        payload: { updated_fields: ["paused", "version", "concurrency_limit_id"], updates },
      },
      { event: "prefect.deployment.deleted", related: [flow] },
    ]);
  });

  test("they are found by criteria, counted, sorted and paged", async () => {
    const flow = (await server.call<Flow>("POST", "/flows/", { name: "found" })).body.id;
    const ids: string[] = [];
    for (const name of ["c", "a", "b"]) ids.push((await deployed({ name, flow_id: flow, tags: [name] })).id);
    const flows = { id: { any_: [flow] } };
    const names = async (body: object) =>
      (await server.call<Deployment[]>("POST", "/deployments/filter", { flows, ...body })).body.map(({ name }) => name);
    expect(await names({})).toEqual(["a", "b", "c"]);
    expect(await names({ sort: "CREATED_DESC", limit: 2 })).toEqual(["b", "a"]);
    expect(await names({ deployments: { tags: { all_: ["b"] } } })).toEqual(["b"]);
    expect((await server.call("POST", "/deployments/count", { flows })).body).toBe(3);
    const page = await server.call("POST", "/deployments/paginate", { flows, limit: 2, page: 2 });
    expect(page.body).toMatchObject({ count: 3, pages: 2, page: 2, results: [{ name: "c" }] });
    await server.call<FlowRun>("POST", `/deployments/${ids[0]}/create_flow_run`, { name: "mine" });
    expect(await names({ flow_runs: { name: { any_: ["mine"] } } })).toEqual(["c"]);
    expect(
      (await server.call("POST", "/flows/filter", { flows: { deployment: { is_null_: false } } })).body,
    ).toContainEqual(expect.objectContaining({ id: flow }));
  });

  test("a deletion of many takes those that match, and refuses a filter that asks for nothing", async () => {
    const { id } = await deployed({ tags: ["goes"] });
    const gone = await server.call("POST", "/deployments/bulk_delete", { deployments: { tags: { all_: ["goes"] } } });
    expect(gone.body).toEqual({ deleted: [id] });
    expect((await server.call("GET", `/deployments/${id}`)).status).toBe(404);
    expect((await server.call("POST", "/deployments/bulk_delete", { deployments: { tags: {} } })).status).toBe(422);
  });
});
