import { addSeconds, type StateType, timeOrderedId, toTimestamp } from "@ostinato/core";
import type { Flow, FlowRun, TaskRun } from "@ostinato/protocol";
import { describeOnEachDatabase } from "@ostinato/testing/databases";
import { afterAll, beforeAll, expect, test } from "vitest";
import { startTestServer, type TestServer } from "../../test/harness.ts";
import { taskRunEvent } from "../../test/task-run-event-harness.ts";

// The clock of the process is an hour ahead of the server's.
const begun = addSeconds(toTimestamp(new Date().toISOString()), 3600);

describeOnEachDatabase("task runs of a process that is no more", (database) => {
  let server: TestServer;
  beforeAll(async () => {
    server = await startTestServer(database.url);
  });
  afterAll(() => server.stop());

  const propose = (id: string, type: StateType, details: object = {}) =>
    server.call("POST", `/flow_runs/${id}/set_state`, { state: { type, state_details: details } });

  async function flowRunWith(tasks: readonly { readonly type: StateType; readonly name?: string }[]) {
    const { body: flow } = await server.call<Flow>("POST", "/flows/", { name: "abandoned" });
    const { body: run } = await server.call<FlowRun>("POST", "/flow_runs/", { flow_id: flow.id });
    await propose(run.id, "RUNNING", { heartbeat_seconds: 30 });
    const ids = tasks.map((_, index) => timeOrderedId(addSeconds(begun, index)));
    const events = tasks.map((task, index) =>
      taskRunEvent({ ...task, taskRunId: ids[index] ?? "", flowRunId: run.id, occurred: begun }),
    );
    expect((await server.call("POST", "/events", events)).status).toBe(204);
    return { id: run.id, ids };
  }

  const namesOf = (ids: readonly string[]) =>
    Promise.all(ids.map(async (id) => (await server.call<TaskRun>("GET", `/task_runs/${id}`)).body.state_name));

  const tasks = [
    { type: "RUNNING" },
    { type: "PENDING" },
    { type: "PENDING", name: "NotReady" },
    { type: "SCHEDULED", name: "AwaitingRetry" },
    { type: "COMPLETED" },
  ] as const;

  test("end when the flow run goes on in another, whatever the clocks show", async () => {
    const { id, ids } = await flowRunWith(tasks);
    expect(await namesOf(ids)).toEqual(["Running", "Pending", "NotReady", "AwaitingRetry", "Completed"]);
    await propose(id, "CRASHED");
    await propose(id, "RUNNING", { heartbeat_seconds: 30 });
    expect(await namesOf(ids)).toEqual(["Crashed", "Crashed", "NotReady", "Crashed", "Completed"]);
    const states = await server.call<{ name: string; message: string | null }[]>(
      "GET",
      `/task_run_states/?task_run_id=${ids[0]}`,
    );
    expect(states.body.map(({ name, message }) => [name, message])).toEqual([
      ["Running", ""],
      ["Crashed", "Its process died before it had come to its end."],
    ]);
  });

  test("end with a flow run that is cancelled, and its process may say so itself later", async () => {
    const { id, ids } = await flowRunWith(tasks);
    await propose(id, "CANCELLED");
    expect(await namesOf(ids)).toEqual(["Cancelled", "Cancelled", "NotReady", "Cancelled", "Completed"]);
    const occurred = addSeconds(begun, 1);
    await server.call("POST", "/events", [
      taskRunEvent({ taskRunId: ids[0] ?? "", flowRunId: id, type: "FAILED", occurred }),
    ]);
    expect(await namesOf(ids.slice(0, 1))).toEqual(["Failed"]);
  });

  test("are as they say where the process was alive after all", async () => {
    const { id, ids } = await flowRunWith([{ type: "RUNNING" }]);
    await propose(id, "CRASHED");
    await propose(id, "RUNNING", { heartbeat_seconds: 30 });
    const occurred = addSeconds(begun, 1);
    await server.call("POST", "/events", [
      taskRunEvent({ taskRunId: ids[0] ?? "", flowRunId: id, type: "COMPLETED", occurred }),
    ]);
    expect(await namesOf(ids)).toEqual(["Completed"]);
  });

  test("are left alone where the client has not said that its process lives for the run alone", async () => {
    const { id, ids } = await flowRunWith([{ type: "RUNNING" }]);
    await propose(id, "CRASHED");
    await propose(id, "RUNNING");
    expect(await namesOf(ids)).toEqual(["Running"]);
  });
});
