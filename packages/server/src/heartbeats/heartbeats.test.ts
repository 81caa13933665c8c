import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { addSeconds, formatTimestamp, randomId, secondsBetween, timeOrderedId, toTimestamp } from "@ostinato/core";
import { lookAtProcess, ownProcess } from "@ostinato/core/process";
import type { Flow, FlowRun, TaskRun } from "@ostinato/protocol";
import { type FakeClock, fakeClock } from "@ostinato/testing/clock";
import { describeOnEachDatabase } from "@ostinato/testing/databases";
import { afterAll, beforeAll, expect, test } from "vitest";
import { startTestServer, type TestServer } from "../../test/harness.ts";
import { taskRunEvent } from "../../test/task-run-event-harness.ts";
import { unansweredCancellationsEnder } from "./cancellations.service.ts";
import { endGoneRuns, lostRunsEnder } from "./lost-runs.service.ts";

const everySeconds = 15;

/** Names a process of this machine, as it would itself. */
function nameOf({ pid }: ChildProcess): string {
  const [machine] = (ownProcess() ?? "").split("/");
  const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
  return `${machine}/${pid}/${stat.slice(stat.lastIndexOf(")") + 2).split(" ")[19]}`;
}

/** This process's number, in an earlier life. */
const deadName = `${ownProcess()?.split("/").slice(0, 2).join("/")}/1`;

const secondsFrom = (from: string, to: string | null) =>
  secondsBetween(toTimestamp(from), toTimestamp(to ?? "1970-01-01T00:00:00Z"));

