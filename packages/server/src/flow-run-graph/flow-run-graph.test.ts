import type { FlowRun, FlowRunDependency, FlowRunGraph, TaskRun } from "@ostinato/protocol";
import { fakeClock } from "@ostinato/testing/clock";
import { describeOnEachDatabase } from "@ostinato/testing/databases";
import { afterAll, beforeAll, expect, test } from "vitest";
import { startTestServer, type TestServer } from "../../test/harness.ts";

describeOnEachDatabase("the graph of a flow run", (database) => {
  const clock = fakeClock("2030-01-01T00:00:00Z");
  let server: TestServer;
  let run: FlowRun;
  let first: TaskRun;
  let tracking: TaskRun;
  let child: FlowRun;
  let last: TaskRun;
  beforeAll(async () => {
    server = await startTestServer(database.url, { clock });
    const flow = (await server.call<{ id: string }>("POST", "/flows/", { name: "parent" })).body;
    const inner = (await server.call<{ id: string }>("POST", "/flows/", { name: "inner" })).body;
    run = (await server.call<FlowRun>("POST", "/flow_runs/", { flow_id: flow.id })).body;
    await force(`/flow_runs/${run.id}`, "RUNNING");
    first = await task("first", {});
    await clock.advance(1);
    await force(`/task_runs/${first.id}`, "COMPLETED");
    tracking = await task("inner-0", { x: [{ input_type: "task_run", id: first.id }] });
    const given = { flow_id: inner.id, name: "calm-otter", parent_task_run_id: tracking.id };
    child = (await server.call<FlowRun>("POST", "/flow_runs/", given)).body;
    await clock.advance(1);
    await force(`/flow_runs/${child.id}`, "RUNNING");
    last = await task("last", {
      y: [{ input_type: "task_run", id: tracking.id }],
      n: [{ input_type: "parameter", name: "n" }],
    });
  });
  afterAll(() => server.stop());

  const force = (path: string, type: string) =>
    server.call("POST", `${path}/set_state`, { state: { type }, force: true });
  const task = async (name: string, task_inputs: object) => {
    const keys = { task_key: name, dynamic_key: "0" };
    const { body } = await server.call<TaskRun>("POST", "/task_runs/", {
      flow_run_id: run.id,
      name,
      ...keys,
      task_inputs,
    });
    return body;
  };
  const graph = async (query = "") =>
    (await server.call<FlowRunGraph>("GET", `/flow_runs/${run.id}/graph-v2${query}`)).body;

  test("has task runs and subflows with their edges", async () => {
    const { start_time, end_time, root_node_ids, nodes, artifacts, states } = await graph();
    expect({ start_time, end_time, root_node_ids, artifacts }).toMatchObject({
      start_time: expect.stringMatching(/^2030-01-01T00:00:00/),
      end_time: null,
      root_node_ids: [first.id],
      artifacts: [],
    });
    expect(states.map(({ type, name }) => [type, name])).toEqual([
      ["PENDING", "Pending"],
      ["RUNNING", "Running"],
    ]);
    expect(nodes.map(([id]) => id)).toEqual([first.id, child.id, last.id]);
    expect(nodes.map(([, node]) => node)).toMatchObject([
      {
        kind: "task-run",
        id: first.id,
        label: "first",
        state_type: "COMPLETED",
        end_time: expect.stringMatching(/^2030-01-01T00:00:01/),
        parents: [],
        children: [{ id: child.id }],
        encapsulating: [],
        artifacts: [],
      },
      {
        kind: "flow-run",
        id: child.id,
        label: "inner / calm-otter",
        state_type: "RUNNING",
        end_time: null,
        parents: [{ id: first.id }],
        children: [{ id: last.id }],
      },
      { kind: "task-run", id: last.id, label: "last", state_type: "PENDING", parents: [{ id: child.id }] },
    ]);
  });

  test("shows the artifacts of the run and of its tasks, but none that stand for results", async () => {
    const make = async (given: object) =>
      (await server.call<{ id: string }>("POST", "/artifacts/", { flow_run_id: run.id, ...given })).body.id;
    const old = await make({ key: "report", type: "markdown", data: "# Old", task_run_id: first.id });
    const latest = await make({ key: "report", type: "markdown", data: "# New", task_run_id: first.id });
    const progress = await make({ type: "progress", data: 62 });
    await make({ type: "result", data: 1 });
    const { nodes, artifacts } = await graph();
    expect(nodes[0]?.[1].artifacts).toMatchObject([
      { id: old, key: "report", type: "markdown", is_latest: false, data: null },
      { id: latest, is_latest: true },
    ]);
    expect(artifacts).toMatchObject([{ id: progress, key: null, is_latest: true, data: 62 }]);
  });

  test("leaves out what had ended before a moment", async () => {
    const { nodes } = await graph("?since=2030-01-01T00:00:01.5Z");
    expect(nodes.map(([id]) => id)).toEqual([child.id, last.id]);
    expect(nodes[0]?.[1].parents).toEqual([{ id: first.id }]);
  });

  test("is a list of dependencies too", async () => {
    const { body } = await server.call<FlowRunDependency[]>("GET", `/flow_runs/${run.id}/graph`);
    expect(body.map(({ name, upstream_dependencies }) => [name, upstream_dependencies.map(({ id }) => id)])).toEqual([
      ["first", []],
      ["inner-0", [first.id]],
      ["last", [tracking.id]],
    ]);
    expect(body[0]).toMatchObject({ state: { type: "COMPLETED" }, untrackable_result: false });
  });

  test("needs a run", async () => {
    const path = "/flow_runs/00000000-0000-4000-8000-000000000000";
    expect((await server.call("GET", `${path}/graph-v2`)).status).toBe(404);
    expect((await server.call("GET", `${path}/graph`)).status).toBe(404);
  });
});
