import type { BlockDocument, BlockSchema, BlockType, Event } from "@ostinato/protocol";
import { describeOnEachDatabase } from "@ostinato/testing/databases";
import { afterAll, beforeAll, expect, test } from "vitest";
import { nested, registerBlock } from "../../test/block-harness.ts";
import { startTestServer, type TestServer } from "../../test/harness.ts";

const mask = "********";

describeOnEachDatabase("block documents", (database) => {
  let server: TestServer;
  beforeAll(async () => {
    server = await startTestServer(database.url);
  });
  afterAll(() => server.stop());

  const read = async (id: string, secrets = false) => {
    const query = secrets ? "?include_secrets=true" : "";
    return (await server.call<BlockDocument>("GET", `/block_documents/${id}${query}`)).body;
  };
  const change = (id: string, body: object) => server.call("PATCH", `/block_documents/${id}`, body);

  test("a document is saved, and read with its secrets where they are asked for", async () => {
    const { type, schema, save } = await registerBlock(server, { slug: "plain", secretFields: ["password"] });
    const saved = await save("main", { user: "me", password: "hush", nothing: null });
    expect(saved).toMatchObject({
      name: "main",
      data: { user: "me", password: mask, nothing: null },
      block_schema_id: schema.id,
      block_schema: schema,
      block_type_id: type.id,
      block_type_name: "Type plain",
      block_type: type,
      block_document_references: {},
      is_anonymous: false,
    });
    expect(await read(saved.id)).toEqual(saved);
    expect((await read(saved.id, true)).data).toEqual({ user: "me", password: "hush", nothing: null });
    const path = "/block_types/slug/plain/block_documents";
    expect((await server.call("GET", `${path}/name/main`)).body).toEqual(saved);
    expect((await server.call<BlockDocument>("GET", `${path}/name/main?include_secrets=true`)).body.data).toMatchObject(
      {
        password: "hush",
      },
    );
    expect((await server.call("GET", path)).body).toEqual([saved]);
    expect(await server.call("GET", `${path}/name/none`)).toMatchObject({
      status: 404,
      body: { detail: "Block document not found" },
    });
    expect((await server.call("GET", "/block_types/slug/none/block_documents")).status).toBe(404);
  });

  test.each([
    ["a value", ["a"], { a: "x", b: "y" }, { a: mask, b: "y" }],
    ["an object as a whole", ["a"], { a: { deep: "x" } }, { a: mask }],
    ["a value in an object", ["a.b"], { a: { b: "x", c: "y" } }, { a: { b: mask, c: "y" } }],
    ["what is not there stays so", ["a", "b.c"], { a: null, b: {} }, { a: null, b: {} }],
    ["all values below a field", ["a.*"], { a: { b: "x", c: { d: null } } }, { a: { b: mask, c: { d: mask } } }],
    ["all values below a field of a field", ["a.b.*"], { a: { b: { c: 1 }, d: 2 } }, { a: { b: { c: mask }, d: 2 } }],
    ["a list as a whole", ["a"], { a: ["x", "y"] }, { a: mask }],
    [
      "a value in each item of a list",
      ["a.b"],
      { a: [{ b: "x", c: 1 }, { b: "y" }] },
      { a: [{ b: mask, c: 1 }, { b: mask }] },
    ],
    ["what a wildcard within a path reaches", ["a.*.b"], { a: { one: { b: "x" } } }, { a: { one: { b: mask } } }],
  ])("secrets are masked by their path: %s", async (name, secretFields, data, shown) => {
    const slug = `paths-${name.replaceAll(/\W+/g, "-")}`;
    const { save } = await registerBlock(server, { slug, secretFields });
    const saved = await save("main", data);
    expect(saved.data).toEqual(shown);
    expect((await read(saved.id, true)).data).toEqual(data);
    // What a page shows and sends back keeps the secrets.
    expect((await change(saved.id, { data: saved.data, merge_existing_data: false })).status).toBe(204);
    expect((await read(saved.id, true)).data).toEqual(data);
  });

  test("documents nest others, which are read with them and changed by themselves", async () => {
    const inner = await registerBlock(server, { slug: "nested-inner", secretFields: ["pw"] });
    const outer = await registerBlock(server, { slug: "nested-outer", secretFields: ["inner.pw"] });
    const one = await inner.save("in1", { pw: "p1" });
    const two = await inner.save("in2", { pw: "p2" });
    const saved = await outer.save("out1", { name_: "x", inner: nested(one) });
    expect(saved.data).toEqual({ name_: "x", inner: { pw: mask } });
    expect(saved.block_document_references).toEqual({
      inner: {
        block_document: {
          id: one.id,
          name: "in1",
          block_type: inner.type,
          is_anonymous: false,
          block_document_references: {},
        },
      },
    });
    await change(one.id, { data: { pw: "p3" } });
    expect((await read(saved.id, true)).data).toEqual({ name_: "x", inner: { pw: "p3" } });
    // A field that a merging change leaves out stays as it is.
    await change(saved.id, { data: { name_: "y" } });
    expect((await read(saved.id, true)).data).toEqual({ name_: "y", inner: { pw: "p3" } });
    await change(saved.id, { data: { inner: nested(two) } });
    expect((await read(saved.id, true)).data).toEqual({ name_: "y", inner: { pw: "p2" } });
    await change(saved.id, { data: { inner: { pw: "own" } } });
    expect(await read(saved.id, true)).toMatchObject({
      data: { name_: "y", inner: { pw: "own" } },
      block_document_references: {},
    });
    expect((await read(saved.id)).data).toEqual({ name_: "y", inner: { pw: mask } });
    await change(saved.id, { data: { other: nested(two) }, merge_existing_data: false });
    expect((await read(saved.id, true)).data).toEqual({ other: { pw: "p2" } });
    await server.call("DELETE", `/block_documents/${two.id}`);
    expect(await read(saved.id, true)).toMatchObject({ data: {}, block_document_references: {} });
  });

  test("a document never nests itself, not even through others", async () => {
    const { save } = await registerBlock(server, { slug: "circle" });
    const a = await save("a", {});
    const b = await save("b", { next: nested(a) });
    const c = await save("c", { next: nested(b) });
    for (const nestedOne of [a, b, c]) {
      const { status, body } = await change(a.id, { data: { self: nested(nestedOne) } });
      expect({ status, body }).toMatchObject({
        status: 400,
        body: {
          code: "BLOCK_REFERENCE_REFUSED",
          detail: `data.self: Cannot create block document reference: it would introduce a cycle into the block_document_reference graph (parent=${a.id}, reference=${nestedOne.id}).`,
        },
      });
    }
    expect((await read(c.id)).data).toEqual({ next: { next: {} } });
  });

  test("an answer that would nest without end is refused", async () => {
    const { save } = await registerBlock(server, { slug: "doubling" });
    let last = await save("level-0", {});
    for (let level = 1; level <= 12; level += 1)
      last = await save(`level-${level}`, { a: nested(last), b: nested(last) });
    const body = {
      name: "level-13",
      data: { a: nested(last), b: nested(last) },
      block_type_id: last.block_type_id,
      block_schema_id: last.block_schema_id,
    };
    expect(await server.call("POST", "/block_documents/", body)).toMatchObject({
      status: 422,
      body: { code: "ANSWER_TOO_LARGE" },
    });
  });

  test("anonymous documents get a name, and are found by who asks for them", async () => {
    const { type, schema, save } = await registerBlock(server, { slug: "anonymous" });
    const ids = { block_type_id: type.id, block_schema_id: schema.id };
    const { body: made } = await server.call<BlockDocument>("POST", "/block_documents/", {
      ...ids,
      is_anonymous: true,
    });
    expect(made.name).toMatch(/^anonymous-[0-9a-f-]{36}$/);
    expect(made).toMatchObject({ is_anonymous: true, data: {} });
    const named = await save("named", {});
    const found = async (block_documents: object | undefined, sort?: string) => {
      const body = { block_documents, block_types: { slug: { any_: ["anonymous"] } }, sort };
      const { body: documents } = await server.call<BlockDocument[]>("POST", "/block_documents/filter", body);
      expect((await server.call("POST", "/block_documents/count", body)).body).toBe(documents.length);
      return documents.map(({ id }) => id);
    };
    expect(await found(undefined)).toEqual([named.id]);
    expect(await found({})).toEqual([named.id]);
    expect(await found({ is_anonymous: null })).toEqual([made.id, named.id]);
    expect(await found({ is_anonymous: null }, "NAME_DESC")).toEqual([named.id, made.id]);
    expect(await found({ is_anonymous: { eq_: true } })).toEqual([made.id]);
    const { body } = await server.call<{ events: Event[] }>("POST", "/events/filter", {
      filter: { resource: { id: [`prefect.block-document.${made.id}`] } },
    });
    expect(body.events).toEqual([]);
  });

  test("documents are found by name, type and schema, and sorted by type", async () => {
    const b = await registerBlock(server, { slug: "sorted-b", capabilities: ["sorted"], version: "b" });
    const a = await registerBlock(server, { slug: "sorted-a", capabilities: ["sorted"] });
    await b.save("x1", { s: 1 });
    await a.save("x2", { s: 2 });
    await a.save("x3", { s: 3 });
    const names = async (body: object) => {
      const { body: found } = await server.call<BlockDocument[]>("POST", "/block_documents/filter", body);
      return found.map(({ name }) => name);
    };
    const block_schemas = { block_capabilities: { all_: ["sorted"] } };
    expect(await names({ block_schemas })).toEqual(["x1", "x2", "x3"]);
    expect(await names({ block_schemas, sort: "BLOCK_TYPE_AND_NAME_ASC" })).toEqual(["x2", "x3", "x1"]);
    expect(await names({ block_schemas, limit: 1, offset: 1 })).toEqual(["x2"]);
    expect(await names({ block_schemas, block_documents: { name: { like_: "X3" } } })).toEqual(["x3"]);
    expect(await names({ block_documents: { block_type_id: { any_: [b.type.id] } } })).toEqual(["x1"]);
    expect(await names({ block_schemas: { version: { any_: ["b"] } } })).toEqual(["x1"]);
    const either = { operator: "or_", is_anonymous: null, name: { any_: ["x1"] }, id: { any_: [] } };
    expect(await names({ block_schemas, block_documents: either })).toEqual(["x1"]);
  });

  test("a document is told of by events, without its secrets", async () => {
    const { type, schema, save } = await registerBlock(server, {
      slug: "told",
      secretFields: ["password", "headers.*"],
    });
    const saved = await save("told", { password: "planted", headers: { token: "planted" }, user: "me", port: 5 });
    await change(saved.id, { data: { user: "you" } });
    await server.call("DELETE", `/block_documents/${saved.id}`);
    const { body } = await server.call<{ events: Event[] }>("POST", "/events/filter", {
      filter: { resource: { id: [`prefect.block-document.${saved.id}`] }, order: "ASC" },
    });
    expect(body.events.map(({ event }) => event)).toEqual([
      "prefect.block-document.created",
      "prefect.block-document.updated",
      "prefect.block-document.deleted",
    ]);
    expect(body.events[0]).toMatchObject({
      resource: { "prefect.resource.name": "told" },
      related: [
        { "prefect.resource.id": `prefect.block-type.${type.id}`, "prefect.resource.name": "Type told" },
        { "prefect.resource.id": `prefect.block-schema.${schema.id}` },
      ],
      payload: { name: "told", data: { user: "me" }, block_schema: { block_type: { name: "Type told" } } },
    });
    expect(JSON.stringify(body)).not.toContain("planted");
  });

  test("a document moves to another schema of its type, whose secrets are masked then", async () => {
    const { type, save } = await registerBlock(server, { slug: "moving" });
    const saved = await save("main", { token: "hush" });
    const { body: stricter } = await server.call<BlockSchema>("POST", "/block_schemas/", {
      block_type_id: type.id,
      version: "2",
      fields: { title: "Moving", secret_fields: ["token"] },
    });
    expect((await change(saved.id, { block_schema_id: stricter.id })).status).toBe(204);
    expect(await read(saved.id)).toMatchObject({ data: { token: mask }, block_schema_id: stricter.id });
    expect((await read(saved.id, true)).data).toEqual({ token: "hush" });
    const other = await registerBlock(server, { slug: "moving-elsewhere" });
    expect(await change(saved.id, { block_schema_id: other.schema.id })).toMatchObject({
      status: 400,
      body: { detail: "Must migrate block document to a block schema of the same block type." },
    });
  });

  test("a document of a protected type is saved and deleted like any other", async () => {
    const { body: type } = await server.call<BlockType>("GET", "/block_types/slug/secret");
    const { body: schemas } = await server.call<BlockSchema[]>("POST", "/block_schemas/filter", {
      block_schemas: { block_type_id: { any_: [type.id] } },
    });
    const body = { name: "mine", block_type_id: type.id, block_schema_id: schemas[0]?.id };
    const data = { value: { user: "me", password: "hush" } };
    const { body: saved } = await server.call<BlockDocument>("POST", "/block_documents/", { ...body, data });
    expect(saved.data).toEqual({ value: mask });
    expect((await read(saved.id, true)).data).toEqual(data);
    expect((await server.call("DELETE", `/block_types/${type.id}`)).status).toBe(403);
    expect((await server.call("DELETE", `/block_documents/${saved.id}`)).status).toBe(204);
    expect((await server.call("DELETE", `/block_documents/${saved.id}`)).status).toBe(404);
  });

  test("what can't be saved is refused by what is wrong", async () => {
    const { type, schema, save } = await registerBlock(server, { slug: "refused", secretFields: ["password"] });
    const other = await registerBlock(server, { slug: "refused-other" });
    await save("taken", {});
    const ids = { block_type_id: type.id, block_schema_id: schema.id };
    const nobody = "00000000-0000-4000-8000-000000000000";
    const cases: readonly (readonly [object, number, string])[] = [
      [{ ...ids, name: "taken" }, 409, "Block already exists"],
      [
        { ...ids, name: "Bad Name" },
        422,
        "Block document name must only contain lowercase letters, numbers, and dashes.",
      ],
      [ids, 422, "Names must be provided for block documents."],
      [{ ...ids, name: "x", block_schema_id: nobody }, 409, `block_schema_id: there is no block schema ${nobody}.`],
      [{ ...ids, name: "x", block_type_id: nobody }, 409, `block_type_id: there is no block type ${nobody}.`],
      [{ ...ids, name: "x", block_schema_id: other.schema.id }, 400, 'belongs to another block type than "refused"'],
      [{ ...ids, name: "x", data: { r: { $ref: {} } } }, 400, "block reference without a block_document_id in key r"],
      [{ ...ids, name: "x", data: { r: { $ref: "x" } } }, 400, "block reference without a block_document_id in key r"],
      [
        { ...ids, name: "x", data: { r: nested({ id: "no" }) } },
        400,
        'data.r: the block_document_id "no" is not a UUID.',
      ],
      [
        { ...ids, name: "x", data: { r: nested({ id: nobody }) } },
        409,
        `data.r: there is no block document ${nobody}.`,
      ],
    ];
    for (const [body, status, words] of cases) {
      const refused = await server.call("POST", "/block_documents/", body);
      expect(refused.status, words).toBe(status);
      expect(JSON.stringify(refused.body).replaceAll('\\"', '"')).toContain(words);
    }
    expect((await server.call("GET", "/block_types/slug/refused/block_documents")).body).toHaveLength(1);
  });
});
