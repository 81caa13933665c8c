import { filterArtifacts, filterLogs, filterTaskRuns, readFlowRun, setFlowRunState } from "@ostinato/protocol";
import { expect, test, vi } from "vitest";
import { nextJson, run, withServer } from "../test/script-harness.ts";

// Whoever waits for a program on a busy machine waits long.
vi.setConfig({ testTimeout: 60_000 });

const password = "ann:correct hörse";

test("a program says the password in everything that it tells: states, events, lines, and what its threads make", async () => {
  await withServer(
    async (client) => {
      const script = run("asked", [], { OSTINATO_API_URL: client.baseUrl, OSTINATO_API_AUTH_STRING: password });
      const { id } = await nextJson<{ id: string }>(script);
      expect(await nextJson(script)).toEqual({ value: 100 });
      expect(await script.ended()).toEqual({ code: 0, signal: null });
      expect(await client.call(readFlowRun, { params: { id } })).toMatchObject({
        state_name: "Completed",
        created_by: { type: "USER", display_value: "ann" },
      });
      const tasks = await client.call(filterTaskRuns, { body: { limit: 200 } });
      expect(tasks.map((task) => task.state_name)).toEqual(Array.from({ length: 101 }, () => "Completed"));
      const lines = await client.call(filterLogs, { body: { logs: { flow_run_id: { any_: [id] } } } });
      expect(lines.map((line) => line.message)).toContain("from a thread");
      expect(await client.call(filterArtifacts, { body: { artifacts: { key: { any_: ["from-a-thread"] } } } })).toEqual(
        [expect.objectContaining({ data: "# Hello", flow_run_id: id })],
      );
    },
    0,
    password,
  );
});

test("it hears that its run is cancelled", async () => {
  await withServer(
    async (client) => {
      const script = run("endless", [], { PREFECT_API_URL: client.baseUrl, PREFECT_API_AUTH_STRING: password });
      const { id } = await nextJson<{ id: string }>(script);
      await client.call(setFlowRunState, {
        params: { id },
        body: { state: { type: "CANCELLING", name: "Cancelling" } },
      });
      await script.ended();
      expect(await client.call(readFlowRun, { params: { id } })).toMatchObject({ state_type: "CANCELLED" });
    },
    0,
    password,
  );
});

test("its last words reach the server where it leaves in the middle of a run", async () => {
  await withServer(
    async (client) => {
      const script = run("leaves", [], { OSTINATO_API_URL: client.baseUrl, OSTINATO_API_AUTH_STRING: password });
      const { id } = await nextJson<{ id: string }>(script);
      expect(await script.ended()).toEqual({ code: 3, signal: null });
      expect(await client.call(readFlowRun, { params: { id } })).toMatchObject({ state_type: "CRASHED" });
    },
    0,
    password,
  );
});

test.each([
  ["no password", {}, "asks for a password. Give it as user:password in OSTINATO_API_AUTH_STRING."],
  [
    "another password",
    { OSTINATO_API_AUTH_STRING: "ann:battery" },
    "does not accept the user and password in OSTINATO_API_AUTH_STRING.",
  ],
])("with %s it ends at once and says what to do", async (_what, given, sentence) => {
  await withServer(
    async (client) => {
      const script = run("asked", [], { OSTINATO_API_URL: client.baseUrl, ...given });
      expect(await script.ended()).toEqual({ code: 1, signal: null });
      expect(script.errors()).toContain(`The server at ${client.baseUrl} ${sentence}`);
      expect(script.errors()).not.toContain("battery");
    },
    0,
    password,
  );
});

test("it finds a server that asks for a password at the default address, and without one keeps its own database out of it", async () => {
  await withServer(
    async (client) => {
      const found = { OSTINATO_SERVER_PORT: new URL(client.baseUrl).port };
      const refused = run("asked", [], found);
      expect(await refused.ended()).toEqual({ code: 1, signal: null });
      expect(refused.errors()).toContain("asks for a password");
      const script = run("asked", [], { ...found, OSTINATO_API_AUTH_STRING: password });
      const { id } = await nextJson<{ id: string }>(script);
      expect(await script.ended()).toEqual({ code: 0, signal: null });
      expect(await client.call(readFlowRun, { params: { id } })).toMatchObject({ state_name: "Completed" });
    },
    0,
    password,
  );
});

test("a program with a server in its own process needs no password to its own database", async () => {
  const script = run("asked", [], { OSTINATO_SERVER_API_AUTH_STRING: password });
  const { id } = await nextJson<{ id: string }>(script);
  expect(await script.ended()).toEqual({ code: 0, signal: null });
  await withServer(async (client) => {
    expect(await client.call(readFlowRun, { params: { id } })).toMatchObject({
      state_name: "Completed",
      created_by: null,
    });
  });
});
