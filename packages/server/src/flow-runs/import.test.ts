import { randomId } from "@ostinato/core";
import type { Flow, FlowRun, State } from "@ostinato/protocol";
import { describeOnEachDatabase } from "@ostinato/testing/databases";
import { afterAll, beforeAll, expect, test } from "vitest";
import { startTestServer, type TestServer } from "../../test/harness.ts";

describeOnEachDatabase("imported flow runs", (database) => {
  let server: TestServer;
  let flowId: string;
  beforeAll(async () => {
    server = await startTestServer(database.url);
    flowId = (await server.call<Flow>("POST", "/flows/", { name: "moved" })).body.id;
  });
  afterAll(() => server.stop());

  const run = (states: object[], id = randomId()) => ({
    id,
    flow_id: flowId,
    name: "brisk-heron",
    tags: ["old"],
    states,
  });
  const retried = [
    { type: "SCHEDULED", timestamp: "2026-01-01T00:00:00Z" },
    { type: "RUNNING", timestamp: "2026-01-01T00:00:10Z" },
    { type: "SCHEDULED", name: "AwaitingRetry", timestamp: "2026-01-01T00:00:20Z" },
    { type: "RUNNING", name: "Retrying", timestamp: "2026-01-01T00:01:00Z" },
    { type: "FAILED", message: "no more", timestamp: "2026-01-01T00:01:30.5Z" },
  ];

  test("are kept with their states, and their times follow from them", async () => {
    const given = run(retried);
    const reply = await server.call("POST", "/ostinato/import", { flow_runs: [given] });
    expect(reply).toMatchObject({ status: 200, body: { created: 1, existing: 0 } });
    const { body } = await server.call<FlowRun>("GET", `/flow_runs/${given.id}`);
    expect(body).toMatchObject({
      name: "brisk-heron",
      tags: ["old"],
      state_type: "FAILED",
      run_count: 2,
      expected_start_time: "2026-01-01T00:00:00Z",
      start_time: "2026-01-01T00:00:10Z",
      end_time: "2026-01-01T00:01:30.500000Z",
      total_run_time: 40.5,
      next_scheduled_start_time: null,
      state: { message: "no more", timestamp: "2026-01-01T00:01:30.500000Z" },
    });
    const states = await server.call<State[]>("GET", `/flow_run_states/?flow_run_id=${given.id}`);
    expect(states.body.map(({ name }) => name)).toEqual([
      "Scheduled",
      "Running",
      "AwaitingRetry",
      "Retrying",
      "Failed",
    ]);
  });

  test("are kept once", async () => {
    const given = run(retried.slice(0, 2));
    await server.call("POST", "/ostinato/import", { flow_runs: [given] });
    const again = await server.call("POST", "/ostinato/import", { flow_runs: [{ ...given, name: "x" }, run(retried)] });
    expect(again.body).toEqual({ created: 1, existing: 1 });
    expect((await server.call<FlowRun>("GET", `/flow_runs/${given.id}`)).body.name).toBe("brisk-heron");
  });

  test("are refused as a whole if a state is out of order or in the future", async () => {
    const given = run([...retried].reverse());
    const reply = await server.call("POST", "/ostinato/import", { flow_runs: [given] });
    expect(reply).toMatchObject({
      status: 422,
      body: { exception_detail: [{ loc: ["body", "flow_runs", 0, "states", 1, "timestamp"] }] },
    });
    const late = run([{ type: "RUNNING", timestamp: "2999-01-01T00:00:00Z" }]);
    expect((await server.call("POST", "/ostinato/import", { flow_runs: [late] })).status).toBe(422);
    expect((await server.call("GET", `/flow_runs/${given.id}`)).status).toBe(404);
  });
});
