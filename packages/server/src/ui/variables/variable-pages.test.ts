import type { Deployment, Flow, listVariables, ReplyOf, search, VariablePage } from "@ostinato/protocol";
import { describeOnEachDatabase } from "@ostinato/testing/databases";
import { afterAll, beforeAll, expect, test } from "vitest";
import { startTestServer, type TestServer } from "../../../test/harness.ts";

describeOnEachDatabase("the pages of variables", (database) => {
  let server: TestServer;
  beforeAll(async () => {
    server = await startTestServer(database.url);
    const set = (name: string, value: unknown, tags: readonly string[]) =>
      server.call("POST", "/variables/", { name, value, tags });
    await set("threshold", { score: 0.8 }, ["model", "prod"]);
    await set("threshold-2", 3, ["model"]);
    await set("words", "x".repeat(1000), []);
  });
  afterAll(() => server.stop());

  const list = async (body: object) =>
    (await server.call<ReplyOf<typeof listVariables>>("POST", "/ui/variables/list", body)).body;

  test("list variables with the beginning of their values, and all tags", async () => {
    const { results, count, tags } = await list({});
    expect(results.map(({ name, preview, characters }) => ({ name, preview, characters }))).toEqual([
      { name: "threshold", preview: '{"score":0.8}', characters: 13 },
      { name: "threshold-2", preview: "3", characters: 1 },
      { name: "words", preview: `"${"x".repeat(299)}`, characters: 1002 },
    ]);
    expect(count).toBe(3);
    expect(tags).toEqual(["model", "prod"]);
  });

  test.each([
    ["a part of the name", { text: "WORD" }, ["words"]],
    ["tags, all of which they have", { tags: ["model", "prod"] }, ["threshold"]],
    ["a page", { limit: 1, offset: 1 }, ["threshold-2"]],
    ["another order", { sort: "CREATED_DESC" }, ["words", "threshold-2", "threshold"]],
  ])("find variables by %s", async (_, body, names) => {
    expect((await list(body)).results.map(({ name }) => name)).toEqual(names);
  });

  test("tell which deployments and work pools have a variable filled in", async () => {
    const { body: flow } = await server.call<Flow>("POST", "/flows/", { name: "flow" });
    const deploy = async (name: string, given: object) =>
      server.call<Deployment>("POST", "/deployments/", { name, flow_id: flow.id, ...given });
    await deploy("by-variable", { job_variables: { env: { T: "{{ prefect.variables.threshold }}" } } });
    await deploy("of-another", { job_variables: { env: { T: "{{ prefect.variables.threshold-2 }}" } } });
    await deploy("by-schedule", {
      schedules: [
        {
          schedule: { interval: 3600 },
          active: false,
          parameters: { limit: { __prefect_kind: "workspace_variable", variable_name: "threshold" } },
        },
      ],
    });
    await server.call("POST", "/work_pools/", {
      name: "with-variable",
      type: "process",
      base_job_template: {
        job_configuration: { t: "{{ t }}" },
        variables: { properties: { t: { default: "{{ prefect.variables.threshold }}" } } },
      },
    });
    const automate = (name: string, body: string) =>
      server.call("POST", "/automations/", {
        name,
        trigger: { type: "event", posture: "Reactive", expect: ["prefect.flow-run.Failed"], threshold: 1, within: 0 },
        actions: [{ type: "send-notification", block_document_id: flow.id, body }],
      });
    expect((await automate("tells-dotted", "above {{ variables.threshold }}")).status).toBe(201);
    await automate("tells-indexed", '{{ variables["threshold"] }}');
    await automate("tells-another", '{{ variables["threshold-2"] }}');
    const { body } = await server.call<VariablePage>("GET", "/ui/variables/threshold");
    expect(body).toMatchObject({
      variable: { name: "threshold", value: { score: 0.8 }, tags: ["model", "prod"] },
      uses: {
        deployments: [{ name: "by-variable", flow_name: "flow" }, { name: "by-schedule" }],
        work_pools: [{ name: "with-variable" }],
        automations: [{ name: "tells-dotted" }, { name: "tells-indexed" }],
      },
    });
    const other = await server.call<VariablePage>("GET", "/ui/variables/threshold-2");
    expect(other.body.uses).toMatchObject({
      deployments: [{ name: "of-another" }],
      work_pools: [],
      automations: [{ name: "tells-another" }],
    });
    expect((await server.call("GET", "/ui/variables/nobody")).status).toBe(404);
  });

  test("are found by the search", async () => {
    const { body } = await server.call<ReplyOf<typeof search>>("GET", "/ui/search?q=shold-2");
    expect(body.hits).toMatchObject([{ kind: "variable", name: "threshold-2" }]);
  });
});
