import type { BlockType, Event } from "@ostinato/protocol";
import { describeOnEachDatabase } from "@ostinato/testing/databases";
import { afterAll, beforeAll, expect, test } from "vitest";
import { registerBlock } from "../../test/block-harness.ts";
import { startTestServer, type TestServer } from "../../test/harness.ts";

describeOnEachDatabase("block types", (database) => {
  let server: TestServer;
  beforeAll(async () => {
    server = await startTestServer(database.url);
  });
  afterAll(() => server.stop());

  const bySlug = (slug: string) => server.call<BlockType>("GET", `/block_types/slug/${slug}`);
  const eventsOf = async (id: string) => {
    const filter = { resource: { id: [`prefect.block-type.${id}`] }, order: "ASC" };
    const { body } = await server.call<{ events: Event[] }>("POST", "/events/filter", { filter });
    return body.events.map(({ event }) => event);
  };

  test("the server's own types are there without being registered, and the protected ones stay", async () => {
    const { body } = await server.call<BlockType[]>("POST", "/block_types/filter", {});
    const names = body.map(({ name }) => name);
    expect(names).toEqual(expect.arrayContaining(["Secret", "Webhook", "Local File System", "Slack Webhook"]));
    const secret = (await bySlug("secret")).body;
    expect(secret).toMatchObject({ name: "Secret", is_protected: true });
    expect(await server.call("DELETE", `/block_types/${secret.id}`)).toMatchObject({
      status: 403,
      body: { code: "BLOCK_TYPE_PROTECTED", detail: "protected block types cannot be deleted." },
    });
    expect((await server.call("POST", "/block_types/install_system_block_types")).status).toBe(200);
  });

  test("a type of the server that was deleted is put back on demand", async () => {
    const { body: smb } = await bySlug("smb");
    expect((await server.call("DELETE", `/block_types/${smb.id}`)).status).toBe(204);
    expect((await bySlug("smb")).status).toBe(404);
    await server.call("POST", "/block_types/install_system_block_types");
    expect((await bySlug("smb")).body).toMatchObject({ slug: "smb", is_protected: false });
  });

  test("one is registered, read, changed and deleted, and events tell of it", async () => {
    const given = { name: "Warehouse", slug: "warehouse", description: "a & b <i>", code_example: null };
    const { status, body: made } = await server.call<BlockType>("POST", "/block_types/", given);
    expect(status).toBe(201);
    expect(made).toEqual({
      ...given,
      id: made.id,
      created: made.created,
      updated: made.updated,
      logo_url: null,
      documentation_url: null,
      is_protected: false,
    });
    expect((await server.call("GET", `/block_types/${made.id}`)).body).toEqual(made);
    expect((await server.call("PATCH", `/block_types/${made.id}`, { description: "c" })).status).toBe(204);
    expect((await bySlug("warehouse")).body).toMatchObject({ description: "c", name: "Warehouse" });
    expect((await server.call("PATCH", `/block_types/${made.id}`, { description: "c" })).status).toBe(204);
    expect((await server.call("DELETE", `/block_types/${made.id}`)).status).toBe(204);
    expect(await bySlug("warehouse")).toMatchObject({ status: 404, body: { detail: "Block type not found" } });
    expect(await eventsOf(made.id)).toEqual([
      "prefect.block-type.created",
      "prefect.block-type.updated",
      "prefect.block-type.deleted",
    ]);
  });

  test("a type is deleted with its schemas and documents", async () => {
    const block = await registerBlock(server, { slug: "short-lived" });
    const document = await block.save("one", {});
    await server.call("DELETE", `/block_types/${block.type.id}`);
    expect((await server.call("GET", `/block_schemas/${block.schema.id}`)).status).toBe(404);
    expect((await server.call("GET", `/block_documents/${document.id}`)).status).toBe(404);
  });

  test("types are found by a part of their name, by slug and by the capabilities of a schema", async () => {
    await registerBlock(server, { slug: "finding", capabilities: ["fly", "swim"] });
    await registerBlock(server, { slug: "finding-too", capabilities: ["fly"] });
    const slugs = async (body: object) => {
      const found = await server.call<BlockType[]>("POST", "/block_types/filter", body);
      return found.body.map(({ slug }) => slug);
    };
    expect(await slugs({ block_types: { name: { like_: "TYPE FIND" } } })).toEqual(["finding", "finding-too"]);
    expect(await slugs({ block_types: { slug: { any_: ["finding-too"] } } })).toEqual(["finding-too"]);
    expect(await slugs({ block_schemas: { block_capabilities: { all_: ["swim", "fly"] } } })).toEqual(["finding"]);
    expect(await slugs({ block_types: { name: { like_: "type find" } }, limit: 1, offset: 1 })).toEqual([
      "finding-too",
    ]);
  });

  test.each([
    ["a slug twice", { name: "Another", slug: "secret" }, 409, 'Block type with name "Another" already exists'],
    ["a reserved name", { name: "Prefect x", slug: "x" }, 403, "reserved"],
    ["a slug with a blank", { name: "X", slug: "a b" }, 422, "lowercase letters, numbers, and dashes"],
    ["a name with a slash", { name: "a/b", slug: "ab" }, 422, "name"],
    ["an unknown field", { name: "X", slug: "x", colour: "red" }, 422, "colour"],
  ])("%s is refused by what is wrong", async (_, body, status, words) => {
    const refused = await server.call("POST", "/block_types/", body);
    expect(refused.status).toBe(status);
    expect(JSON.stringify(refused.body).replaceAll('\\"', '"')).toContain(words);
  });
});
