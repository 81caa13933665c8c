import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import {
  deleteDeployment,
  filterFlowRuns,
  filterTaskRuns,
  readDeployment,
  readFlowRun,
  setFlowRunState,
} from "@ostinato/protocol";
import { describeOnEachDatabase } from "@ostinato/testing/databases";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { home } from "../test/script-harness.ts";
import {
  ended,
  inState,
  listen,
  logged,
  patience,
  resultOf,
  type ServerUnderTest,
  said,
  serve,
  statesOf,
} from "../test/serving-harness.ts";

// Whoever waits for programs on a busy machine waits long.
vi.setConfig({ testTimeout: 120_000 });

/** A file in which the runs of a test note what they have begun. */
const notesFile = () => join(home, "notes");
const notesIn = (file: string) => (existsSync(file) ? readFileSync(file, "utf8").trim().split("\n") : []);
const giveWord = (file: string) => writeFileSync(`${file}.word`, "");

describeOnEachDatabase("a program that serves a flow", (database) => {
  let server: ServerUnderTest;
  beforeEach(async () => {
    server = await listen((await database.another()).url);
  });
  afterEach(() => server[Symbol.asyncDispose]());

  test("starts the process of a scheduled run ahead, and begins the run at its time", async () => {
    const serving = await serve(server, { options: { interval: 12, parameters: { what: "when" } } });
    const [first] = await server.client.call(filterFlowRuns, { body: { sort: "EXPECTED_START_TIME_ASC" } });
    if (first === undefined) throw new Error("the schedule has made no runs");
    await ended(server.client, first);
    const at = Date.parse(first.expected_start_time ?? "");
    const told = (await resultOf(server.client, first)) as Record<"startedProcess" | "began", number>;
    expect(told.startedProcess).toBeLessThan(at);
    expect(told.began).toBeGreaterThanOrEqual(at);
    serving.script.child.kill("SIGTERM");
    expect(await serving.script.ended()).toEqual({ code: 0, signal: null });
  });

  test("executes a run that somebody asks for in a process of its own, with all digits of its parameters", async () => {
    const serving = await serve(server);
    const asked = await serving.ask({ value: { big: 12345678901234567890n } });
    const run = await ended(server.client, asked);
    expect(run).toMatchObject({ state_name: "Completed", run_count: 1 });
    expect(await resultOf(server.client, run)).toMatchObject({ value: { big: 12345678901234567890n } });
    expect(await statesOf(server.client, asked)).toEqual([
      "Scheduled",
      "Pending",
      "Submitting",
      "Running",
      "Completed",
    ]);
    await said(serving, `run "${run.name}" ended as Completed`);
    expect(serving.script.errors()).toMatch(new RegExp(`^${run.name} \\| [0-9:]+ INFO {4}doing return$`, "m"));
    serving.script.child.kill("SIGTERM");
    expect(await serving.script.ended()).toEqual({ code: 0, signal: null });
  });

  test("executes what its schedule makes, and the run knows its time", async () => {
    await serve(server, { options: { interval: 1 } });
    const [first] = await vi.waitFor(async () => {
      const runs = await server.client.call(filterFlowRuns, {
        body: { flow_runs: { state: { type: { any_: ["COMPLETED"] } } }, sort: "EXPECTED_START_TIME_ASC", limit: 1 },
      });
      expect(runs).toHaveLength(1);
      return runs;
    }, patience);
    if (first === undefined) throw new Error("nothing has run");
    expect(first.auto_scheduled).toBe(true);
    expect(await resultOf(server.client, first)).toMatchObject({ scheduledTime: first.expected_start_time });
  });

  test("lets its runs finish when it is told to stop, and takes no more", async () => {
    const notes = notesFile();
    const serving = await serve(server);
    const first = await serving.ask({ what: "wait for word", notes });
    await inState(server.client, first, "Running");
    serving.script.child.kill("SIGTERM");
    await said(serving, "stopping: no further run starts; waiting for the run that is under way");
    const second = await serving.ask({});
    giveWord(notes);
    expect(await serving.script.ended()).toEqual({ code: 0, signal: null });
    expect(await ended(server.client, first)).toMatchObject({ state_name: "Completed" });
    expect((await server.client.call(readFlowRun, { params: { id: second.id } })).state_type).toBe("SCHEDULED");
  });

  test("a cancel reaches the run at once: its signal, its hooks, and then its end", async () => {
    const serving = await serve(server);
    const asked = await serving.ask({ what: "wait" });
    await logged(server.client, asked, "doing wait");
    await server.client.call(setFlowRunState, { params: { id: asked.id }, body: { state: { type: "CANCELLING" } } });
    expect(await ended(server.client, asked)).toMatchObject({ state_name: "Cancelled" });
    await said(serving, "ended as Cancelled");
    expect(serving.output()).toContain("the cancellation hook");
  });

  test("a cancelled run that does not listen is killed after the time that it has", async () => {
    const serving = await serve(server, { options: { killAfter: 1 } });
    const asked = await serving.ask({ what: "turn" });
    await vi.waitFor(() => expect(serving.output()).toContain("turning"), patience);
    await server.client.call(setFlowRunState, { params: { id: asked.id }, body: { state: { type: "CANCELLING" } } });
    expect(await ended(server.client, asked)).toMatchObject({ state_name: "Cancelled" });
    await said(serving, "ended as Cancelled");
  });

  test("a run whose process is killed has crashed, with the reason; it starts again after its last finished task", async () => {
    const notes = notesFile();
    const serving = await serve(server, { options: { onCrash: "restart", maxRestarts: 1 } });
    const asked = await serving.ask({ what: "two steps", notes });
    const body = { task_runs: { state: { type: { any_: ["COMPLETED" as const] } } } };
    await vi.waitFor(async () => expect(await server.client.call(filterTaskRuns, { body })).toHaveLength(1), patience);
    process.kill(Number(/pid (\d+)/.exec(notesIn(notes).join())?.[1]), "SIGKILL");
    const run = await ended(server.client, asked);
    expect(run).toMatchObject({ state_name: "Completed", run_count: 2 });
    const steps = notesIn(notes).filter((line) => !line.startsWith("pid"));
    expect(steps).toEqual([`started ${asked.id}`, "first", `started ${asked.id}`, "second"]);
    expect(await statesOf(server.client, asked)).toEqual(
      expect.arrayContaining(["Crashed", "Restarting", "Running", "Completed"]),
    );
  });

  test("a run is restarted so many times, and then stays crashed", async () => {
    const serving = await serve(server, { options: { onCrash: "restart", maxRestarts: 2 } });
    const asked = await serving.ask({ what: "die" });
    await vi.waitFor(async () => {
      const states = await statesOf(server.client, asked);
      expect(states.filter((name) => name === "Crashed")).toHaveLength(3);
    }, patience);
    const run = await ended(server.client, asked);
    expect(run.state?.message).toMatch(
      /^The run's process was killed by SIGKILL: somebody killed it, or the system did/,
    );
  });

  test("a process that ends with a code is quoted with its last words", async () => {
    const serving = await serve(server);
    const { state } = await ended(server.client, await serving.ask({ what: "exit" }));
    expect(state).toMatchObject({ type: "CRASHED", state_details: { process_lost: true } });
    expect(state?.message).toMatch(/^The run's process ended with exit code 7 before the run did\. It last wrote:\n/);
    expect(state?.message).toContain("the last words");
  });

  test("runs go on when the process that serves them is killed, and nothing runs twice", async () => {
    const notes = notesFile();
    const serving = await serve(server);
    const asked = await serving.ask({ what: "wait for word", notes });
    await inState(server.client, asked, "Running");
    serving.script.child.kill("SIGKILL");
    await serving.script.ended();
    await serve(server);
    giveWord(notes);
    expect(await ended(server.client, asked)).toMatchObject({ state_name: "Completed", run_count: 1 });
    expect(notesIn(notes)).toEqual([`started ${asked.id}`]);
  });

  test("two processes that serve one deployment share its runs", async () => {
    const notes = notesFile();
    const first = await serve(server, { options: { limit: 1 } });
    const second = await serve(server, { options: { limit: 1 } });
    expect(second.deployment.id).toBe(first.deployment.id);
    const asked = await Promise.all(Array.from({ length: 4 }, () => first.ask({ what: "wait for word", notes })));
    await said(first, "doing wait for word");
    await said(second, "doing wait for word");
    giveWord(notes);
    for (const run of asked) expect(await ended(server.client, run)).toMatchObject({ state_name: "Completed" });
    expect(notesIn(notes).toSorted()).toEqual(asked.map(({ id }) => `started ${id}`).toSorted());
  });

  test("a deployment that is deleted while it runs lets its run finish", async () => {
    const notes = notesFile();
    const serving = await serve(server);
    const asked = await serving.ask({ what: "wait for word", notes });
    await inState(server.client, asked, "Running");
    await server.client.call(deleteDeployment, { params: { id: serving.deployment.id } });
    giveWord(notes);
    expect(await ended(server.client, asked)).toMatchObject({ state_name: "Completed" });
    serving.script.child.kill("SIGTERM");
    expect(await serving.script.ended()).toEqual({ code: 0, signal: null });
  });

  test("a process that has lost its claim stops itself", async () => {
    const notes = notesFile();
    await serve(server, { env: { OSTINATO_HEARTBEAT_SECONDS: "1" } });
    const serving = await serve(server, { env: { OSTINATO_HEARTBEAT_SECONDS: "1" } });
    const asked = await serving.ask({ what: "wait at first", notes });
    await vi.waitFor(() => expect(notesIn(notes)).toHaveLength(1), patience);
    const state = { type: "SCHEDULED", message: "taken back" } as const;
    await server.client.call(setFlowRunState, { params: { id: asked.id }, body: { state, force: true } });
    expect(await ended(server.client, asked)).toMatchObject({ state_name: "Completed", run_count: 2 });
    await vi.waitFor(() => expect(notesIn(notes)).toContain(`stopped ${asked.id}`), patience);
  });

  test("a cancel reaches the run of another deployment that the run waits for", async () => {
    const serving = await serve(server);
    const asked = await serving.ask({ what: "waiting subflow" });
    const [child] = await vi.waitFor(async () => {
      const body = { flow_runs: { state: { name: { any_: ["Running"] } } } };
      const runs = await server.client.call(filterFlowRuns, { body });
      const children = runs.filter(({ parent_task_run_id }) => parent_task_run_id !== null);
      expect(children).toHaveLength(1);
      return children;
    }, patience);
    await server.client.call(setFlowRunState, { params: { id: asked.id }, body: { state: { type: "CANCELLING" } } });
    expect(await ended(server.client, asked)).toMatchObject({ state_name: "Cancelled" });
    expect(await ended(server.client, child ?? asked)).toMatchObject({ state_name: "Cancelled" });
  });

  test("the limit of a deployment holds over all processes, and who waits goes on", async () => {
    const notes = notesFile();
    const options = { concurrency: 1 };
    const first = await serve(server, { options });
    await serve(server, { options });
    const one = await first.ask({ what: "wait for word", notes });
    await inState(server.client, one, "Running");
    const two = await first.ask({ what: "wait for word", notes });
    await inState(server.client, two, "AwaitingConcurrencySlot");
    expect(notesIn(notes)).toEqual([`started ${one.id}`]);
    giveWord(notes);
    for (const run of [one, two]) expect(await ended(server.client, run)).toMatchObject({ state_name: "Completed" });
  });

  test("a second signal ends what is under way", async () => {
    const serving = await serve(server);
    const asked = await serving.ask({ what: "wait" });
    await inState(server.client, asked, "Running");
    serving.script.child.kill("SIGINT");
    await said(serving, "Once more to end at once");
    serving.script.child.kill("SIGINT");
    expect(await serving.script.ended()).toEqual({ code: 0, signal: null });
    expect(await ended(server.client, asked)).toMatchObject({
      state: { type: "CRASHED", message: "The process was ended by SIGTERM." },
    });
  });

  test("schedules are paused at the end where it is asked for, and go on at the start", async () => {
    const options = { cron: "0 2 * * *", pauseOnShutdown: true };
    const serving = await serve(server, { options });
    serving.script.child.kill("SIGTERM");
    await serving.script.ended();
    const params = { id: serving.deployment.id };
    expect((await server.client.call(readDeployment, { params })).paused).toBe(true);
    await serve(server, { options });
    expect((await server.client.call(readDeployment, { params })).paused).toBe(false);
  });

  test("a run of another deployment is a subflow, with its result", async () => {
    const serving = await serve(server);
    const run = await ended(server.client, await serving.ask({ what: "subflow" }));
    expect(await resultOf(server.client, run)).toMatchObject({ state: "Completed", result: { value: 7 } });
    const [tracking] = await server.client.call(filterTaskRuns, {
      body: { task_runs: { flow_run_id: { any_: [run.id] } } },
    });
    expect(tracking).toMatchObject({ name: "work/default-0", state_name: "Completed" });
    const [child] = await server.client.call(filterFlowRuns, {
      body: { flow_runs: { parent_task_run_id: { any_: [tracking?.id ?? ""] } } },
    });
    expect(child).toMatchObject({ deployment_id: serving.deployment.id, state_name: "Completed" });
  });
});

describe("a program that serves a flow", () => {
  test("goes on with a server that was started again, also with the run under way meanwhile", async () => {
    const notes = notesFile();
    const url = `sqlite://${join(home, "restarted.db")}`;
    const before = await listen(url);
    const serving = await serve(before);
    const first = await serving.ask({ what: "wait for word", notes });
    await inState(before.client, first, "Running");
    await before[Symbol.asyncDispose]();
    await using after = await listen(url, Number(new URL(before.apiUrl).port));
    giveWord(notes);
    expect(await ended(after.client, first)).toMatchObject({ state_name: "Completed", run_count: 1 });
    expect(await ended(after.client, await serving.ask({}))).toMatchObject({ state_name: "Completed" });
    serving.script.child.kill("SIGTERM");
    expect(await serving.script.ended()).toEqual({ code: 0, signal: null });
  });

  test("a run that takes too much memory has crashed, and says how to give it more", async () => {
    await using server = await listen(`sqlite://${join(home, "memory.db")}`);
    const serving = await serve(server, { env: { NODE_OPTIONS: "--max-old-space-size=80" } });
    const { state } = await ended(server.client, await serving.ask({ what: "fill the memory" }));
    expect(state?.message).toMatch(/^The run's process ran out of memory: .* NODE_OPTIONS=--max-old-space-size/);
  });

  test("a program without a server says where to get one", async () => {
    const script = (await import("../test/script-harness.ts")).run("served");
    expect((await script.ended()).code).toBe(1);
    expect(script.errors()).toContain(
      'Serving needs a server, and none answers. Start one with "ostinato server start"',
    );
  });
});
