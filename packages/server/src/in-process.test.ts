import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describeOnEachDatabase } from "@ostinato/testing/databases";
import { afterAll, beforeAll, expect, test } from "vitest";
import { startTestServer, type TestServer } from "../test/harness.ts";
import { createInProcessServer, type InProcessServer } from "./in-process.ts";
import { readConfig } from "./kernel/config.ts";

const unknown = "64a1a8d5-5b0c-4a36-90f0-1d6f0a2f1f5d";

describeOnEachDatabase("a server in the process of a program", (database) => {
  let own: InProcessServer;
  let listening: TestServer;
  let home: string;
  beforeAll(async () => {
    home = await mkdtemp(join(tmpdir(), "ostinato-in-process-"));
    listening = await startTestServer(database.url);
    const config = readConfig({
      OSTINATO_HOME: home,
      OSTINATO_DATABASE_URL: database.url,
      OSTINATO_LOG_LEVEL: "silent",
    });
    own = await createInProcessServer({ config });
  });
  afterAll(async () => {
    await own.stop();
    await listening.stop();
    await rm(home, { recursive: true });
  });

  const ask = async (method: string, path: string, body?: unknown) => {
    const answer = await own.handle({ method, path, body: body === undefined ? undefined : JSON.stringify(body) });
    return { status: answer.status, body: answer.body === "" ? null : (JSON.parse(answer.body) as unknown) };
  };

  test("keeps what a server that listens shows", async () => {
    const flow = (await ask("POST", "/flows/", { name: "own" })) as { status: number; body: { id: string } };
    expect(flow.status).toBe(201);
    const run = (await ask("POST", "/flow_runs/", { flow_id: flow.body.id, state: { type: "PENDING" } })) as {
      body: { id: string };
    };
    expect(await ask("POST", `/flow_runs/${run.body.id}/set_state`, { state: { type: "RUNNING" } })).toMatchObject({
      status: 201,
      body: { status: "ACCEPT" },
    });
    expect(await ask("PUT", `/flows/${flow.body.id}/parameter_schema`, { schema: { type: "object" } })).toEqual({
      status: 204,
      body: null,
    });
    expect((await listening.call("GET", `/flow_runs/${run.body.id}`)).body).toMatchObject({ state_type: "RUNNING" });
    expect((await listening.call("GET", `/flows/${flow.body.id}/parameter_schema`)).body).toEqual({
      schema: { type: "object" },
    });
  });

  test.each([
    ["a name in the path", "GET", "/flows/name/no%20such", undefined],
    ["an unknown id", "GET", `/flow_runs/${unknown}`, undefined],
    ["an id that is none", "GET", "/flow_runs/xyz", undefined],
    ["a body that is wrong", "POST", "/flows/", { name: 5 }],
    ["a body that is missing", "POST", "/flows/", undefined],
    ["a query that is wrong", "GET", "/ostinato?process=", undefined],
    ["a question of a page", "POST", "/ui/flow_runs/list", { count: true, flow_runs: { id: { any_: [unknown] } } }],
    ["an unknown graph", "GET", `/flow_runs/${unknown}/graph-v2`, undefined],
    ["a filter that finds nothing", "POST", "/flow_runs/filter", { flow_runs: { id: { any_: [unknown] } } }],
  ])("answers %s as a server that listens does", async (_, method, path, body) => {
    const { status, body: told } = await listening.call(method as "GET", path, body);
    const answer = await ask(method, path, body);
    const isInfo = path.startsWith("/ostinato") && status === 200;
    expect({ status: answer.status, body: isInfo ? told : answer.body }).toEqual({ status, body: told });
  });

  test("refuses what is no JSON, and paths that lead nowhere", async () => {
    const answer = await own.handle({ method: "POST", path: "/flows/", body: "{" });
    expect([answer.status, answer.body]).toEqual([422, expect.stringContaining("JSON decode error")]);
    expect(await ask("GET", "/nowhere")).toEqual({
      status: 404,
      body: { detail: "Not Found", code: "PATH_NOT_FOUND" },
    });
  });
});
