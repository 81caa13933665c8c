import type { Flow } from "@ostinato/protocol";
import { describeOnEachDatabase } from "@ostinato/testing/databases";
import { afterAll, beforeAll, expect, test } from "vitest";
import { startTestServer, type TestServer } from "../../test/harness.ts";
import { eventsAbout } from "../events/event-harness.ts";

describeOnEachDatabase("flows", (database) => {
  let server: TestServer;
  beforeAll(async () => {
    server = await startTestServer(database.url);
  });
  afterAll(() => server.stop());

  test("a flow is created once, and read by its name afterwards", async () => {
    const first = await server.call<Flow>("POST", "/flows/", {
      name: "train",
      tags: ["ml", "ml"],
      labels: { team: "a" },
    });
    expect(first.status).toBe(201);
    expect(first.body).toMatchObject({ name: "train", tags: ["ml"], labels: { team: "a" } });
    const again = await server.call<Flow>("POST", "/flows/", { name: "train" });
    expect(again).toMatchObject({ status: 200, body: { id: first.body.id, tags: ["ml"] } });
    expect((await server.call("GET", "/flows/name/train")).body).toEqual(first.body);
  });

  test("sixteen that create the same flow at once get the same one", async () => {
    const replies = await Promise.all(
      Array.from({ length: 16 }, () => server.call<Flow>("POST", "/flows/", { name: "race" })),
    );
    expect(new Set(replies.map(({ body }) => body.id)).size).toBe(1);
    expect(replies.map(({ status }) => status).sort()).toEqual([...Array(15).fill(200), 201]);
  });

  test("its making, change and end are events, and finding it again is none", async () => {
    const { body: flow } = await server.call<Flow>("POST", "/flows/", {
      name: "told",
      tags: ["a"],
      labels: { x: "y" },
    });
    await server.call("POST", "/flows/", { name: "told", tags: ["b"] });
    await server.call("PATCH", `/flows/${flow.id}`, { tags: ["c"] });
    await server.call("DELETE", `/flows/${flow.id}`);
    const told = await eventsAbout(server, `prefect.flow.${flow.id}`);
    const resource = { "prefect.resource.id": `prefect.flow.${flow.id}`, "prefect.resource.name": "told" };
    const labels = { x: "y" };
    expect(told).toMatchObject([
      { event: "prefect.flow.created", resource, related: [], payload: { name: "told", tags: ["a"], labels } },
      { event: "prefect.flow.updated", resource, payload: { name: "told", tags: ["c"], labels } },
      { event: "prefect.flow.deleted", resource, payload: { name: "told", tags: ["c"], labels } },
    ]);
    expect(await server.call("DELETE", `/flows/${flow.id}`)).toMatchObject({ status: 404 });
    expect(await eventsAbout(server, `prefect.flow.${flow.id}`)).toHaveLength(3);
  });

  test("each of many that are deleted at once is told", async () => {
    const ids = [];
    for (const name of ["many 1", "many 2"]) {
      ids.push((await server.call<Flow>("POST", "/flows/", { name })).body.id);
    }
    await server.call("POST", "/flows/bulk_delete", { flows: { id: { any_: ids } } });
    for (const id of ids) {
      expect((await eventsAbout(server, `prefect.flow.${id}`)).at(-1)).toMatchObject({ event: "prefect.flow.deleted" });
    }
  });

  test("text search takes wildcards as plain characters", async () => {
    await server.call("POST", "/flows/", { name: "100_sure" });
    await server.call("POST", "/flows/", { name: "100 sure" });
    const found = await server.call<Flow[]>("POST", "/flows/filter", { flows: { name: { like_: "0_S" } } });
    expect(found.body.map(({ name }) => name)).toEqual(["100_sure"]);
  });

  test("tags narrow, and an empty any_ matches nothing", async () => {
    await server.call("POST", "/flows/", { name: "tagged", tags: ["a", "b"] });
    const names = async (flows: unknown) =>
      (await server.call<Flow[]>("POST", "/flows/filter", { flows })).body.map(({ name }) => name);
    expect(await names({ tags: { all_: ["a", "b"] } })).toEqual(["tagged"]);
    expect(await names({ tags: { all_: ["a", "c"] } })).toEqual([]);
    expect(await names({ id: { any_: [] } })).toEqual([]);
    expect(await names({ operator: "or_", name: { any_: ["race"] }, tags: { all_: ["a"] } })).toEqual([
      "race",
      "tagged",
    ]);
  });

  test("pages tell how many there are", async () => {
    const page = await server.call("POST", "/flows/paginate", { limit: 2, page: 2, sort: "NAME_DESC" });
    expect(page.body).toMatchObject({
      count: 5,
      limit: 2,
      pages: 3,
      page: 2,
      results: [{ name: "race" }, { name: "100_sure" }],
    });
    expect((await server.call("POST", "/flows/count", {})).body).toBe(5);
  });

  test("what is wrong is named with its place", async () => {
    const unknown = await server.call("POST", "/flows/", { name: "x", colour: "red" });
    expect(unknown).toMatchObject({
      status: 422,
      body: {
        exception_message: "Invalid request received.",
        exception_detail: [{ type: "extra_forbidden", loc: ["body", "colour"], input: "red" }],
        request_body: { name: "x", colour: "red" },
      },
    });
    expect(await server.call("POST", "/flows/", {})).toMatchObject({
      status: 422,
      body: { exception_detail: [{ type: "missing", loc: ["body", "name"] }] },
    });
    expect(await server.call("POST", "/flows/", { name: 5 })).toMatchObject({ status: 422 });
    expect(await server.call("POST", "/flows/filter", { limit: 201 })).toMatchObject({
      status: 422,
      body: { detail: "Invalid limit: must be less than or equal to 200." },
    });
    expect(await server.call("GET", "/flows/not-a-uuid")).toMatchObject({ status: 404, body: { detail: "Not Found" } });
    expect(await server.call("GET", "/nowhere")).toMatchObject({ status: 404, body: { detail: "Not Found" } });
    expect(await server.call("GET", "/flows/00000000-0000-4000-8000-000000000000")).toMatchObject({
      status: 404,
      body: { detail: "Flow not found" },
    });
  });

  test.each([
    ["PUT", "/flows/filter", "POST"],
    ["GET", "/flows/filter", "POST"],
    ["GET", "/flows/", "POST"],
    ["PUT", "/flows/00000000-0000-4000-8000-000000000000", "GET, PATCH, DELETE"],
  ] as const)("%s %s is told which methods there are", async (method, path, allow) => {
    const reply = await server.call(method, path);
    expect(reply).toMatchObject({ status: 405, headers: { allow }, body: { detail: "Method Not Allowed" } });
  });

  test("a path that is there for another method is redirected to it too", async () => {
    expect(await server.call("GET", "/flows")).toMatchObject({ status: 307, headers: { location: "flows/" } });
    expect(await server.call("PUT", "/flows/abc")).toMatchObject({ status: 404, body: { detail: "Not Found" } });
  });

  test("a collection without its slash is redirected, with the method kept", async () => {
    const reply = await server.call("POST", "/flows", { name: "slash" });
    expect(reply).toMatchObject({ status: 307, headers: { location: "flows/" } });
  });

  test("a flow is changed and deleted", async () => {
    const { body: flow } = await server.call<Flow>("POST", "/flows/", { name: "short-lived" });
    expect((await server.call("PATCH", `/flows/${flow.id}`, { tags: ["t"] })).status).toBe(204);
    expect((await server.call("GET", `/flows/${flow.id}`)).body).toMatchObject({ tags: ["t"] });
    expect((await server.call("DELETE", `/flows/${flow.id}`)).status).toBe(204);
    expect((await server.call("DELETE", `/flows/${flow.id}`)).status).toBe(404);
  });
});
