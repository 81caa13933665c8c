import type { FlowRun, ObservedState, TaskRun } from "@ostinato/protocol";
import { describeOnEachDatabase } from "@ostinato/testing/databases";
import { afterAll, beforeAll, expect, test } from "vitest";
import { startTestServer, type TestServer } from "../../test/harness.ts";

describeOnEachDatabase("observed states", (database) => {
  let server: TestServer;
  let flowRun: FlowRun;
  let taskRun: TaskRun;
  beforeAll(async () => {
    server = await startTestServer(database.url);
    const flow = await server.call<{ id: string }>("POST", "/flows/", { name: "observed" });
    const state = { type: "SCHEDULED" };
    flowRun = (await server.call<FlowRun>("POST", "/flow_runs/", { flow_id: flow.body.id, state })).body;
    const keys = { task_key: "t", dynamic_key: "0", flow_run_id: flowRun.id };
    taskRun = (await server.call<TaskRun>("POST", "/task_runs/", { ...keys, state: { type: "RUNNING" } })).body;
    for (const [type, name] of [
      ["RUNNING", "Running"],
      ["RUNNING", "Rührt_sich"],
      ["COMPLETED", "Done 100%"],
    ]) {
      await server.call("POST", `/flow_runs/${flowRun.id}/set_state`, { state: { type, name }, force: true });
    }
  });
  afterAll(() => server.stop());

  const observed = async (query = "") =>
    (await server.call<ObservedState[]>("GET", `/observed-states?order_by=NAME_ASC${query}`)).body;
  const names = async (query: string) => (await observed(query)).map(({ state_name }) => state_name);

  test("are those of all kept states, of flow runs and task runs together, not only those that runs are in", async () => {
    expect((await observed()).map(({ state_type, state_name }) => `${state_type} ${state_name}`)).toEqual([
      "COMPLETED Done 100%",
      "RUNNING Running",
      "RUNNING Rührt_sich",
      "SCHEDULED Scheduled",
    ]);
  });

  test("say when they were first and last seen", async () => {
    const history = (await server.call<{ timestamp: string }[]>("GET", `/flow_run_states/?flow_run_id=${flowRun.id}`))
      .body;
    const [running] = await observed("&query=running");
    expect(running).toEqual({
      state_type: "RUNNING",
      state_name: "Running",
      first_seen: taskRun.state?.timestamp,
      last_seen: history[1]?.timestamp,
    });
  });

  test.each([
    ["run", ["Running", "Rührt_sich"]],
    ["rüHRT", ["Rührt_sich"]],
    [" Done ", ["Done 100%"]],
    ["%", []],
    ["_", []],
    ["sich", []],
    [" ", ["Done 100%", "Running", "Rührt_sich", "Scheduled"]],
  ])("are found by the beginning of their type or name: %j", async (text, expected) => {
    expect(await names(`&query=${encodeURIComponent(text)}`)).toEqual(expected);
  });

  test("come newest first unless told, and as many as are asked for", async () => {
    const { body } = await server.call<ObservedState[]>("GET", "/observed-states?limit=2");
    expect(body.map(({ state_name }) => state_name)).toEqual(["Done 100%", "Rührt_sich"]);
  });

  test("vanish with the runs that had them", async () => {
    const flow = await server.call<{ id: string }>("POST", "/flows/", { name: "short-lived" });
    const state = { type: "FAILED", name: "Short" };
    const { body } = await server.call<FlowRun>("POST", "/flow_runs/", { flow_id: flow.body.id, state });
    expect(await names("&query=short")).toEqual(["Short"]);
    await server.call("DELETE", `/flow_runs/${body.id}`);
    expect(await names("&query=short")).toEqual([]);
  });

  test.each(["limit=0", "limit=201", "limit=many", "order_by=NONE", `query=${"x".repeat(101)}`])(
    "are refused a question with %s",
    async (query) => {
      expect((await server.call("GET", `/observed-states?${query}`)).status).toBe(422);
    },
  );

  test("are redirected to where they are when there is a slash too many", async () => {
    expect(await server.call("GET", "/observed-states/")).toMatchObject({ status: 307 });
  });
});
