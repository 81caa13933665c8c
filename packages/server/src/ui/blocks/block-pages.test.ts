import type { BlockPage, BlockTypePage, listBlocks, listBlockTypes, ReplyOf, search } from "@ostinato/protocol";
import { describeOnEachDatabase } from "@ostinato/testing/databases";
import { afterAll, beforeAll, expect, test } from "vitest";
import { nested, registerBlock } from "../../../test/block-harness.ts";
import { startTestServer, type TestServer } from "../../../test/harness.ts";

const planted = "planted-in-a-block";

describeOnEachDatabase("the pages of blocks", (database) => {
  let server: TestServer;
  let warehouseId: string;
  beforeAll(async () => {
    server = await startTestServer(database.url);
    const login = await registerBlock(server, { slug: "login", secretFields: ["password"] });
    const main = await login.save("main", { user: "me", password: planted });
    await login.save("reader", { user: "you", password: planted });
    const warehouse = await registerBlock(server, {
      slug: "warehouse",
      secretFields: ["url", "login.password"],
      fields: { title: "Warehouse", description: "Where tables are" },
    });
    const house = await warehouse.save("lake", { url: planted, login: nested(main) });
    warehouseId = house.id;
    await server.call("POST", "/block_documents/", {
      is_anonymous: true,
      data: { password: planted },
      block_type_id: login.type.id,
      block_schema_id: login.schema.id,
    });
  });
  afterAll(() => server.stop());

  const list = async (body: object) =>
    (await server.call<ReplyOf<typeof listBlocks>>("POST", "/ui/block_documents/list", body)).body;

  test("list documents by type with a count for each type, without their data and without anonymous ones", async () => {
    const { results, count, types } = await list({});
    expect(results.map(({ block_type_slug, name }) => `${block_type_slug}/${name}`)).toEqual([
      "login/main",
      "login/reader",
      "warehouse/lake",
    ]);
    expect(results[0]).not.toHaveProperty("data");
    expect(count).toBe(3);
    expect(types).toEqual([
      { slug: "login", name: "Type login", documents: 2 },
      { slug: "warehouse", name: "Type warehouse", documents: 1 },
    ]);
  });

  test.each([
    ["a part of a name", { text: "read" }, ["reader"]],
    ["a part of the name of a type", { text: "WAREH" }, ["lake"]],
    ["types", { types: ["login"] }, ["main", "reader"]],
    ["a page", { limit: 1, offset: 1 }, ["reader"]],
    ["another order", { sort: "NAME_DESC" }, ["reader", "main", "lake"]],
    ["the last change first", { sort: "UPDATED_DESC" }, ["lake", "reader", "main"]],
  ])("find documents by %s", async (_, body, names) => {
    expect((await list(body)).results.map(({ name }) => name)).toEqual(names);
  });

  test("show all types to choose from, with those of the server, and the newest schema of one", async () => {
    const { body } = await server.call<ReplyOf<typeof listBlockTypes>>("GET", "/ui/block_types");
    const types = new Map(body.results.map((type) => [type.slug, type]));
    expect(types.get("secret")).toMatchObject({ name: "Secret", is_protected: true, documents: 0 });
    expect(types.get("login")).toMatchObject({ is_protected: false, documents: 2 });
    const page = await server.call<BlockTypePage>("GET", "/ui/block_types/warehouse");
    expect(page.body).toMatchObject({
      type: { slug: "warehouse" },
      schema: { fields: { title: "Warehouse", description: "Where tables are" } },
    });
    expect((await server.call("GET", "/ui/block_types/nobody")).status).toBe(404);
  });

  test("show a document with what it nests and who uses it, and its secrets nowhere", async () => {
    const page = await server.call<BlockPage>("GET", `/ui/block_documents/${warehouseId}`);
    expect(page.body.document).toMatchObject({
      name: "lake",
      data: { url: "********", login: { user: "me", password: "********" } },
      block_document_references: { login: { block_document: { name: "main" } } },
    });
    expect(page.body.uses).toEqual({ block_documents: [], deployments: [], work_pools: [], automations: [] });
    expect(JSON.stringify(page.body)).not.toContain(planted);
  });

  test("are found by the search, by their names, their types and their ids", async () => {
    const hits = async (q: string) =>
      (await server.call<ReplyOf<typeof search>>("GET", `/ui/search?q=${q}`)).body.hits.map(
        ({ kind, name, detail }) => ({ kind, name, detail }),
      );
    const lake = { kind: "block-document", name: "lake", detail: "Type warehouse" };
    expect(await hits("lake")).toEqual([lake]);
    expect(await hits("warehouse")).toEqual([lake]);
    expect(await hits(warehouseId)).toEqual([lake]);
    expect(await hits("anonymous")).toEqual([]);
  });
});
