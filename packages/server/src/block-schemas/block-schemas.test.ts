import type { BlockSchema } from "@ostinato/protocol";
import { describeOnEachDatabase } from "@ostinato/testing/databases";
import { afterAll, beforeAll, expect, test } from "vitest";
import { registerBlock } from "../../test/block-harness.ts";
import { startTestServer, type TestServer } from "../../test/harness.ts";

describeOnEachDatabase("block schemas", (database) => {
  let server: TestServer;
  beforeAll(async () => {
    server = await startTestServer(database.url);
  });
  afterAll(() => server.stop());

  const register = (body: object) => server.call<BlockSchema>("POST", "/block_schemas/", body);
  const innerFields = {
    block_schema_references: {},
    block_type_slug: "inner",
    properties: { pw: { format: "password", title: "Pw", type: "string", writeOnly: true, position: 0 } },
    required: ["pw"],
    secret_fields: ["pw"],
    title: "Inner",
    type: "object",
  };
  const innerReference = {
    block_schema_checksum: "sha256:0eeced82cd8a59c9a3f406fe4aacc98d35a36d2188a5c10669efb374cbc3a1bd",
    block_type_slug: "inner",
  };
  const outerFields = {
    block_schema_references: { inner: innerReference },
    block_type_slug: "outer-x",
    properties: {
      name_: { default: "x", title: "Name", type: "string", position: 0 },
      inner: { $ref: "#/definitions/Inner", position: 1 },
    },
    required: ["inner"],
    secret_fields: ["inner.pw"],
    title: "Outer",
    type: "object",
  };

  test("a schema that nests one which is not there registers that one too, under Prefect's checksums", async () => {
    const { type: outer } = await registerBlock(server, { slug: "outer-x" });
    const { type: inner } = await registerBlock(server, { slug: "inner" });
    const given = { ...outerFields, definitions: { Inner: innerFields } };
    const made = await register({ fields: given, block_type_id: outer.id, version: "1" });
    expect(made).toMatchObject({ status: 201, body: { block_type: { slug: "outer-x" }, version: "1" } });
    expect(made.body.fields).toEqual(given);
    expect(made.body.checksum).toBe("sha256:a899b7583885013f3b81856e9418e4ced2a27122cfd371b3531b1da3d8ba7ccb");
    expect((await register({ fields: given, block_type_id: outer.id, version: "1" })).status).toBe(200);
    const path = `/block_schemas/checksum/${innerReference.block_schema_checksum}`;
    const nested = await server.call<BlockSchema>("GET", `${path}?version=non-versioned`);
    expect(nested.body).toMatchObject({ block_type_id: inner.id, fields: innerFields, version: "non-versioned" });
    expect((await server.call("GET", `${path}?version=2`)).body).toMatchObject({ detail: "Block schema not found" });
  });

  test("definitions of nested blocks are read with a schema that was registered without them", async () => {
    const { type } = await registerBlock(server, { slug: "outer-y" });
    const { body } = await register({ fields: outerFields, block_type_id: type.id, version: "bare" });
    expect(body.fields.definitions).toEqual({ Inner: innerFields });
  });

  test("the newest schema of a checksum is read where no version is asked for", async () => {
    const { type, schema } = await registerBlock(server, { slug: "versions", version: "1" });
    const { body: newer } = await register({ fields: schema.fields, block_type_id: type.id, version: "2" });
    const path = `/block_schemas/checksum/${schema.checksum}`;
    expect((await server.call("GET", path)).body).toMatchObject({ id: newer.id });
    expect((await server.call("GET", `${path}?version=1`)).body).toMatchObject({ id: schema.id });
    expect((await server.call("GET", `/block_schemas/${schema.id}`)).body).toEqual(schema);
  });

  test("schemas are found newest first, and tell which capabilities there are", async () => {
    const one = await registerBlock(server, { slug: "capable", capabilities: ["dive", "fly"], version: "7" });
    const two = await registerBlock(server, { slug: "capable-too", capabilities: ["fly"] });
    const ids = async (block_schemas: object) => {
      const found = await server.call<BlockSchema[]>("POST", "/block_schemas/filter", { block_schemas });
      return found.body.map(({ id }) => id);
    };
    expect(await ids({ block_capabilities: { all_: ["fly"] } })).toEqual([two.schema.id, one.schema.id]);
    expect(await ids({ block_capabilities: { all_: ["fly", "dive"] } })).toEqual([one.schema.id]);
    expect(await ids({ version: { any_: ["7"] } })).toEqual([one.schema.id]);
    expect(await ids({ block_type_id: { any_: [two.type.id] } })).toEqual([two.schema.id]);
    expect((await server.call("GET", "/block_capabilities/")).body).toEqual(
      expect.arrayContaining(["dive", "fly", "notify", "read-path"]),
    );
  });

  test("a schema is deleted, unless it is one of a protected type", async () => {
    const { schema } = await registerBlock(server, { slug: "deleted" });
    expect((await server.call("DELETE", `/block_schemas/${schema.id}`)).status).toBe(204);
    expect((await server.call("DELETE", `/block_schemas/${schema.id}`)).status).toBe(404);
    const { body: secret } = await server.call<{ id: string }>("GET", "/block_types/slug/secret");
    const { body } = await server.call<BlockSchema[]>("POST", "/block_schemas/filter", {
      block_schemas: { block_type_id: { any_: [secret.id] } },
    });
    expect(await server.call("DELETE", `/block_schemas/${body[0]?.id}`)).toMatchObject({
      status: 403,
      body: { detail: "Block schemas for protected block types cannot be deleted." },
    });
  });

  test("numbers of a schema come back as they were written", async () => {
    const { type } = await registerBlock(server, { slug: "exact" });
    const fields = `{"properties": {"n": {"default": 1.0, "maximum": 12345678901234567890}}}`;
    const answer = await server.app.inject({
      method: "POST",
      url: "/api/block_schemas/",
      headers: { "content-type": "application/json" },
      payload: `{"block_type_id": "${type.id}", "fields": ${fields}}`,
    });
    expect(answer.body).toContain('{"n":{"default":1.0,"maximum":12345678901234567890}}');
  });

  test.each([
    [
      "a type that is not there",
      { block_type_slug: "zzz", block_schema_checksum: "sha256:1" },
      "Cannot create block schema because block type 'zzz' was not found.Did you forget to register the block type?",
    ],
    [
      "a schema that nobody registered",
      { block_type_slug: "secret", block_schema_checksum: "sha256:1" },
      'fields: "i" nests a block of the type "secret" whose schema (sha256:1) is not registered, and fields.definitions does not have it. Register the nested block\'s schema before.',
    ],
  ])("one that nests %s is refused", async (_, reference, detail) => {
    const { body: secret } = await server.call<{ id: string }>("GET", "/block_types/slug/secret");
    const fields = { block_schema_references: { i: reference }, properties: { i: { $ref: "#/definitions/I" } } };
    expect(await register({ block_type_id: secret.id, fields })).toMatchObject({ status: 409, body: { detail } });
  });

  test("one of a type that is not there is refused", async () => {
    const id = "00000000-0000-4000-8000-000000000000";
    const detail = `Block type ${id} not found.`;
    expect(await register({ block_type_id: id, fields: {} })).toMatchObject({ status: 404, body: { detail } });
  });
});
