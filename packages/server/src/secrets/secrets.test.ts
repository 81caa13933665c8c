import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { BlockDocument, KeyRotation } from "@ostinato/protocol";
import { describeOnEachDatabase } from "@ostinato/testing/databases";
import { pino } from "pino";
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from "vitest";
import { type RegisteredBlock, registerBlock } from "../../test/block-harness.ts";
import { startTestServer, type TestServer } from "../../test/harness.ts";
import { newKey } from "../kernel/keys.ts";

const planted = "planted-7f3a9c-secret";

describeOnEachDatabase("secrets at rest", (database) => {
  let home: string;
  let server: TestServer;
  const lines: string[] = [];
  const log = pino({ level: "trace" }, { write: (line: string) => void lines.push(line) });

  const start = (encryptionKeys: readonly string[] = []) =>
    startTestServer(database.url, { log, config: { home, encryptionKeys } });
  const restart = async (encryptionKeys: readonly string[] = []) => {
    await server.stop();
    server = await start(encryptionKeys);
  };
  const keyFile = () => server.context.keyring.file;

  beforeAll(() => {
    home = mkdtempSync(join(tmpdir(), "ostinato-secrets-"));
  });
  afterAll(() => rmSync(home, { recursive: true, force: true }));

  let block: RegisteredBlock;
  let slug = 0;
  beforeEach(async () => {
    server = await start();
    slug += 1;
    block = await registerBlock(server, { slug: `vault-${slug}`, secretFields: ["password"] });
  });
  afterEach(async () => {
    const { body } = await server.call<BlockDocument[]>("POST", "/block_documents/filter", {});
    for (const { id } of body) await server.call("DELETE", `/block_documents/${id}`);
    await server.stop();
  });

  const read = (id: string, secrets = true) =>
    server.call<BlockDocument>("GET", `/block_documents/${id}${secrets ? "?include_secrets=true" : ""}`);

  test("a secret is nowhere but in the answer to who asks for it", async () => {
    const saved = await block.save("main", { user: "me", password: planted });
    const body = { name: "main 2", data: { password: planted }, colour: planted, block_type_id: planted };
    const refused = await server.call("POST", "/block_documents/", body);
    expect(refused.status).toBe(422);
    const answers = [
      refused,
      await server.call("PATCH", `/block_documents/${saved.id}`, { data: { password: planted }, colour: planted }),
      await server.call("POST", "/block_documents/", { ...body, name: "main", colour: undefined }),
      await read(saved.id, false),
      await server.call("POST", "/block_documents/filter", {}),
      await server.call("POST", "/events/filter", {}),
      await server.call("GET", "/metrics"),
      await server.call("GET", "/admin/settings"),
    ];
    for (const answer of answers) expect(JSON.stringify(answer.body)).not.toContain(planted);
    expect(lines.join("")).not.toContain(planted);
    const { read: reader } = server.context.db;
    const kept = [
      await reader.selectFrom("block_document").selectAll().execute(),
      await reader.selectFrom("event").selectAll().execute(),
      await reader.selectFrom("outbox").selectAll().execute(),
      await reader.selectFrom("configuration").selectAll().execute(),
    ];
    expect(JSON.stringify(kept)).not.toContain(planted);
    expect((await read(saved.id)).body.data).toEqual({ user: "me", password: planted });
  });

  test("the file of the database and its copies hold neither the secret nor the key", async () => {
    await block.save("main", { password: planted });
    const { database: location } = server.context.config;
    if (location.kind !== "sqlite") return;
    const key = readFileSync(keyFile(), "utf8").trim().split("\n").at(-1) ?? "";
    const files = readdirSync(join(location.file, "..")).filter((name) => !name.endsWith(".key"));
    expect(files.length).toBeGreaterThan(0);
    for (const name of files) {
      const bytes = readFileSync(join(location.file, "..", name));
      expect(bytes.includes(planted)).toBe(false);
      expect(bytes.includes(key)).toBe(false);
    }
  });

  test("the key file is its owner's only, and outlives the server", async () => {
    const saved = await block.save("main", { password: planted });
    expect(statSync(keyFile()).mode & 0o777).toBe(0o600);
    await restart();
    expect((await read(saved.id)).body.data).toEqual({ password: planted });
  });

  test("a database without its key says so, and works for all else", async () => {
    const saved = await block.save("main", { user: "me", password: planted });
    const text = readFileSync(keyFile(), "utf8");
    rmSync(keyFile());
    await restart();
    const locked = { status: 409, body: { code: "SECRETS_LOCKED" } };
    const refused = await read(saved.id);
    expect(refused).toMatchObject(locked);
    expect(JSON.stringify(refused.body)).toContain(
      `this server has no key: there is no key file ${keyFile()}, and OSTINATO_ENCRYPTION_KEY is not set`,
    );
    expect((await read(saved.id, false)).body.data).toEqual({ user: "me", password: "********" });
    // No new key is made beside secrets that it does not open.
    const body = { block_type_id: block.type.id, block_schema_id: block.schema.id };
    const another = { ...body, name: "another", data: { password: "x" } };
    expect(await server.call("POST", "/block_documents/", another)).toMatchObject(locked);
    expect(await server.call("POST", "/admin/rotate-key")).toMatchObject(locked);
    expect((await server.call("POST", "/block_documents/", { ...body, name: "open", data: { a: 1 } })).status).toBe(
      201,
    );
    expect((await server.call("POST", "/flows/", { name: "still working" })).status).toBe(201);
    writeFileSync(keyFile(), text, { mode: 0o600 });
    expect((await read(saved.id)).body.data).toEqual({ user: "me", password: planted });
  });

  test("a wrong key is named", async () => {
    const saved = await block.save("main", { password: planted });
    const text = readFileSync(keyFile(), "utf8");
    const wrong = newKey();
    writeFileSync(keyFile(), `${wrong.text}\n`);
    await restart();
    const refused = await read(saved.id);
    expect(refused).toMatchObject({ status: 409, body: { code: "SECRETS_LOCKED" } });
    expect(JSON.stringify(refused.body)).toContain(`this server has another key (${wrong.id}), from ${keyFile()}`);
    writeFileSync(keyFile(), text);
    expect((await read(saved.id)).status).toBe(200);
  });

  test("a lost key is given up by deleting what it sealed", async () => {
    const saved = await block.save("main", { password: planted });
    rmSync(keyFile());
    await restart();
    await server.call("DELETE", `/block_documents/${saved.id}`);
    expect((await server.call("POST", "/admin/rotate-key")).status).toBe(200);
    const { body: anew } = await server.call<BlockDocument>("POST", "/block_documents/", {
      name: "anew",
      data: { password: planted },
      block_type_id: block.type.id,
      block_schema_id: block.schema.id,
    });
    expect((await read(anew.id)).body.data).toEqual({ password: planted });
  });

  test("secrets are sealed anew with another key of the file", async () => {
    const saved = await block.save("main", { password: planted });
    const before = readFileSync(keyFile(), "utf8");
    const { body } = await server.call<KeyRotation>("POST", "/admin/rotate-key");
    expect(body).toMatchObject({ documents: 1, key_file: keyFile() });
    expect(readFileSync(keyFile(), "utf8")).not.toBe(before);
    expect((await read(saved.id)).body.data).toEqual({ password: planted });
    writeFileSync(keyFile(), before);
    await restart();
    const refused = await read(saved.id);
    expect(JSON.stringify(refused.body)).toContain(`sealed with the key ${body.key_id}`);
    await server.call("DELETE", `/block_documents/${saved.id}`);
    await server.call("POST", "/admin/rotate-key");
  });

  test("keys of the setting take over by rotation, the former ones behind the new one", async () => {
    const saved = await block.save("main", { password: planted });
    const [one, two] = [newKey(), newKey()];
    await restart([one.text]);
    expect((await read(saved.id)).body.data).toEqual({ password: planted });
    const rotated = { body: { key_id: one.id, key_file: null } };
    expect(await server.call("POST", "/admin/rotate-key")).toMatchObject(rotated);
    expect(await server.call("POST", "/admin/rotate-key")).toMatchObject({ status: 409 });
    await restart([two.text, one.text]);
    expect((await read(saved.id)).body.data).toEqual({ password: planted });
    await server.call("POST", "/admin/rotate-key");
    await restart([two.text]);
    expect((await read(saved.id)).body.data).toEqual({ password: planted });
    // Back to a file of its own, for the tests that follow.
    await server.call("DELETE", `/block_documents/${saved.id}`);
    await restart();
    expect((await server.call("POST", "/admin/rotate-key")).status).toBe(200);
  });

  test("a secret that was moved to another document can't be opened", async () => {
    const saved = await block.save("main", { password: planted });
    const other = await block.save("other", { password: "x" });
    const { db } = server.context;
    const row = await db.read
      .selectFrom("block_document")
      .select("secrets")
      .where("id", "=", saved.id)
      .executeTakeFirst();
    await db.write((tx) =>
      tx
        .updateTable("block_document")
        .set({ secrets: row?.secrets ?? null })
        .where("id", "=", other.id)
        .execute(),
    );
    expect(await read(other.id)).toMatchObject({ status: 409, body: { code: "SECRETS_LOCKED" } });
  });
});
