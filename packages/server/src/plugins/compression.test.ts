import { gunzipSync } from "node:zlib";
import { openDatabase, type TestDatabase } from "@ostinato/testing/databases";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { startTestServer, type TestServer } from "../../test/harness.ts";

describe("the size of answers", () => {
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

  const get = (url: string, encoding: string, remoteAddress: string) =>
    server.app.inject({ url: `/api${url}`, headers: { "accept-encoding": encoding }, remoteAddress });

  test("long ones are compressed for clients on other machines that accept it", async () => {
    const plain = await get("/openapi.json", "gzip, deflate, br", "127.0.0.1");
    const travelled = await get("/openapi.json", "gzip, deflate, br", "192.0.2.7");
    expect(plain.headers["content-encoding"]).toBeUndefined();
    expect(travelled.headers).toMatchObject({ "content-encoding": "gzip", vary: "accept-encoding" });
    expect(travelled.rawPayload.length).toBeLessThan(plain.rawPayload.length / 5);
    expect(gunzipSync(travelled.rawPayload).toString()).toBe(plain.body);
  });

  test("short ones are not compressed, nor those for clients that do not accept it", async () => {
    expect((await get("/health", "gzip", "192.0.2.7")).headers["content-encoding"]).toBeUndefined();
    expect((await get("/openapi.json", "identity", "192.0.2.7")).headers["content-encoding"]).toBeUndefined();
  });
});
