import type { FlowRunPage, listTaskResults, ReplyOf, TaskRunPage, Timeline } from "@ostinato/protocol";
import { describeOnEachDatabase } from "@ostinato/testing/databases";
import { afterAll, beforeAll, expect, test } from "vitest";
import { startTestServer, type TestServer } from "../../../test/harness.ts";
import { type Story, story } from "../../../test/page-fixtures.ts";

const unknown = "64a1a8d5-5b0c-4a36-90f0-1d6f0a2f1f5d";

describeOnEachDatabase("the pages of runs", (database) => {
  let server: TestServer;
  let told: Story;
  let flow: string;
  beforeAll(async () => {
    server = await startTestServer(database.url);
    told = story(server);
    flow = await told.flow("train");
  });
  afterAll(() => server.stop());

  const page = async (id: string) => (await server.call<FlowRunPage>("GET", `/ui/flow_runs/${id}`)).body;
  const taskPage = async (id: string) => (await server.call<TaskRunPage>("GET", `/ui/task_runs/${id}/page`)).body;
  const failing = (message: string, at = 10) => [
    { type: "RUNNING", at },
    { type: "FAILED", at: at + 5, message },
  ];

  test("a run's page has the run, its flow, its states and what it left", async () => {
    const id = await told.flowRun(flow, {
      states: [
        { type: "PENDING", at: 0 },
        { type: "RUNNING", at: 1 },
      ],
    });
    await told.taskRun(id, { states: [{ type: "RUNNING", at: 2 }] });
    await told.logs([{ at: 3, message: "hello", flowRun: id }]);
    await server.call("POST", "/artifacts/", { key: "report", type: "markdown", data: "# Hi", flow_run_id: id });
    expect(await page(id)).toMatchObject({
      flow_run: { id, flow_name: "train", task_counts: { RUNNING: 1 } },
      flow: { name: "train" },
      states: [{ type: "PENDING" }, { type: "RUNNING" }],
      failure: null,
      waiting: null,
      subflow_count: 0,
      artifact_count: 1,
      log_count: 1,
      kept_result_count: 0,
    });
  });

  test("the run before it is the one of the same flow", async () => {
    const own = await told.flow("with a past");
    const past = {
      states: [
        { type: "RUNNING", at: 0 },
        { type: "COMPLETED", at: 4 },
      ],
      parameters: { rows: 1 },
    };
    const first = await told.flowRun(own, past);
    await told.flowRun(flow, { states: [{ type: "RUNNING", at: 50 }] });
    const second = await told.flowRun(own, { states: [{ type: "RUNNING", at: 100 }] });
    expect((await page(second)).previous).toMatchObject({
      id: first,
      parameters: { rows: 1 },
      state_type: "COMPLETED",
      duration: 4,
    });
    expect((await page(first)).previous).toBeNull();
  });

  test("a failure is told by the task that brought the run down, with its place and last lines", async () => {
    const id = await told.flowRun(flow, { states: failing("boom", 0) });
    await told.taskRun(id, { states: failing("harmless", 1), name: "caught" });
    const details = {
      error_name: "Error",
      error_stack: "Error: boom\n  at fit (/w/a.ts:3:1)",
      error_location: "at fit (/w/a.ts:3:1)",
    };
    const states = [
      { type: "RUNNING", at: 2 },
      { type: "FAILED", at: 3, message: "boom", details },
    ];
    const culprit = await told.taskRun(id, { states, name: "fit-0" });
    await told.logs(
      Array.from({ length: 12 }, (_, at) => ({ at, message: `line ${at}`, flowRun: id, taskRun: culprit })),
    );
    const { failure } = await page(id);
    expect(failure).toMatchObject({
      message: "boom",
      task_run_id: culprit,
      task_run_name: "fit-0",
      flow_run_id: id,
      attempt: 1,
      location: "at fit (/w/a.ts:3:1)",
      traceback: expect.stringContaining("Error: boom"),
    });
    expect(failure?.last_logs.map(({ message }) => message)).toEqual(
      Array.from({ length: 10 }, (_, at) => `line ${at + 2}`),
    );
    expect((await taskPage(culprit)).failure).toMatchObject({ message: "boom", task_run_id: culprit });
  });

  test("a flow that failed by itself says so, with the traceback that a Python client logged", async () => {
    const id = await told.flowRun(flow, { states: failing("Flow run encountered an exception: ValueError: bad", 0) });
    const traceback =
      'Traceback (most recent call last):\n  File "/home/ada/flow.py", line 3, in train\nValueError: bad';
    await told.logs([{ at: 5, level: 40, message: `Encountered exception: ${traceback}`, flowRun: id }]);
    expect((await page(id)).failure).toMatchObject({
      message: "ValueError: bad",
      task_run_id: null,
      location: "at train (/home/ada/flow.py:3)",
      traceback,
    });
  });

  test("chained exceptions of Python are told with what led to them, from the line that says the most", async () => {
    const id = await told.flowRun(flow, {
      states: failing("Flow run encountered an exception: RuntimeError: late", 0),
    });
    const frames = Array.from({ length: 2000 }, (_, line) => `  File "/home/ada/flow.py", line ${line}, in again`).join(
      "\n",
    );
    const heading = "Traceback (most recent call last):";
    const link = "The above exception was the direct cause of the following exception:";
    const chain = `${heading}\n${frames}\nKeyError: 'a'\n\n${link}\n\n${heading}\n${frames}\nflows.RuntimeError: late`;
    await told.logs([{ at: 5, level: 40, message: `Encountered exception:\n${chain}`, flowRun: id }]);
    const { failure } = await page(id);
    expect(failure).toMatchObject({
      message: "RuntimeError: late (cause: KeyError: 'a')",
      location: "at again (/home/ada/flow.py:1999)",
    });
    expect(failure?.traceback).toMatch(/^Traceback .*\n… \(\d+ more characters\)\n[\s\S]*\nflows\.RuntimeError: late$/);
    expect(failure?.last_logs.at(-1)?.message).toMatch(/^Encountered exception:\nTraceback [\s\S]*RuntimeError: late$/);
  });

  test("a failure within a subflow is told on the parent's page", async () => {
    const parent = await told.flowRun(flow, { states: failing("1/1 states failed.", 0) });
    const tracking = await told.taskRun(parent, { states: failing("1/1 states failed.", 1), name: "child" });
    const child = await told.flowRun(flow, { states: failing("deep", 1), parent: tracking });
    const task = await told.taskRun(child, { states: failing("deep", 2), name: "inner" });
    expect(await page(parent)).toMatchObject({
      subflow_count: 1,
      failure: { message: "deep", task_run_id: task, flow_run_id: child },
    });
  });

  test.each([
    ["SCHEDULED", "Late", /late/],
    ["SCHEDULED", "AwaitingRetry", /tried again/],
    ["SCHEDULED", "AwaitingConcurrencySlot", /slots/],
    ["SCHEDULED", "Scheduled", /has not started it/],
    ["PENDING", "Pending", /not said yet/],
    ["PENDING", "Submitting", /being started/],
    ["PAUSED", "Paused", /paused/],
    ["PAUSED", "Suspended", /suspended/],
    ["CANCELLING", "Cancelling", /stop/],
  ])("a run in %s (%s) says what it waits for", async (type, name, reason) => {
    const id = await told.flowRun(flow, { states: [{ type, name, at: 0 }] });
    expect((await page(id)).waiting).toMatchObject({ reason: expect.stringMatching(reason), since: told.at(0) });
  });

  test("a cancelled run says by which program it was cancelled, and not which one ended it", async () => {
    const id = await told.flowRun(flow, { states: [{ type: "RUNNING", at: 0 }] });
    const address = await server.listen();
    const propose = (type: string, userAgent: string) =>
      fetch(`${address}/api/flow_runs/${id}/set_state`, {
        method: "POST",
        headers: { "content-type": "application/json", "user-agent": userAgent },
        body: JSON.stringify({ state: { type }, force: true }),
      });
    expect((await page(id)).cancellation).toBeNull();
    expect((await propose("CANCELLING", "prefect/3.9.1 (API 0.8.4)")).ok).toBe(true);
    const { cancellation } = await page(id);
    expect(cancellation?.sentence).toBe(
      "Cancelled by Prefect's command line or a program with Prefect's client 3.9.1.",
    );
    expect((await propose("CANCELLED", "python-requests/2.32.0")).ok).toBe(true);
    expect((await page(id)).cancellation).toEqual(cancellation);
  });

  test("a task's page has its place, what came in and where from", async () => {
    const id = await told.flowRun(flow, { states: [{ type: "RUNNING", at: 0 }], name: "the-run" });
    const load = await told.taskRun(id, {
      states: [
        { type: "RUNNING", at: 1 },
        { type: "COMPLETED", at: 2 },
      ],
      name: "load",
    });
    const preview = { kind: "scalar", size_bytes: 1, truncated: false, value: 7 };
    const fit = await told.taskRun(id, {
      states: [{ type: "RUNNING", at: 3 }],
      name: "fit",
      inputs: { data: [{ input_type: "task_run", id: load }], seed: [{ input_type: "parameter", name: "seed" }] },
      values: { inputs: [{ name: "seed", preview }] },
    });
    await server.call("POST", "/artifacts/", { type: "table", data: [], task_run_id: fit, flow_run_id: id });
    expect(await taskPage(fit)).toMatchObject({
      task_run: { id: fit, name: "fit" },
      flow_run_name: "the-run",
      flow_run_state_type: "RUNNING",
      flow_name: "train",
      flow_id: flow,
      child_flow_run_id: null,
      states: [{ type: "RUNNING" }],
      inputs: [{ name: "seed", preview }],
      result: { preview: { kind: "none" } },
      failure: null,
      upstream: [{ id: load, name: "load", state_type: "COMPLETED", state_name: "Completed" }],
      artifacts: [{ type: "table" }],
    });
  });

  test("a task outside of any flow has a page too", async () => {
    const id = await told.taskRun(null, { states: failing("alone", 0) });
    expect(await taskPage(id)).toMatchObject({ flow_run_name: null, flow_id: null, failure: { flow_run_id: null } });
  });

  test("the timeline has task runs by column, with what each depends on and how it was retried", async () => {
    const id = await told.flowRun(flow, { states: [{ type: "RUNNING", at: 0 }] });
    const load = await told.taskRun(id, {
      states: [
        { type: "RUNNING", at: 1 },
        { type: "COMPLETED", at: 2.5 },
      ],
      name: "load",
    });
    const retried = await told.taskRun(id, {
      name: "fit",
      inputs: { x: [{ input_type: "task_run", id: load }] },
      states: [
        { type: "RUNNING", at: 3 },
        { type: "SCHEDULED", name: "AwaitingRetry", at: 4 },
        { type: "RUNNING", name: "Retrying", at: 6 },
      ],
    });
    const tracking = await told.taskRun(id, { states: [{ type: "RUNNING", at: 7 }], name: "child" });
    const child = await told.flowRun(flow, {
      states: [
        { type: "RUNNING", at: 8 },
        { type: "PAUSED", at: 8.25 },
        { type: "RUNNING", at: 8.5 },
        { type: "COMPLETED", at: 9 },
      ],
      name: "airy-gazelle",
      parent: tracking,
    });
    const { body } = await server.call<Timeline>("GET", `/ui/flow_runs/${id}/timeline`);
    expect(body).toMatchObject({
      origin: told.at(0),
      total: 3,
      truncated: false,
      id: [load, retried, tracking],
      name: ["load", "fit", "child"],
      state_type: ["COMPLETED", "RUNNING", "COMPLETED"],
      state_name: ["Completed", "Retrying", "Completed"],
      start: [1, 3, 8],
      end: [2.5, null, 9],
      parents: [[], [0], []],
      within: [null, null, null],
      child_flow_run_id: [null, null, child],
      child_name: [null, null, "airy-gazelle"],
      task_name: ["load", "fit", "train"],
    });
    expect(body.segments).toEqual([
      [1, 3, "RUNNING", "Running"],
      [1, 4, "SCHEDULED", "AwaitingRetry"],
      [1, 6, "RUNNING", "Retrying"],
      [2, 8, "RUNNING", "Running"],
      [2, 8.25, "PAUSED", "Paused"],
      [2, 8.5, "RUNNING", "Running"],
      [2, 9, "COMPLETED", "Completed"],
    ]);
  });

  test("a task run that another one called lies within it, which is no dependency", async () => {
    const id = await told.flowRun(flow, { states: [{ type: "RUNNING", at: 0 }] });
    const states = (at: number) => [{ type: "RUNNING" as const, at }];
    const load = await told.taskRun(id, { name: "load", states: states(1) });
    const outer = await told.taskRun(id, { name: "outer", states: states(2) });
    const of = (run: string) => [{ input_type: "task_run" as const, id: run }];
    await told.taskRun(id, { name: "inner", states: states(3), inputs: { rows: of(load), __parents__: of(outer) } });
    await told.taskRun(id, { name: "both", states: states(4), inputs: { rows: of(outer), __parents__: of(outer) } });
    const { body } = await server.call<Timeline>("GET", `/ui/flow_runs/${id}/timeline`);
    expect(body).toMatchObject({
      name: ["load", "outer", "inner", "both"],
      parents: [[], [], [0], [1]],
      within: [null, null, 1, 1],
    });
  });

  test("a result that a Prefect client keeps itself is told with its key, serializer and expiry", async () => {
    const id = await told.flowRun(flow, { states: [{ type: "RUNNING", at: 0 }] });
    const data = {
      storage_key: "/data/results/6f1",
      expiration: "2026-01-01T10:00:00Z",
      serializer: { type: "pickle" },
      storage_block_id: null,
      prefect_version: "3.9.1",
    };
    const task = await told.taskRun(id, {
      name: "load",
      states: [
        { type: "RUNNING", at: 1 },
        { type: "COMPLETED", at: 2, data },
      ],
    });
    await told.taskRun(id, { name: "nothing kept", states: [{ type: "COMPLETED", at: 3 }] });
    const persisted = {
      storage_key: "/data/results/6f1",
      serializer: "pickle",
      expiration: "2026-01-01T10:00:00Z",
      storage_block_id: null,
    };
    const { body } = await server.call<TaskRunPage>("GET", `/ui/task_runs/${task}/page`);
    expect(body.result).toMatchObject({ persisted, reason: expect.stringContaining("storage of its own") });
    const list = await server.call<ReplyOf<typeof listTaskResults>>("POST", `/ui/flow_runs/${id}/results`, {});
    expect(list.body.results).toMatchObject([
      { task_run_id: task, kind: null, in_database: false, persisted, reason: null },
    ]);
  });

  test("the result of a subflow is among those of the attempts in which it ran", async () => {
    const id = await told.flowRun(flow, {
      states: [
        { type: "RUNNING", at: 0 },
        { type: "SCHEDULED", name: "AwaitingRetry", at: 10 },
        { type: "RUNNING", name: "Retrying", at: 100 },
        { type: "COMPLETED", at: 120 },
      ],
    });
    const data = { storage_key: "/data/6f1", serializer: { type: "pickle" }, prefect_version: "3.9.1" };
    const states = (begin: number, end: number) => [
      { type: "RUNNING" as const, at: begin },
      { type: "COMPLETED" as const, at: end, data },
    ];
    const call = async (name: string, begin: number, end: number) => {
      const tracking = await told.taskRun(id, { name, states: states(begin, end), flowRunAttempt: 0 });
      await told.flowRun(flow, { states: states(begin, end), parent: tracking });
    };
    await call("first", 1, 5);
    await call("second", 101, 105);
    await told.taskRun(id, { name: "not counted", states: states(6, 7), flowRunAttempt: 0 });
    await told.taskRun(id, { name: "task", states: states(106, 107), flowRunAttempt: 2 });
    const namesOf = async (attempt?: number) => {
      const { body } = await server.call<ReplyOf<typeof listTaskResults>>("POST", `/ui/flow_runs/${id}/results`, {
        ...(attempt === undefined ? {} : { attempt }),
      });
      return body.results.map(({ name }) => name);
    };
    expect(await namesOf()).toEqual(["first", "not counted", "second", "task"]);
    expect(await namesOf(1)).toEqual(["first", "not counted"]);
    expect(await namesOf(2)).toEqual(["second", "task"]);
  });

  test("a run that failed again tells the failure of its last attempt", async () => {
    const id = await told.flowRun(flow, {
      states: [
        { type: "RUNNING", at: 0 },
        { type: "FAILED", at: 2, message: "the disk is full" },
        { type: "RUNNING", at: 3 },
        { type: "FAILED", at: 5, message: "the disk is full" },
      ],
    });
    const failed = (at: number) => [{ type: "FAILED" as const, at, message: "the disk is full" }];
    await told.taskRun(id, { name: "first attempt", states: failed(1), flowRunAttempt: 1 });
    const second = await told.taskRun(id, { name: "second attempt", states: failed(4), flowRunAttempt: 2 });
    const { body } = await server.call<FlowRunPage>("GET", `/ui/flow_runs/${id}`);
    expect(body.failure).toMatchObject({ task_run_id: second, task_run_name: "second attempt" });
  });

  test.each([`/ui/flow_runs/${unknown}`, `/ui/flow_runs/${unknown}/timeline`, `/ui/task_runs/${unknown}/page`])(
    "%s is not found",
    async (path) => {
      const { status, body } = await server.call<Readonly<Record<string, string>>>("GET", path);
      expect([status, body.exception_message ?? body.detail]).toEqual([404, expect.stringContaining("not found")]);
    },
  );
});