describeOnEachDatabase("a flow run whose process died", (database) => {
  let server: TestServer;
  let clock: FakeClock;
  beforeAll(async () => {
    clock = fakeClock();
    server = await startTestServer(database.url, { clock });
  });
  afterAll(() => server.stop());

  async function runningFlowRun(): Promise<string> {
    const { body: flow } = await server.call<Flow>("POST", "/flows/", { name: `f-${randomId()}` });
    const { body: run } = await server.call<FlowRun>("POST", "/flow_runs/", { flow_id: flow.id });
    await server.call("POST", `/flow_runs/${run.id}/set_state`, { state: { type: "RUNNING" } });
    return run.id;
  }

  async function beat(id: string, labels: object = {}): Promise<void> {
    const resource = { "prefect.resource.id": `prefect.flow-run.${id}`, ...labels };
    const event = {
      id: randomId(),
      event: "prefect.flow-run.heartbeat",
      occurred: formatTimestamp(clock.now()),
      resource,
    };
    expect((await server.call("POST", "/events", [event])).status).toBe(204);
  }

  const read = async (id: string) => (await server.call<FlowRun>("GET", `/flow_runs/${id}`)).body;

  /** Lets the time go by, with the looks of a server that has just been started. */
  async function pass(seconds: number): Promise<void> {
    const look = lostRunsEnder(server.context, everySeconds);
    await look();
    for (let passed = 0; passed < seconds; passed += everySeconds) {
      await clock.advance(everySeconds);
      await look();
    }
  }

  const ownBeat = { "ostinato.heartbeat-seconds": "30" };

  test("is Crashed after three intervals without a sign of life, with a message that says since when", async () => {
    const id = await runningFlowRun();
    await beat(id, ownBeat);
    await pass(90);
    expect((await read(id)).state_type).toBe("RUNNING");
    await pass(105);
    expect(await read(id)).toMatchObject({
      state_type: "CRASHED",
      state: { message: expect.stringMatching(/^No sign of life of its process since 2030-01-01T00:00:/) },
    });
  });

  test("is given more time if its client is known to send signs of life less often", async () => {
    const id = await runningFlowRun();
    await beat(id);
    await clock.advance(600);
    await beat(id);
    await pass(1200);
    expect((await read(id)).state_type).toBe("RUNNING");
    await pass(1815);
    expect((await read(id)).state_type).toBe("CRASHED");
  });

  test("that was only out of reach ends as its process reports", async () => {
    const id = await runningFlowRun();
    await beat(id, ownBeat);
    await pass(105);
    expect((await read(id)).state_type).toBe("CRASHED");
    await server.call("POST", `/flow_runs/${id}/set_state`, { state: { type: "COMPLETED" } });
    expect((await read(id)).state_type).toBe("COMPLETED");
  });

  test("that never gave a sign of life is left alone", async () => {
    const id = await runningFlowRun();
    await pass(600);
    expect((await read(id)).state_type).toBe("RUNNING");
  });

  test("is found while it is paused, since its process waits then; a suspended run has none", async () => {
    const pause = async (name: string, pause_reschedule: boolean) => {
      const id = await runningFlowRun();
      await beat(id, ownBeat);
      const state = { type: "PAUSED", name, state_details: { pause_reschedule } };
      await server.call("POST", `/flow_runs/${id}/set_state`, { state, force: true });
      return id;
    };
    const [paused, suspended] = [await pause("Paused", false), await pause("Suspended", true)];
    await pass(105);
    expect((await read(paused)).state_type).toBe("CRASHED");
    expect((await read(suspended)).state_type).toBe("PAUSED");
  });

  test("is found whatever the server's clock shows, and no other is", async () => {
    const [dead, alive] = [await runningFlowRun(), await runningFlowRun()];
    await beat(dead, ownBeat);
    const look = lostRunsEnder(server.context, everySeconds);
    for (let passed = 0; passed <= 120; passed += everySeconds) {
      const direction = passed % 2 === 0 ? 3600 : -3600;
      clock.set(addSeconds(clock.now(), direction));
      await beat(alive, ownBeat);
      clock.set(addSeconds(clock.now(), -direction));
      await look();
      await clock.advance(everySeconds);
    }
    expect([(await read(dead)).state_type, (await read(alive)).state_type]).toEqual(["CRASHED", "RUNNING"]);
  });

  test("before its start, or while it waits for its next attempt, is found if the process had announced it", async () => {
    const { body: flow } = await server.call<Flow>("POST", "/flows/", { name: "said" });
    const create = async (details: object) =>
      (
        await server.call<FlowRun>("POST", "/flow_runs/", {
          flow_id: flow.id,
          empirical_policy: { retries: 1, retry_delay: 0 },
          state: { type: "PENDING", state_details: details },
        })
      ).body.id;
    const [pending, waiting, silent] = [
      await create({ heartbeat_seconds: 30 }),
      await create({ heartbeat_seconds: 30 }),
      await create({}),
    ];
    for (const type of ["RUNNING", "FAILED"])
      await server.call("POST", `/flow_runs/${waiting}/set_state`, { state: { type } });
    expect((await read(waiting)).state_name).toBe("AwaitingRetry");
    await pass(120);
    const types = await Promise.all([pending, waiting, silent].map(async (id) => (await read(id)).state_type));
    expect(types).toEqual(["CRASHED", "CRASHED", "PENDING"]);
  });

  test("is ended once by two servers", async () => {
    const id = await runningFlowRun();
    await beat(id, ownBeat);
    const looks = [lostRunsEnder(server.context, everySeconds), lostRunsEnder(server.context, everySeconds)];
    const ended: string[] = [];
    for (let passed = 0; passed <= 120; passed += everySeconds) {
      ended.push(...(await Promise.all(looks.map((look) => look()))).flat());
      await clock.advance(everySeconds);
    }
    expect(ended.filter((one) => one === id)).toHaveLength(1);
  });

  const occurredAt = (seconds: number) => formatTimestamp(addSeconds(clock.now(), seconds));

  async function runningTask(flowRunId: string): Promise<string> {
    const taskRunId = timeOrderedId(clock.now());
    const event = taskRunEvent({ taskRunId, flowRunId, type: "RUNNING", occurred: clock.now() });
    expect((await server.call("POST", "/events", [event])).status).toBe(204);
    return taskRunId;
  }
  const readTask = async (id: string) => (await server.call<TaskRun>("GET", `/task_runs/${id}`)).body;

  test("ends at its last sign of life, and its tasks have run until then", async () => {
    const id = await runningFlowRun();
    const task = await runningTask(id);
    await clock.advance(40);
    await beat(id, ownBeat);
    const last = occurredAt(0);
    await pass(105);
    const run = await read(id);
    expect(run).toMatchObject({ state_type: "CRASHED", end_time: run.state?.timestamp });
    expect(secondsFrom(last, run.end_time)).toBeCloseTo(0, 2);
    expect(run.total_run_time).toBeCloseTo(40, 2);
    expect(run.state?.message).toContain(`since ${run.end_time}`);
    const noticed = /The server noticed it at (.+)\.$/.exec(run.state?.message ?? "")?.[1] ?? "";
    expect(secondsFrom(last, noticed)).toBeGreaterThan(60);
    const taskRun = await readTask(task);
    expect(taskRun).toMatchObject({ state_type: "CRASHED" });
    expect(taskRun.total_run_time).toBeCloseTo(40, 2);
    expect(secondsFrom(last, taskRun.end_time)).toBeCloseTo(0, 2);
  });

  test("and was alive after all has said it later than its end, also what it did before its last sign", async () => {
    const id = await runningFlowRun();
    const task = await runningTask(id);
    const finished = addSeconds(clock.now(), 10);
    await clock.advance(40);
    await beat(id, ownBeat);
    await pass(105);
    expect((await readTask(task)).state_type).toBe("CRASHED");
    const late = taskRunEvent({ taskRunId: task, flowRunId: id, type: "COMPLETED", occurred: finished });
    await server.call("POST", "/events", [late]);
    expect(await readTask(task)).toMatchObject({ state_type: "COMPLETED", end_time: formatTimestamp(finished) });
    await server.call("POST", `/flow_runs/${id}/set_state`, { state: { type: "COMPLETED" } });
    expect((await read(id)).state_type).toBe("COMPLETED");
  });

  test("that logs or tells of its tasks is alive, though its own sign does not come", async () => {
    const [logging, working, silent] = [await runningFlowRun(), await runningFlowRun(), await runningFlowRun()];
    for (const id of [logging, working, silent]) await beat(id, ownBeat);
    const look = lostRunsEnder(server.context, everySeconds);
    for (let passed = 0; passed <= 300; passed += everySeconds) {
      if (passed % 60 === 0) {
        const line = { name: "n", level: 20, message: "m", timestamp: occurredAt(0), flow_run_id: logging };
        expect((await server.call("POST", "/logs/", [line])).status).toBe(201);
        await runningTask(working);
      }
      await look();
      await clock.advance(everySeconds);
    }
    const types = await Promise.all([logging, working, silent].map(async (id) => (await read(id)).state_type));
    expect(types).toEqual(["RUNNING", "RUNNING", "CRASHED"]);
  });

  async function runOfProcess(name: string): Promise<string> {
    const { body: flow } = await server.call<Flow>("POST", "/flows/", { name: "seen" });
    const state_details = { heartbeat_seconds: 30, process: name };
    const { body: run } = await server.call<FlowRun>("POST", "/flow_runs/", {
      flow_id: flow.id,
      state: { type: "PENDING", state_details },
    });
    await server.call("POST", `/flow_runs/${run.id}/set_state`, { state: { type: "RUNNING", state_details } });
    return run.id;
  }

  test.skipIf(process.platform !== "linux")(
    "on this machine is alive while its process is, however busy, unless that is stopped",
    async () => {
      const [busy, stopped] = [spawn("sleep", ["300"]), spawn("sleep", ["300"])];
      try {
        const ids = [await runOfProcess(nameOf(busy)), await runOfProcess(nameOf(stopped))];
        stopped.kill("SIGSTOP");
        while ((await lookAtProcess(nameOf(stopped))) === "alive") await new Promise(setImmediate);
        await pass(600);
        const types = await Promise.all(ids.map(async (id) => (await read(id)).state_type));
        expect(types).toEqual(["RUNNING", "CRASHED"]);
      } finally {
        for (const child of [busy, stopped]) child.kill("SIGKILL");
      }
    },
  );

  test.skipIf(process.platform !== "linux")(
    "on this machine ends as soon as somebody looks, also where no server stays to measure silence",
    async () => {
      const child = spawn("sleep", ["300"]);
      const [looked, started] = [await runOfProcess(nameOf(child)), await runOfProcess(nameOf(child))];
      child.kill("SIGKILL");
      await once(child, "exit");
      await lostRunsEnder(server.context, everySeconds)();
      expect((await read(looked)).state?.message).toMatch(
        /^Its process is gone: it was killed, or ended without a word\./,
      );
      const again = await runOfProcess(deadName);
      await endGoneRuns(server.context);
      expect((await read(started)).state_type).toBe("CRASHED");
      expect((await read(again)).state_type).toBe("CRASHED");
    },
  );

  test("while it was asked to stop is Cancelled", async () => {
    const id = await runningFlowRun();
    const task = await runningTask(id);
    await beat(id, ownBeat);
    await server.call("POST", `/flow_runs/${id}/set_state`, { state: { type: "CANCELLING" } });
    await pass(120);
    expect((await read(id)).state).toMatchObject({
      type: "CANCELLED",
      message: expect.stringMatching(/^Cancelled\. No sign of life of its process since /),
    });
    expect((await readTask(task)).state_type).toBe("CANCELLED");
  });

  test("that was asked to stop and never answers is cancelled after 300 s, as by Prefect", async () => {
    const [python, patient] = [await runningFlowRun(), await runningFlowRun()];
    await beat(python);
    await beat(patient, ownBeat);
    for (const id of [python, patient])
      await server.call("POST", `/flow_runs/${id}/set_state`, { state: { type: "CANCELLING" } });
    const look = unansweredCancellationsEnder(server.context, 20);
    for (let passed = 0; passed <= 300; passed += 20) {
      await look();
      await clock.advance(20);
    }
    expect((await read(python)).state_type).toBe("CANCELLING");
    await look();
    expect((await read(python)).state).toMatchObject({
      type: "CANCELLED",
      message: "Flow run cancellation timed out; marked this flow run as Cancelled.",
    });
    expect((await read(patient)).state_type).toBe("CANCELLING");
  });
});
