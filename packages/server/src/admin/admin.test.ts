import { describeOnEachDatabase } from "@ostinato/testing/databases";
import { afterAll, beforeAll, expect, test } from "vitest";
import { startTestServer, type TestServer } from "../../test/harness.ts";

describeOnEachDatabase("admin", (database) => {
  let server: TestServer;
  beforeAll(async () => {
    server = await startTestServer(database.url);
  });
  afterAll(() => server.stop());

  test.each([
    ["/health", true],
    ["/ready", { message: "OK" }],
    ["/version", "0.8.4"],
    ["/admin/version", expect.stringMatching(/^3\.\d+\.\d+$/)],
    ["/admin/storage", { default_result_storage_block_id: null }],
    ["/ostinato", expect.objectContaining({ product: "ostinato", database: database.name })],
  ])("GET %s", async (path, expected) => {
    expect(await server.call("GET", path)).toMatchObject({ status: 200, body: expected });
  });

  test("clients learn that writes need no token", async () => {
    const { status, body } = await server.call("GET", "/csrf-token?client=64a1a8d5-5b0c-4a36-90f0-1d6f0a2f1f5d");
    expect(status).toBe(422);
    expect(body).toEqual({ detail: "CSRF protection is disabled.", code: "CSRF_DISABLED" });
  });

  test("settings are nested and hide the password of the database", async () => {
    const { body } = await server.call("GET", "/admin/settings");
    expect(body).toMatchObject({ server: { ui: { enabled: true }, api: { csrf_protection_enabled: false } } });
    const password = new URL(database.url.replace(/^sqlite/, "http")).password;
    if (password !== "") expect(JSON.stringify(body)).not.toContain(password);
  });

  test("a block that does not exist can't keep results", async () => {
    const body = { default_result_storage_block_id: "64a1a8d5-5b0c-4a36-90f0-1d6f0a2f1f5d" };
    expect((await server.call("PUT", "/admin/storage", body)).status).toBe(404);
    expect((await server.call("DELETE", "/admin/storage")).status).toBe(204);
  });

  test.each(["/health", "/version"])("%s is told to every client", async (path) => {
    const response = await server.app.inject({ url: `/api${path}`, headers: { "x-prefect-api-version": "yesterday" } });
    expect(response.statusCode).toBe(200);
  });

  test.each([
    ["0.8.4", 200],
    ["0.9.0", 200],
    ["0.7.9", 400],
    ["yesterday", 400],
  ])("a client of API version %s gets %i", async (version, status) => {
    const headers = { "x-prefect-api-version": version };
    const response = await server.app.inject({ url: "/api/hello", headers });
    expect(response.statusCode).toBe(status);
    expect(response.headers["content-type"]).toContain("application/json");
  });
});
