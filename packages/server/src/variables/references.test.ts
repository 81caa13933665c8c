import type { BlockDocument, Deployment, Flow, FlowRun, Variable } from "@ostinato/protocol";
import { describeOnEachDatabase } from "@ostinato/testing/databases";
import { afterAll, beforeAll, expect, test } from "vitest";
import { registerBlock } from "../../test/block-harness.ts";
import { startTestServer, type TestServer } from "../../test/harness.ts";

/** Where parameters and job templates refer to variables and blocks. */
describeOnEachDatabase("references to variables and blocks", (database) => {
  let server: TestServer;
  let deployment: Deployment;
  beforeAll(async () => {
    server = await startTestServer(database.url);
    await server.call<Variable>("POST", "/variables/", { name: "depth", value: { layers: 7 } });
    const { body: flow } = await server.call<Flow>("POST", "/flows/", { name: "hydrated" });
    const made = await server.call<Deployment>("POST", "/deployments/", { name: "d", flow_id: flow.id });
    deployment = made.body;
  });
  afterAll(() => server.stop());

  const variable = (name: unknown) => ({ __prefect_kind: "workspace_variable", variable_name: name });
  const run = (parameters: object) =>
    server.call<FlowRun>("POST", `/deployments/${deployment.id}/create_flow_run`, { parameters });

  test("a run gets the values of the variables that its parameters name", async () => {
    const named = { __prefect_kind: "json", value: '"depth"' };
    const { body } = await run({ a: variable("depth"), list: [variable("depth")], b: variable(named) });
    expect(body.parameters).toEqual({ a: { layers: 7 }, list: [{ layers: 7 }], b: { layers: 7 } });
  });

  test("a variable that is not there is named", async () => {
    const detail = "Error hydrating flow run parameters: Variable 'nobody' not found in workspace.";
    expect(await run({ a: variable("nobody") })).toMatchObject({ status: 400, body: { detail } });
  });

  test("a deployment keeps the value that a variable had when it was changed", async () => {
    const path = `/deployments/${deployment.id}`;
    expect(
      (await server.call("PATCH", path, { parameters: { a: variable("depth") }, enforce_parameter_schema: false }))
        .status,
    ).toBe(204);
    expect((await server.call<Deployment>("GET", path)).body.parameters).toEqual({ a: { layers: 7 } });
  });

  test("a form checks the value of a variable", async () => {
    const schema = { type: "object", properties: { a: { type: "integer" } } };
    const check = (name: string) =>
      server.call("POST", "/ui/schemas/validate", { schema, values: { a: variable(name) } });
    expect((await check("depth")).body).toMatchObject({ valid: false });
    await server.call("POST", "/variables/", { name: "whole", value: 3 });
    expect((await check("whole")).body).toMatchObject({ valid: true });
    expect(JSON.stringify((await check("nobody")).body)).toContain("Variable 'nobody' not found in workspace.");
  });

  test("a default of a job template may refer to a block that is there", async () => {
    const { save, type } = await registerBlock(server, { slug: "cluster" });
    const block = await save("main", { host: "x" });
    const template = (id: string) => ({
      job_configuration: { cluster: "{{ cluster }}" },
      variables: { type: "object", properties: { cluster: { default: { $ref: { block_document_id: id } } } } },
    });
    const pool = (name: string, id: string) =>
      server.call("POST", "/work_pools/", { name, type: "process", base_job_template: template(id) });
    expect((await pool("with-block", block.id)).status).toBe(201);
    expect(await pool("without-block", type.id)).toMatchObject({
      status: 404,
      body: { code: "BLOCK_DOCUMENT_NOT_FOUND", detail: expect.stringContaining("Block not found.") },
    });
  });

  test("a deployment names a block for its storage, which has to be there", async () => {
    const { save } = await registerBlock(server, { slug: "storage" });
    const block: BlockDocument = await save("main", {});
    const given = { name: "stored", flow_id: deployment.flow_id };
    const made = await server.call("POST", "/deployments/", { ...given, storage_document_id: block.id });
    expect(made).toMatchObject({ status: 201, body: { storage_document_id: block.id } });
    expect(await server.call("POST", "/deployments/", { ...given, storage_document_id: deployment.id })).toMatchObject({
      status: 409,
      body: { detail: expect.stringContaining(`Could not find storage block with id: ${deployment.id}`) },
    });
  });
});
