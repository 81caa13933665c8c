import {
  addSeconds,
  formatTimestamp,
  type StateType,
  secondsBetween,
  timeOrderedId,
  toTimestamp,
} from "@ostinato/core";
import type { Flow, FlowRun, TaskRun, TaskRunPage, Timeline } from "@ostinato/protocol";
import { type FakeClock, fakeClock } from "@ostinato/testing/clock";
import { describeOnEachDatabase } from "@ostinato/testing/databases";

import { afterAll, beforeAll, expect, test } from "vitest";
import { startTestServer, type TestServer } from "../../test/harness.ts";
import { taskRunEvent } from "../../test/task-run-event-harness.ts";
import { lostRunsEnder } from "../heartbeats/lost-runs.service.ts";

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

describeOnEachDatabase("a task run that was running when nobody worked on it any more", (database) => {
  let server: TestServer;
  let clock: FakeClock;
  beforeAll(async () => {
    clock = fakeClock();
    server = await startTestServer(database.url, { clock });
  });
  afterAll(() => server.stop());

  const propose = (id: string, type: StateType, state_details: object = {}, force = false) =>
    server.call("POST", `/flow_runs/${id}/set_state`, { state: { type, state_details }, force });

  const ranSeconds = 95;

  /** How the flow run loses the process that works on its task. */
  const ways = {
    "its flow run was cancelled by force": (id: string) => propose(id, "CANCELLED", {}, true),
    "its process told of its own crash": (id: string) => propose(id, "CRASHED", { process_lost: true }),
    "its process was lost": async (id: string) => {
      const occurred = formatTimestamp(clock.now());
      const resource = { "prefect.resource.id": `prefect.flow-run.${id}`, "ostinato.heartbeat-seconds": "30" };
      const beat = { id: timeOrderedId(clock.now()), event: "prefect.flow-run.heartbeat", occurred, resource };
      expect((await server.call("POST", "/events", [beat])).status).toBe(204);
      const look = lostRunsEnder(server.context, 15);
      for (let passed = 0; passed <= 120; passed += 15) {
        await look();
        await clock.advance(15);
      }
    },
    "another attempt began after its crash": async (id: string) => {
      await propose(id, "CRASHED");
      await clock.advance(60);
      await propose(id, "RUNNING", { heartbeat_seconds: 30 });
    },
  };

  test.each(Object.entries(ways))("keeps its real duration: %s", async (_title, leave) => {
    const { body: flow } = await server.call<Flow>("POST", "/flows/", { name: "durations" });
    const { body: run } = await server.call<FlowRun>("POST", "/flow_runs/", { flow_id: flow.id });
    await propose(run.id, "RUNNING", { heartbeat_seconds: 30 });
    // The clock of the process is an hour ahead of the server's.
    const start = addSeconds(clock.now(), 3600);
    const id = timeOrderedId(start);
    const times = { expected_start_time: formatTimestamp(start), start_time: formatTimestamp(start) };
    const event = taskRunEvent({ taskRunId: id, flowRunId: run.id, type: "RUNNING", occurred: start, run: times });
    expect((await server.call("POST", "/events", [event])).status).toBe(204);
    await clock.advance(5);
    // A new name is not a new state.
    await server.call("PATCH", `/task_runs/${id}`, { name: "renamed" });
    await clock.advance(ranSeconds - 5);
    await leave(run.id);

    const { body: taskRun } = await server.call<TaskRun>("GET", `/task_runs/${id}`);
    const seconds = (moment: string | null) => secondsBetween(start, toTimestamp(moment ?? 0));
    expect(taskRun.start_time).toBe(formatTimestamp(start));
    expect(seconds(taskRun.end_time)).toBeCloseTo(ranSeconds, 2);
    expect(taskRun.total_run_time).toBeCloseTo(ranSeconds, 2);
    expect(taskRun.estimated_run_time).toBe(taskRun.total_run_time);
    const { body: page } = await server.call<TaskRunPage>("GET", `/ui/task_runs/${id}/page`);
    expect(page.task_run).toEqual(taskRun);
    expect(page.states.at(-1)?.timestamp).toBe(taskRun.end_time);
    const { body: timeline } = await server.call<Timeline>("GET", `/ui/flow_runs/${run.id}/timeline`);
    expect((timeline.end[0] ?? 0) - (timeline.start[0] ?? 0)).toBeCloseTo(ranSeconds, 2);
  });
});
