import { openDatabase, type TestDatabase } from "@ostinato/testing/databases";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { startTestServer, type TestServer } from "../../test/harness.ts";

describe("automations", () => {
  let database: TestDatabase;
  let server: TestServer;
  beforeAll(async () => {
    database = await openDatabase("sqlite");
    server = await startTestServer(database.url);
  });
  afterAll(async () => {
    await server.stop();
    await database.dispose();
  });

  const resource = "prefect.deployment.01a1ffcc-addd-7f39-ab35-9dbee5f5ca55";

  test("a deployment has none, and has none deleted", async () => {
    expect(await server.call("GET", `/automations/related-to/${resource}`)).toMatchObject({ status: 200, body: [] });
    expect(await server.call("DELETE", `/automations/owned-by/${resource}`)).toMatchObject({ status: 202, body: null });
  });

  test("creating one says that this version has none", async () => {
    const refused = await server.call("POST", "/automations/", { name: "a" });
    expect(refused).toMatchObject({ status: 404, body: { detail: expect.stringContaining("Automations") } });
  });
});
