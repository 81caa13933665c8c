import { openDatabase, type TestDatabase } from "@ostinato/testing/databases";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { startTestServer, type TestServer } from "../../test/harness.ts";

describe("slots of limits", () => {
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

  test("a task with tags gets its slots where no limit exists", async () => {
    const holder = { type: "task_run", id: "01a1ffcc-addd-7f39-ab35-9dbee5f5ca55" };
    const taken = await server.call<{ lease_id: string }>("POST", "/v2/concurrency_limits/increment-with-lease", {
      names: ["tag:a"],
      slots: 1,
      mode: "concurrency",
      lease_duration: 60,
      holder,
    });
    expect(taken).toMatchObject({ status: 200, body: { lease_id: expect.any(String), limits: [] } });
    const { lease_id } = taken.body;
    const renew = `/v2/concurrency_limits/leases/${lease_id}/renew`;
    expect((await server.call("POST", renew, { lease_duration: 60 })).status).toBe(204);
    expect((await server.call("POST", "/v2/concurrency_limits/decrement-with-lease", { lease_id })).status).toBe(204);
  });

  test("a request that no server could take is refused", async () => {
    const take = (body: object) => server.call("POST", "/v2/concurrency_limits/increment-with-lease", body);
    expect((await take({ names: ["a"], slots: 0 })).status).toBe(422);
    expect((await take({ names: [], slots: 1 })).status).toBe(422);
    expect((await take({ names: ["a"], slots: 1, lease_duration: 5 })).status).toBe(422);
  });
});
