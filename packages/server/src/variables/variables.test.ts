import { type Event, maxVariableBytes, type Variable } from "@ostinato/protocol";
import { describeOnEachDatabase } from "@ostinato/testing/databases";
import { afterAll, beforeAll, expect, test } from "vitest";
import { startTestServer, type TestServer } from "../../test/harness.ts";

describeOnEachDatabase("variables", (database) => {
  let server: TestServer;
  beforeAll(async () => {
    server = await startTestServer(database.url);
  });
  afterAll(() => server.stop());

  const create = (body: object) => server.call<Variable>("POST", "/variables/", body);
  const byName = (name: string) => server.call<Variable>("GET", `/variables/name/${name}`);

  test("one is created, read, changed and deleted by name, and events tell of it", async () => {
    const { status, body: made } = await create({ name: "threshold", value: { a: [1, null] }, tags: ["ml", "ml"] });
    expect(status).toBe(201);
    expect(made).toMatchObject({ name: "threshold", value: { a: [1, null] }, tags: ["ml"] });
    expect((await byName("threshold")).body).toEqual(made);
    expect((await server.call("PATCH", "/variables/name/threshold", { value: 3 })).status).toBe(204);
    expect((await byName("threshold")).body).toMatchObject({ value: 3, tags: ["ml"] });
    expect((await server.call("DELETE", "/variables/name/threshold")).status).toBe(204);
    expect(await byName("threshold")).toMatchObject({ status: 404, body: { detail: "Variable not found." } });
    const filter = { resource: { id: [`prefect.variable.${made.id}`] }, order: "ASC" };
    const { body } = await server.call<{ events: Event[] }>("POST", "/events/filter", { filter });
    expect(body.events.map(({ event, payload }) => [event, payload])).toEqual([
      ["prefect.variable.created", { name: "threshold", value: { a: [1, null] }, tags: ["ml"] }],
      ["prefect.variable.updated", { name: "threshold", value: 3, tags: ["ml"] }],
      ["prefect.variable.deleted", { name: "threshold", value: 3, tags: ["ml"] }],
    ]);
  });

  test("the same by id, where it gets another name", async () => {
    const { body: made } = await create({ name: "old", value: "x" });
    await create({ name: "taken", value: null });
    const detail = "A variable with the name 'taken' already exists.";
    const path = `/variables/${made.id}`;
    expect(await server.call("PATCH", path, { name: "taken" })).toMatchObject({ status: 409, body: { detail } });
    expect((await server.call("PATCH", path, { name: "new", value: null })).status).toBe(204);
    expect((await server.call("GET", path)).body).toMatchObject({ name: "new", value: null });
    expect((await server.call("DELETE", path)).status).toBe(204);
    expect((await server.call("DELETE", path)).status).toBe(404);
  });

  test("numbers come back as they were written", async () => {
    const answer = await server.app.inject({
      method: "POST",
      url: "/api/variables/",
      headers: { "content-type": "application/json" },
      payload: '{"name": "exact", "value": [1.0, 9007199254740993]}',
    });
    expect(answer.body).toContain('"value":[1.0,9007199254740993]');
  });

  test("variables are found by name and by tags, sorted and counted", async () => {
    await create({ name: "find_b", value: 1, tags: ["x", "y"] });
    await create({ name: "find_a", value: 2, tags: ["x"] });
    await create({ name: "find_c", value: 3 });
    const names = async (body: object) => {
      const found = await server.call<Variable[]>("POST", "/variables/filter", body);
      return found.body.map(({ name }) => name);
    };
    const found = { name: { like_: "find_" } };
    expect(await names({ variables: found })).toEqual(["find_a", "find_b", "find_c"]);
    expect(await names({ variables: found, sort: "NAME_DESC" })).toEqual(["find_c", "find_b", "find_a"]);
    expect(await names({ variables: found, sort: "CREATED_DESC" })).toEqual(["find_c", "find_a", "find_b"]);
    expect(await names({ variables: { tags: { all_: ["x"] } } })).toEqual(["find_a", "find_b"]);
    expect(await names({ variables: { ...found, tags: { is_null_: true } } })).toEqual(["find_c"]);
    expect((await server.call("POST", "/variables/count", { variables: found })).body).toBe(3);
    expect((await server.call("POST", "/variables/count", {})).body).toBeGreaterThan(3);
  });

  test("a value of 1 MiB is kept, and a larger one is refused with its size", async () => {
    const most = "x".repeat(maxVariableBytes - 2);
    expect((await create({ name: "large", value: most })).status).toBe(201);
    expect((await byName("large")).body.value).toBe(most);
    const { status, body } = await create({ name: "larger", value: `${most}x` });
    expect(status).toBe(422);
    expect(JSON.stringify(body)).toContain("Variable value takes 1048577 bytes of JSON, and the maximum is 1048576.");
  });

  test.each([
    ["a name twice", { name: "exact", value: 1 }, 409, "A variable with the name 'exact' already exists."],
    ["a name with a blank", { name: "a b", value: 1 }, 422, "lowercase letters, numbers, and dashes or underscores"],
    ["a name of 256 characters", { name: "a".repeat(256), value: 1 }, 422, "name"],
    ["no value", { name: "empty" }, 422, "value"],
  ])("%s is refused by what is wrong", async (_, body, status, words) => {
    const refused = await create(body);
    expect(refused.status).toBe(status);
    expect(JSON.stringify(refused.body)).toContain(words);
  });
});
