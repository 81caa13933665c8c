import type { SavedSearch } from "@ostinato/protocol";
import { describeOnEachDatabase } from "@ostinato/testing/databases";
import { afterAll, beforeAll, expect, test } from "vitest";
import { startTestServer, type TestServer } from "../../test/harness.ts";

describeOnEachDatabase("saved searches", (database) => {
  let server: TestServer;
  beforeAll(async () => {
    server = await startTestServer(database.url);
  });
  afterAll(() => server.stop());

  const filter = (value: unknown) => ({
    object: "flow_run",
    property: "state",
    type: "list",
    operation: "equals",
    value,
  });

  test("saving under a name that exists replaces the filters", async () => {
    const first = await server.call<SavedSearch>("PUT", "/saved_searches/", {
      name: "Failed",
      filters: [filter(["FAILED"])],
    });
    const second = await server.call<SavedSearch>("PUT", "/saved_searches/", {
      name: "Failed",
      filters: [filter(["CRASHED"])],
    });
    expect([first.status, second.status]).toEqual([201, 200]);
    expect(second.body).toMatchObject({
      id: first.body.id,
      created: first.body.created,
      filters: [filter(["CRASHED"])],
    });
    expect((await server.call("GET", `/saved_searches/${first.body.id}`)).body).toEqual(second.body);
  });

  test("they are listed by name", async () => {
    await server.call("PUT", "/saved_searches/", { name: "B" });
    await server.call("PUT", "/saved_searches/", { name: "A" });
    const { body } = await server.call<SavedSearch[]>("POST", "/saved_searches/filter", { limit: 2 });
    expect(body.map(({ name }) => name)).toEqual(["A", "B"]);
  });

  test("one that was deleted is gone", async () => {
    const { body } = await server.call<SavedSearch>("PUT", "/saved_searches/", { name: "Passing" });
    expect((await server.call("DELETE", `/saved_searches/${body.id}`)).status).toBe(204);
    expect((await server.call("DELETE", `/saved_searches/${body.id}`)).status).toBe(404);
    expect((await server.call("GET", `/saved_searches/${body.id}`)).status).toBe(404);
  });

  test("an unknown field is refused by name", async () => {
    const { status, body } = await server.call("PUT", "/saved_searches/", { name: "x", colour: "red" });
    expect(status).toBe(422);
    expect(JSON.stringify(body)).toContain("colour");
  });
});
