import { describeOnEachDatabase } from "@ostinato/testing/databases";
import { afterAll, beforeAll, expect, test } from "vitest";
import { startTestServer, type TestServer } from "../../test/harness.ts";

describeOnEachDatabase("the views that Prefect's clients look up", (database) => {
  let server: TestServer;
  beforeAll(async () => {
    server = await startTestServer(database.url);
  });
  afterAll(() => server.stop());

  const read = (view: string) => server.call("GET", `/collections/views/${view}`);

  test("have the types of work pools by package, each with the job template of a new pool", async () => {
    const { status, body } = await read("aggregate-worker-metadata");
    expect(status).toBe(200);
    expect(body).toMatchObject({
      prefect: {
        process: {
          type: "process",
          display_name: "Process",
          default_base_job_configuration: {
            job_configuration: { command: "{{ command }}" },
            variables: { properties: { command: { type: "string" } } },
          },
        },
      },
      "prefect-docker": { docker: { install_command: "pip install prefect-docker" } },
      "prefect-kubernetes": { kubernetes: {} },
    });
  });

  test("have the block types by package, each with its schema", async () => {
    const { status, body } = await read("aggregate-block-metadata");
    expect(status).toBe(200);
    expect(body).toMatchObject({
      prefect: {
        block_types: {
          secret: {
            name: "Secret",
            slug: "secret",
            is_protected: true,
            block_schema: { fields: { secret_fields: ["value"] }, checksum: expect.stringMatching(/^sha256:/) },
          },
          "local-file-system": { block_schema: { capabilities: expect.arrayContaining(["read-path"]) } },
        },
      },
      "prefect-email": { block_types: { "email-server-credentials": {} } },
    });
  });

  test.each([
    ["aggregate-flow-metadata", "FEATURE_ABSENT"],
    ["of-nothing", "PATH_NOT_FOUND"],
  ])("%s is a 404 that names those that are there", async (view, code) => {
    const detail = expect.stringContaining("There are aggregate-worker-metadata and aggregate-block-metadata.");
    expect(await read(view)).toMatchObject({ status: 404, body: { code, detail } });
  });
});
