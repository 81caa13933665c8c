import { randomId } from "@ostinato/core";
import type { Deployment, Flow, FlowRun, RunForm } from "@ostinato/protocol";
import { describeOnEachDatabase } from "@ostinato/testing/databases";
import { afterAll, beforeAll, expect, test } from "vitest";
import { startTestServer, type TestServer } from "../../../test/harness.ts";

const schema = { type: "object", properties: { path: { type: "string" } } };

describeOnEachDatabase("what the form for a run shows", (database) => {
  let server: TestServer;
  let flow: Flow;
  beforeAll(async () => {
    server = await startTestServer(database.url);
    flow = (await server.call<Flow>("POST", "/flows/", { name: "train" })).body;
  });
  afterAll(() => server.stop());

  const deploy = async (name: string, given: object = {}) => {
    const body = { name, flow_id: flow.id, enforce_parameter_schema: false, ...given };
    return (await server.call<Deployment>("POST", "/deployments/", body)).body.id;
  };
  const read = async (id: string, query = "") =>
    await server.call<RunForm>("GET", `/ui/deployments/${id}/run-form${query}`);

  test("is the deployment, its flow and the schema of its parameters", async () => {
    const parameters = { path: "jan.csv", recipe: { __prefect_kind: "jinja", template: "{{ x }}" } };
    const id = await deploy("nightly", {
      parameters,
      parameter_openapi_schema: schema,
      tags: ["a"],
      description: "Loads.",
    });
    const { status, body } = await read(id);
    expect(status).toBe(200);
    expect(body).toEqual({
      deployment: {
        id,
        name: "nightly",
        description: "Loads.",
        parameters,
        enforce_parameter_schema: false,
        tags: ["a"],
        paused: false,
        status: "NOT_READY",
        job_variables: {},
        work_queue_name: null,
      },
      work_pool: null,
      flow: { id: flow.id, name: "train" },
      parameter_schema: schema,
      suggested_name: expect.stringMatching(/^\w+-\w+$/),
      from: null,
    });
  });

  test("has the schema that a client kept for the flow where the deployment has none", async () => {
    const id = await deploy("without", { parameter_openapi_schema: {} });
    expect((await read(id)).body.parameter_schema).toBeNull();
    await server.call("PUT", `/flows/${flow.id}/parameter_schema`, { schema });
    expect((await read(id)).body.parameter_schema).toEqual(schema);
  });

  test("has the schema of a flow that takes no parameters", async () => {
    const none = { title: "Parameters", type: "object", properties: {} };
    const id = await deploy("none", { parameter_openapi_schema: none });
    expect((await read(id)).body.parameter_schema).toEqual(none);
  });

  test("has the parameters of the run that it begins with, unless that is gone", async () => {
    const id = await deploy("again");
    const given = { flow_id: flow.id, name: "brisk-heron", parameters: { path: "feb.csv" }, tags: ["x"] };
    const run = (await server.call<FlowRun>("POST", "/flow_runs/", given)).body;
    expect((await read(id, `?from=${run.id}`)).body.from).toEqual({
      id: run.id,
      ...given,
      parameters_are_exact: true,
      job_variables: {},
      priority: 0,
    });
    expect((await read(id, `?from=${randomId()}`)).body.from).toBeNull();
  });

  test("says where the parameters of that run are not all that the run had", async () => {
    const id = await deploy("exactly");
    const kept = { format: "devalue", data: "[{}]", checked: false, reason: null };
    const given = { flow_id: flow.id, parameters: { map: { "Map(1)": [["a", 1]] } }, kept_parameters: kept };
    const run = (await server.call<FlowRun>("POST", "/flow_runs/", given)).body;
    expect((await read(id, `?from=${run.id}`)).body.from).toMatchObject({ parameters_are_exact: false });
  });

  test("is nothing for a deployment that there is not", async () => {
    const { status, body } = await read(randomId());
    expect(status).toBe(404);
    expect(body).toMatchObject({ code: "DEPLOYMENT_NOT_FOUND" });
  });
});
