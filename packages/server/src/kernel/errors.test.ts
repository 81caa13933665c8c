import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { type ErrorCode, errorCodes } from "@ostinato/protocol";
import { describeOnEachDatabase } from "@ostinato/testing/databases";
import { afterAll, beforeAll, expect, test } from "vitest";
import { startTestServer, type TestServer } from "../../test/harness.ts";

test("each code of the table is thrown somewhere", () => {
  const sources = join(import.meta.dirname, "..");
  const text = readdirSync(sources, { recursive: true, encoding: "utf8" })
    .filter((name) => name.endsWith(".ts") && !name.endsWith(".test.ts"))
    .map((name) => readFileSync(join(sources, name), "utf8"))
    .join("\n");
  expect(Object.keys(errorCodes).filter((code) => !text.includes(`"${code}"`))).toEqual([]);
});

const gone = "0197a1a8-5b0c-7a36-90f0-1d6f0a2f1f5d";
const json = { "content-type": "application/json" };

interface Asked {
  readonly method?: "GET" | "POST" | "PUT" | "DELETE";
  readonly path: string;
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}

const refusals: readonly (readonly [ErrorCode, Asked])[] = [
  ["API_VERSION_REFUSED", { path: "/hello", headers: { "x-prefect-api-version": "0.1.0" } }],
  ["HOST_REFUSED", { path: "/hello", headers: { host: "evil.example" } }],
  ["ORIGIN_REFUSED", { path: "/hello", headers: { origin: "http://evil.example" } }],
  ["PATH_NOT_FOUND", { path: "/nothing" }],
  ["PATH_NOT_FOUND", { path: "/flows/not-an-id" }],
  ["FEATURE_ABSENT", { path: "/collections/views/aggregate-flow-metadata" }],
  ["ARTIFACT_NOT_FOUND", { path: `/artifacts/${gone}` }],
  ["ARTIFACT_NOT_FOUND", { path: "/ui/artifacts/key/nothing" }],
  ["ASSET_NOT_FOUND", { path: "/assets/asset?key=s3://nothing" }],
  [
    "BLOCK_DOCUMENT_NOT_FOUND",
    { method: "PUT", path: "/admin/storage", body: { default_result_storage_block_id: gone } },
  ],
  ["FLOW_NOT_FOUND", { path: `/flows/${gone}` }],
  ["FLOW_NOT_FOUND", { path: `/ui/flows/${gone}` }],
  ["FLOW_RUN_NOT_FOUND", { path: `/flow_runs/${gone}` }],
  [
    "FLOW_RUN_NOT_FOUND",
    { method: "POST", path: `/flow_runs/${gone}/set_state`, body: { state: { type: "RUNNING" } } },
  ],
  ["FLOW_RUN_INPUT_NOT_FOUND", { path: `/flow_runs/${gone}/input/key` }],
  ["FLOW_RUN_STATE_NOT_FOUND", { path: `/flow_run_states/${gone}` }],
  ["RESULT_NOT_FOUND", { path: `/results/${gone}` }],
  ["SAVED_SEARCH_NOT_FOUND", { path: `/saved_searches/${gone}` }],
  ["TASK_RUN_NOT_FOUND", { path: `/task_runs/${gone}` }],
  ["TASK_RUN_STATE_NOT_FOUND", { path: `/task_run_states/${gone}` }],
  ["METHOD_NOT_ALLOWED", { method: "DELETE", path: "/hello" }],
  ["DATA_CONFLICT", { method: "POST", path: "/flow_runs/", body: { flow_id: gone } }],
  ["NOTHING_TO_SAVE", { method: "POST", path: "/admin/database/save" }],
  ["NO_PASSWORD_ASKED", { method: "POST", path: "/ui/session", body: { user: "ann", password: "x" } }],
  ["BODY_TOO_LARGE", { method: "POST", path: "/flows/", body: { name: "x".repeat(5 * 1024 * 1024) } }],
  [
    "UNSUPPORTED_MEDIA_TYPE",
    { method: "POST", path: "/flows/", body: { name: "x" }, headers: { "content-type": "text/csv" } },
  ],
  ["CSRF_DISABLED", { path: "/csrf-token?client=me" }],
  ["CURSOR_REFUSED", { method: "POST", path: "/ui/flow_runs/list", body: { cursor: "nonsense" } }],
  ["INVALID_LIMIT", { method: "POST", path: "/flows/filter", body: { limit: 201 } }],
  [
    "INVALID_RANGE",
    {
      method: "POST",
      path: "/flow_runs/history",
      body: {
        history_start: "2026-01-01T00:00:00Z",
        history_end: "2026-01-02T00:00:00Z",
        history_interval_seconds: 0.5,
      },
    },
  ],
  ["INVALID_REQUEST", { method: "POST", path: "/flows/", body: {} }],
];

describeOnEachDatabase("the codes of errors", (database) => {
  let server: TestServer;
  beforeAll(async () => {
    server = await startTestServer(database.url);
  });
  afterAll(() => server.stop());

  test.each(refusals)("%s stands beside the words, with the status of the table", async (code, asked) => {
    const { method = "GET", path, body, headers } = asked;
    const answer = await server.app.inject({
      method,
      url: `/api${path}`,
      headers: { ...(body === undefined ? {} : json), ...headers },
      ...(body === undefined ? {} : { payload: JSON.stringify(body) }),
    });
    const { detail, exception_message, ...rest } = answer.json();
    expect(detail ?? exception_message).toMatch(/\w/);
    expect([answer.statusCode, rest.code]).toEqual([errorCodes[code].status, code]);
  });

  test("what a service refuses is told with the body of the request, like what a contract refuses", async () => {
    const flow = await server.call<{ id: string }>("POST", "/flows/", { name: "with body" });
    const body = { name: "d", flow_id: flow.body.id, schedules: [{ schedule: { cron: "0 6 * *" } }] };
    expect(await server.call("POST", "/deployments/", body)).toMatchObject({
      status: 422,
      body: { code: "INVALID_REQUEST", request_body: body },
    });
  });

  test("an id in a path that is not a UUID leads nowhere, also where it is not the first", async () => {
    const id = "01a1ffcc-addd-7f39-ab35-9dbee5f5ca55";
    const path = `/deployments/${id}/schedules/daily`;
    expect(await server.call("DELETE", path)).toMatchObject({ status: 404, body: { code: "PATH_NOT_FOUND" } });
    expect(await server.call("GET", path)).toMatchObject({ status: 404, body: { code: "PATH_NOT_FOUND" } });
  });

  test("a taken key of an input and a missing password have codes of their own", async () => {
    const flow = await server.call<{ id: string }>("POST", "/flows/", { name: "coded" });
    const run = await server.call<{ id: string }>("POST", "/flow_runs/", { flow_id: flow.body.id });
    const keep = () => server.call("POST", `/flow_runs/${run.body.id}/input`, { key: "k", value: "v" });
    await keep();
    expect(await keep()).toMatchObject({ status: 409, body: { code: "KEY_TAKEN" } });
    const asking = await startTestServer(database.url, { config: { authString: "ann:horse" } });
    expect(await asking.call("GET", "/hello")).toMatchObject({
      status: 401,
      body: { exception_message: "Unauthorized", code: "UNAUTHENTICATED" },
    });
    expect(await asking.call("POST", "/ui/session", { user: "ann", password: "x" })).toMatchObject({
      status: 401,
      body: { code: "WRONG_PASSWORD" },
    });
    await asking.stop();
  });
});
