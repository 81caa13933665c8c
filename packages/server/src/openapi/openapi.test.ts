import { openDatabase, type TestDatabase } from "@ostinato/testing/databases";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { startTestServer, type TestServer } from "../../test/harness.ts";

interface OpenApi {
  readonly openapi: string;
  readonly paths: Record<
    string,
    Record<string, { operationId: string; tags: string[]; parameters?: object[]; responses: object }>
  >;
  readonly components: { readonly schemas: Record<string, object>; readonly responses: Record<string, object> };
}

describe("the description of the API", () => {
  let database: TestDatabase;
  let server: TestServer;
  let document: OpenApi;
  beforeAll(async () => {
    database = await openDatabase("sqlite");
    server = await startTestServer(database.url);
    document = (await server.call<OpenApi>("GET", "/openapi.json")).body;
  });
  afterAll(async () => {
    await server.stop();
    await database.dispose();
  });

  test("has the operations that are served, each under a name of its own", () => {
    expect(document.openapi).toBe("3.1.0");
    const operations = Object.values(document.paths).flatMap((methods) => Object.values(methods));
    const ids = operations.map(({ operationId }) => operationId);
    expect(new Set(ids).size).toBe(ids.length);
    expect(document.paths["/flows/{id}"]?.get).toMatchObject({
      operationId: "readFlow",
      parameters: [{ name: "id", in: "path", required: true, schema: { type: "string", format: "uuid" } }],
      responses: {
        200: { content: { "application/json": { schema: { $ref: "#/components/schemas/Flow" } } } },
        404: { $ref: "#/components/responses/NotFound" },
        429: { $ref: "#/components/responses/TooManyRequests" },
        503: { $ref: "#/components/responses/Busy" },
      },
    });
    expect(document.paths["/flows/"]?.post).toMatchObject({
      requestBody: {
        required: true,
        content: { "application/json": { schema: { $ref: "#/components/schemas/FlowCreate" } } },
      },
    });
  });

  test("says of what waits its turn that it may be refused, and when to come again", () => {
    const answersOf = (path: string) => Object.keys(document.paths[path]?.get?.responses ?? {});
    expect(answersOf("/health")).not.toContain("503");
    expect(answersOf("/health")).not.toContain("429");
    const { TooManyRequests, Busy } = document.components.responses;
    for (const refusal of [TooManyRequests, Busy]) {
      expect(refusal).toMatchObject({ headers: { "Retry-After": { required: true } } });
    }
  });

  test("refers to nothing that is not there", () => {
    const references = JSON.stringify(document).matchAll(/"#\/components\/(schemas|responses)\/(\w+)"/g);
    const missing = [...references]
      .map(([, kind, name = ""]) => [kind as "schemas" | "responses", name] as const)
      .filter(([kind, name]) => !(name in document.components[kind]));
    expect(missing).toEqual([]);
  });

  test("is plain JSON Schema: no format or keyword of our own", () => {
    const text = JSON.stringify(document);
    expect(text).not.toContain('"timestamp"}');
    expect(text).not.toContain("patternProperties");
    expect(document.components.schemas.Flow).toMatchObject({ properties: { created: { format: "date-time" } } });
  });

  test("is a page too, which needs nothing from elsewhere and runs no script", async () => {
    const { body, headers, status } = await server.call<string>("GET", "/docs");
    expect(status).toBe(200);
    expect(String(headers["content-security-policy"])).toContain("default-src 'none'");
    expect(body).not.toMatch(/<script|<link|src=|https?:\/\//);
    for (const path of Object.keys(document.paths)) expect(body).toContain(`<code>${path}</code>`);
    for (const [, name] of body.matchAll(/href="#([\w-]+)"/g)) expect(body).toContain(`id="${name}"`);
  });
});
