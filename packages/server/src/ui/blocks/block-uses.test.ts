import type { Deployment, Flow } from "@ostinato/protocol";
import { describeOnEachDatabase } from "@ostinato/testing/databases";
import { afterAll, beforeAll, expect, test } from "vitest";
import { nested, registerBlock } from "../../../test/block-harness.ts";
import { startTestServer, type TestServer } from "../../../test/harness.ts";

describeOnEachDatabase("what refers to a block", (database) => {
  let server: TestServer;
  beforeAll(async () => {
    server = await startTestServer(database.url);
  });
  afterAll(() => server.stop());

  test("is told by blocks, deployments, work pools and automations", async () => {
    const { save } = await registerBlock(server, { slug: "used" });
    const used = await save("main", { token: "x" });
    const similar = await save("main-2", {});
    await save("around", { inner: nested(used) });
    const template = {
      job_configuration: { token: "{{ token }}" },
      variables: { properties: { token: { default: "{{ prefect.blocks.used.main.token }}" } } },
    };
    await server.call("POST", "/work_pools/", { name: "with-token", type: "process", base_job_template: template });
    const { body: flow } = await server.call<Flow>("POST", "/flows/", { name: "flow" });
    const deploy = async (name: string, given: object) => {
      const { body } = await server.call<Deployment>("POST", "/deployments/", { name, flow_id: flow.id, ...given });
      return body.name;
    };
    await deploy("by-variable", { job_variables: { env: { TOKEN: "{{ prefect.blocks.used.main }}" } } });
    await deploy("by-id", { parameters: { login: nested(used) } });
    await deploy("by-storage", { storage_document_id: used.id });
    const automate = (name: string, blockId: string) =>
      server.call("POST", "/automations/", {
        name,
        trigger: { type: "event", posture: "Reactive", expect: ["prefect.flow-run.Failed"], threshold: 1, within: 0 },
        actions: [{ type: "call-webhook", block_document_id: blockId, payload: "failed" }],
      });
    expect((await automate("calls-it", used.id)).status).toBe(201);
    await automate("calls-another", similar.id);
    await deploy("of-another", { job_variables: { env: { TOKEN: "{{ prefect.blocks.used.main-2 }}" } } });
    const { body } = await server.call("GET", `/ui/block_documents/${used.id}/uses`);
    expect(body).toMatchObject({
      block_documents: [{ name: "around", block_type_slug: "used" }],
      deployments: [
        { name: "by-id", flow_name: "flow" },
        { name: "by-storage", flow_name: "flow" },
        { name: "by-variable", flow_name: "flow" },
      ],
      work_pools: [{ name: "with-token" }],
      automations: [{ name: "calls-it" }],
    });
    const other = await server.call("GET", `/ui/block_documents/${similar.id}/uses`);
    expect(other.body).toMatchObject({ block_documents: [], deployments: [{ name: "of-another" }], work_pools: [] });
    const nobody = await server.call("GET", "/ui/block_documents/00000000-0000-4000-8000-000000000000/uses");
    expect(nobody.status).toBe(404);
  });
});
