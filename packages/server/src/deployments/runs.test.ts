import type { Deployment, Flow, FlowRun, FlowRunCreateResult } from "@ostinato/protocol";
import { fakeClock } from "@ostinato/testing/clock";
import { describeOnEachDatabase } from "@ostinato/testing/databases";
import { afterAll, beforeAll, expect, test } from "vitest";
import { startTestServer, type TestServer } from "../../test/harness.ts";
import { eventsAbout } from "../events/event-harness.ts";

const schema = {
  type: "object",
  properties: { x: { type: "integer" }, y: { type: "string" } },
  required: ["x"],
};

describeOnEachDatabase("runs of a deployment", (database) => {
  const clock = fakeClock("2030-01-01T00:00:00Z");
  let server: TestServer;
  let flowId: string;
  let made = 0;
  beforeAll(async () => {
    server = await startTestServer(database.url, { clock });
    const flow = { name: "ran", labels: { team: "ml" } };
    flowId = (await server.call<Flow>("POST", "/flows/", flow)).body.id;
  });
  afterAll(() => server.stop());

  async function deployed(given: object = {}): Promise<string> {
    made += 1;
    const body = { name: `ran ${made}`, flow_id: flowId, ...given };
    const reply = await server.call<Deployment>("POST", "/deployments/", body);
    expect(reply, JSON.stringify(reply.body)).toMatchObject({ status: 201 });
    return reply.body.id;
  }

  const enforced = { parameters: { y: "a" }, parameter_openapi_schema: schema };

  function run(id: string, given: object) {
    return server.call<FlowRun & { detail: string; code: string }>("POST", `/deployments/${id}/create_flow_run`, given);
  }

  function due(ids: readonly string[], given: object = {}) {
    return server.call<FlowRun[]>("POST", "/deployments/get_scheduled_flow_runs", { deployment_ids: ids, ...given });
  }

  test("has the parameters, tags, labels and version of both, and waits for a process", async () => {
    const id = await deployed({ ...enforced, tags: ["b", "a"], labels: { l: 1 }, version: "v1" });
    const reply = await run(id, {
      parameters: { x: 1 },
      tags: ["c", "a"],
      labels: { m: 2 },
      name: "named",
      job_variables: { env: { A: "1" } },
      priority: -5,
    });
    expect(reply).toMatchObject({
      status: 201,
      body: {
        name: "named",
        flow_id: flowId,
        deployment_id: id,
        deployment_version: "v1",
        parameters: { y: "a", x: 1 },
        tags: ["b", "a", "c"],
        labels: { team: "ml", l: 1, m: 2, "prefect.flow.id": flowId, "prefect.deployment.id": id },
        job_variables: { env: { A: "1" } },
        priority: -5,
        auto_scheduled: false,
        created_by: null,
        state: { type: "SCHEDULED", name: "Scheduled" },
      },
    });
    expect(reply.body.next_scheduled_start_time).toBe(reply.body.state?.state_details?.scheduled_time);
    const told = await eventsAbout(server, `prefect.flow-run.${reply.body.id}`);
    expect(told[0]?.related).toContainEqual(
      expect.objectContaining({
        "prefect.resource.id": `prefect.deployment.${id}`,
        "prefect.resource.role": "deployment",
      }),
    );
  });

  test("is the one that is there where it has the idempotency key", async () => {
    const id = await deployed();
    const first = await run(id, { idempotency_key: "once", parameters: { n: 1 } });
    const again = await run(id, { idempotency_key: "once", parameters: { n: 2 } });
    expect(again).toMatchObject({ status: 200, body: { id: first.body.id, parameters: { n: 1 } } });
  });

  test("is in the state and for the time that the request says", async () => {
    const id = await deployed();
    const state_details = { scheduled_time: "2030-02-01T00:00:00Z" };
    expect((await run(id, { state: { type: "SCHEDULED", state_details } })).body).toMatchObject({
      next_scheduled_start_time: "2030-02-01T00:00:00Z",
    });
    expect((await run(id, { state: { type: "PENDING" } })).body).toMatchObject({ state_type: "PENDING" });
  });

  test("keeps numbers as they were written", async () => {
    const id = await deployed({ parameters: { small: 1 } });
    const reply = await server.app.inject({
      method: "POST",
      url: `/api/deployments/${id}/create_flow_run`,
      headers: { "content-type": "application/json" },
      payload: '{"parameters":{"big":9007199254740993,"one":1.0}}',
    });
    expect(reply.body).toContain('"parameters":{"small":1,"big":9007199254740993,"one":1.0}');
  });

  test.each([
    [{}, "Validation failed. Failure reason: 'x' is a required property"],
    [{ x: "no" }, "Validation failed for field 'x'. Failure reason: 'no' is not of type 'integer'"],
  ])("with parameters that break the schema is refused with the field: %j", async (parameters, reason) => {
    const id = await deployed(enforced);
    expect(await run(id, { parameters })).toMatchObject({
      status: 409,
      body: { detail: `Error creating flow run: ${reason}`, code: "PARAMETERS_REFUSED" },
    });
    expect((await run(id, { parameters, enforce_parameter_schema: false })).status).toBe(201);
    const lenient = await deployed({ ...enforced, enforce_parameter_schema: false });
    expect((await run(lenient, { parameters })).status).toBe(201);
    expect((await run(lenient, { parameters, enforce_parameter_schema: true })).status).toBe(409);
  });

  test("has its recipes followed before it is checked", async () => {
    const id = await deployed(enforced);
    const recipe = (kind: string, rest: object) => ({ __prefect_kind: kind, ...rest });
    const made = await run(id, {
      parameters: { x: recipe("json", { value: "5" }), y: recipe("jinja", { template: "plain" }) },
    });
    expect(made.body.parameters).toEqual({ x: 5, y: "plain" });
    const rendered = await run(id, {
      parameters: { x: 5, y: recipe("jinja", { template: "{{ 1 + 1 }}{{ nobody }}" }) },
    });
    expect(rendered.body.parameters).toEqual({ x: 5, y: "2" });
    expect(await run(id, { parameters: { x: 5, y: recipe("jinja", { template: "{{ 1 + }}" }) } })).toMatchObject({
      status: 400,
      body: { detail: expect.stringContaining("Error hydrating flow run parameters: Invalid jinja: line 1") },
    });
    expect(await run(id, { parameters: { x: recipe("json", { value: "{" }) } })).toMatchObject({
      status: 400,
      body: {
        detail: expect.stringContaining("Error hydrating flow run parameters: Invalid JSON"),
        code: "HYDRATION_FAILED",
      },
    });
    const variable = recipe("workspace_variable", { variable_name: "nobody" });
    expect(await run(id, { parameters: { x: variable } })).toMatchObject({
      status: 400,
      body: { detail: "Error hydrating flow run parameters: Variable 'nobody' not found in workspace." },
    });
  });

  test("a schema that refers to itself is refused, and does not hang", async () => {
    const circular = { type: "object", properties: { x: { $ref: "#/properties/x" } } };
    const id = await deployed({ parameter_openapi_schema: circular });
    expect(await run(id, { parameters: { x: 1 } })).toMatchObject({
      status: 422,
      body: { detail: "Invalid schema: Unable to validate schema with circular references." },
    });
  });

  test("parameters of more than 512 KiB are refused, given or together", async () => {
    const large = "x".repeat(300 * 1024);
    const id = await deployed({ parameters: { a: large } });
    const refusal = {
      status: 422,
      body: {
        exception_detail: [{ loc: ["body", "parameters"], msg: expect.stringContaining("the maximum is 524288") }],
      },
    };
    expect(await run(id, { parameters: { a: large + large } })).toMatchObject(refusal);
    expect(await run(id, { parameters: { b: large } })).toMatchObject(refusal);
    const body = { name: "too large", flow_id: flowId, parameters: { a: large + large } };
    expect(await server.call("POST", "/deployments/", body)).toMatchObject(refusal);
    expect(await server.call("PATCH", `/deployments/${id}`, { parameters: { a: large + large } })).toMatchObject(
      refusal,
    );
  });

  test("a deployment without a schema that enforces it takes no run, and no change but of that", async () => {
    const id = await deployed({ parameter_openapi_schema: null });
    const detail =
      "Error updating deployment: Cannot update parameters because parameter schema enforcement is enabled and the deployment does not have a valid parameter schema.";
    expect(await run(id, {})).toMatchObject({ status: 409, body: { detail } });
    const change = (given: object) => server.call("PATCH", `/deployments/${id}`, given);
    expect(await change({ version: "2" })).toMatchObject({ status: 409, body: { detail } });
    expect((await change({ enforce_parameter_schema: false })).status).toBe(204);
    expect((await run(id, {})).status).toBe(201);
  });

  test("a deployment's own parameters may lack what its schema requires, and may not break it", async () => {
    const id = await deployed({ ...enforced, enforce_parameter_schema: true });
    const change = (given: object) => server.call<{ detail: string }>("PATCH", `/deployments/${id}`, given);
    expect((await change({ parameters: {} })).status).toBe(204);
    expect(await change({ parameters: { x: "s" } })).toMatchObject({
      status: 409,
      body: {
        detail:
          "Error updating deployment: Validation failed for field 'x'. Failure reason: 's' is not of type 'integer'",
      },
    });
    expect((await change({ parameters: { x: { __prefect_kind: "json", value: "7" } } })).status).toBe(204);
    expect((await server.call<Deployment>("GET", `/deployments/${id}`)).body.parameters).toEqual({ x: 7 });
    const created = {
      name: "breaks",
      flow_id: flowId,
      ...enforced,
      parameters: { x: "s" },
      enforce_parameter_schema: true,
    };
    expect(await server.call("POST", "/deployments/", created)).toMatchObject({
      status: 422,
      body: {
        exception_detail: [
          { msg: "Value error, Validation failed for field 'x'. Failure reason: 's' is not of type 'integer'" },
        ],
      },
    });
    const flawed = { ...created, parameters: {}, parameter_openapi_schema: { type: "nope" } };
    expect(await server.call("POST", "/deployments/", flawed)).toMatchObject({ status: 422 });
  });

  test("waits in the queue of the deployment, or in the one that it names, if the deployment has a pool", async () => {
    const id = await deployed({ work_queue_name: "slow" });
    expect((await run(id, {})).body).toMatchObject({ work_queue_name: "slow", work_pool_name: "default-agent-pool" });
    expect((await run(id, { work_queue_name: "fast" })).body).toMatchObject({ work_queue_name: "fast" });
    const without = await deployed();
    expect(await run(without, { work_queue_name: "fast" })).toMatchObject({
      status: 400,
      body: { code: "WORK_POOL_MISSING" },
    });
  });

  test("several are made by one request, each with its own answer", async () => {
    const id = await deployed(enforced);
    const runs = [{ parameters: { x: 1 } }, { parameters: { x: "a" } }, { parameters: { x: 2 } }];
    const bulk = (given: object[]) =>
      server.call<{ results: FlowRunCreateResult[] }>("POST", `/deployments/${id}/create_flow_run/bulk`, given);
    expect((await bulk(runs)).body.results).toMatchObject([
      { status: "CREATED", error: null },
      { status: "FAILED", flow_run_id: null, error: expect.stringContaining("'a' is not of type 'integer'") },
      { status: "CREATED", error: null },
    ]);
    expect((await bulk([])).body).toEqual({ results: [] });
    expect(await bulk(Array.from({ length: 101 }, () => ({})))).toMatchObject({
      status: 400,
      body: { detail: "Cannot create more than 100 flow runs at once." },
    });
  });

  test("those that are due are given to whoever asks, the earliest first, and no others", async () => {
    const [one, other] = [await deployed(), await deployed({ paused: true })];
    const at = (time: string) => ({ state: { type: "SCHEDULED", state_details: { scheduled_time: time } } });
    const late = (await run(one, at("2029-12-31T00:00:00Z"))).body.id;
    const later = (await run(other, at("2030-01-01T06:00:00Z"))).body.id;
    const much = (await run(one, at("2030-01-03T00:00:00Z"))).body.id;
    await run(one, { state: { type: "PENDING" } });
    const ids = async (given: object, deployments = [one, other]) =>
      (await due(deployments, given)).body.map(({ id }) => id);
    expect(await ids({ scheduled_before: "2030-01-01 12:00:00.5+00:00" })).toEqual([late, later]);
    expect(await ids({ scheduled_before: "2030-01-01T06:00:00Z" })).toEqual([late, later]);
    expect(await ids({ scheduled_before: "2030-01-01T05:59:59Z" })).toEqual([late]);
    expect(await ids({ scheduled_before: null, limit: null })).toEqual([late, later, much]);
    expect(await ids({ limit: 1 })).toEqual([late]);
    expect(await ids({}, [other])).toEqual([later]);
    expect(await ids({}, [])).toEqual([]);
    expect(await due([one], { limit: 201 })).toMatchObject({
      status: 422,
      body: { detail: "Invalid limit: must be less than or equal to 200." },
    });
  });
});
