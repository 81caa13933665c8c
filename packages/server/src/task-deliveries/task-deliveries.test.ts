import { spawn } from "node:child_process";
import { once } from "node:events";
import { addSeconds, formatTimestamp, nameInTaskKey } from "@ostinato/core";
import { nameOfProcess } from "@ostinato/core/process";
import type { BackgroundTask, Log, TaskRun, TaskWorker } from "@ostinato/protocol";
import { type FakeClock, fakeClock } from "@ostinato/testing/clock";
import { describeOnEachDatabase } from "@ostinato/testing/databases";
import { afterAll, afterEach, beforeAll, expect, test, vi } from "vitest";
import { delayOn, parametersId, passOn, reportOn } from "../../test/background-task-harness.ts";
import { startTestServer, type TestServer } from "../../test/harness.ts";
import { openTestSocket, type TestSocket } from "../../test/socket-harness.ts";

const otherParametersId = "0197a1a8-5b0c-7a36-90f0-1d6f0a2f1f5e";

describeOnEachDatabase("background tasks", (database) => {
  let clock: FakeClock;
  let server: TestServer;
  let address: string;
  const sockets: TestSocket[] = [];
  beforeAll(async () => {
    clock = fakeClock();
    server = await startTestServer(database.url, { clock });
    address = await server.listen();
  });
  afterEach(async () => {
    for (const { socket } of sockets.splice(0)) socket.terminate();
    await pass(8);
  });
  afterAll(() => server.stop());

  let keys = 0;
  const newKey = () => {
    keys += 1;
    return `task ${keys}-1a2b3c4d`;
  };
  const delay = (key: string, more?: Parameters<typeof delayOn>[2]) => delayOn(server, key, more);
  const read = async (id: string) => (await server.call<TaskRun>("GET", `/task_runs/${id}`)).body;
  async function connect(fields: object) {
    const socket = await openTestSocket(address, "/task_runs/subscriptions/scheduled");
    sockets.push(socket);
    socket.send({ type: "subscribe", ...fields });
    return socket;
  }
  /** A worker as Prefect's. */
  const worker = (keys: readonly string[], client_id = "host-1") => connect({ keys, client_id });
  async function ownWorker(keys: readonly string[], slots: number, client_id = "own-1") {
    const socket = await connect({ keys, client_id, slots });
    expect(await socket.next()).toEqual({ type: "subscribed", lost: [] });
    return socket;
  }
  async function got(socket: TestSocket): Promise<TaskRun> {
    const run = await socket.next<TaskRun>();
    socket.send({ type: "ack" });
    await settled(socket);
    return run;
  }
  const gotMany = async (socket: TestSocket) => {
    const message = await socket.next<{ type: string; task_runs: TaskRun[] }>();
    expect(message.type).toBe("task-runs");
    return message.task_runs;
  };
  const settled = (socket: TestSocket) => socket.settled();
  /** Timers of the server fire while real time is given to its queries. */
  const wake = () => clock.advance(0.05);
  const pass = (seconds: number) => passOn(server, clock, seconds);
  /** Lets time go by until the run is in another state than this one. */
  async function passWhile({ id, state_id }: TaskRun): Promise<TaskRun> {
    for (let passed = 0; passed < 300; passed += 2) {
      await pass(2);
      const run = await read(id);
      if (run.state_id !== state_id) return run;
    }
    throw new Error("the run stays in its state");
  }
  /** Lets time go by until something has happened: a slow database may set the server's timers late. */
  async function passUntil<T>(awaited: Promise<T>): Promise<T> {
    let isOver = false;
    const over = awaited.finally(() => {
      isOver = true;
    });
    while (!isOver) await pass(2);
    return over;
  }
  const report = async (run: TaskRun, type: Parameters<typeof reportOn>[2]) => {
    await reportOn(server, run, type);
    await clock.advance(0.001);
  };

  test("a run that waits goes to a worker of its task as a message of its own, with the reference to its parameters", async () => {
    const key = newKey();
    const run = await delay(key);
    const socket = await worker([key]);
    expect(await got(socket)).toMatchObject({
      id: run.id,
      task_key: key,
      flow_run_id: null,
      state_type: "SCHEDULED",
      state: { state_details: { deferred: true, task_parameters_id: parametersId } },
    });
  });

  test("a run that Prefect's client delays is due at once, though its clock is an hour ahead", async () => {
    const key = newKey();
    const ahead = formatTimestamp(addSeconds(clock.now(), 3600));
    const delayedBy = async (agent: string) => {
      const state = { type: "SCHEDULED", state_details: { deferred: true, scheduled_time: ahead } };
      const payload = { task_key: key, dynamic_key: agent, state };
      const headers = { "user-agent": agent };
      const reply = await server.app.inject({ method: "POST", url: "/api/task_runs/", payload, headers });
      expect(reply.statusCode).toBe(201);
      return reply.json<TaskRun>().id;
    };
    const socket = await worker([key]);
    await delayedBy("somebody's script");
    const id = await delayedBy("prefect/3.9.1 (API 0.8.4)");
    await wake();
    expect((await got(socket)).id).toBe(id);
    const { body } = await server.call<BackgroundTask[]>("POST", "/background_tasks/filter", { task_keys: [key] });
    expect(body).toMatchObject([{ scheduled: 1, held: 1, next_due: ahead }]);
  });

  test("a run of whose function no connected worker knows says so in its log, once, and who looked", async () => {
    const [gone, there] = [newKey(), newKey()];
    const run = await delay(gone);
    const linesOf = async (id: string) => {
      const { body } = await server.call<Log[]>("POST", "/logs/filter", { logs: { task_run_id: { any_: [id] } } });
      return body.map(({ level, message }) => [level, message]);
    };
    await pass(60);
    await server.tick("unserved-tasks");
    expect(await linesOf(run.id)).toEqual([]);
    await ownWorker([there], 1, "own-7");
    await server.tick("unserved-tasks");
    const young = await delay(gone);
    for (const _again of [1, 2]) await server.tick("unserved-tasks");
    expect(await linesOf(young.id)).toEqual([]);
    const said = `No connected task worker runs the task "${nameInTaskKey(gone)}". Connected is own-7 (which runs ${nameInTaskKey(there)}).`;
    const hint = expect.stringMatching(/worker\(\[…\]\).*If its function was removed or renamed, .* cancel it\.$/);
    const lines = await linesOf(run.id);
    expect(lines).toEqual([[30, hint]]);
    expect(lines[0]?.[1]).toContain(said);
    await pass(32);
    await server.tick("unserved-tasks");
    expect([(await linesOf(run.id)).length, (await linesOf(young.id)).length]).toEqual([1, 1]);
  });

  test("each run goes to one worker, and a worker that has not confirmed gets no other", async () => {
    const key = newKey();
    const [one, other] = [await worker([key], "host-1"), await worker([key], "host-2")];
    await settled(one);
    await settled(other);
    const made = [await delay(key), await delay(key), await delay(key)];
    await wake();
    const first = await one.next<TaskRun>();
    const second = await other.next<TaskRun>();
    expect(first.id).not.toBe(second.id);
    const third = one.next<TaskRun>();
    one.send({ type: "ack" });
    expect(new Set([first.id, second.id, (await third).id])).toEqual(new Set(made.map(({ id }) => id)));
  });

  test("smaller priorities go first, and a run whose time has not come waits for it", async () => {
    const key = newKey();
    const usual = await delay(key);
    const later = await delay(key, { in: 60, labels: { "ostinato.priority": -5 } });
    const urgent = await delay(key, { labels: { "ostinato.priority": -1 } });
    const socket = await worker([key]);
    expect((await got(socket)).id).toBe(urgent.id);
    expect((await got(socket)).id).toBe(usual.id);
    const { body } = await server.call<BackgroundTask[]>("POST", "/background_tasks/filter", { task_keys: [key] });
    expect(body).toEqual([
      {
        task_key: key,
        name: expect.stringContaining("run"),
        waiting: 0,
        scheduled: 1,
        held: 2,
        waiting_since: null,
        next_due: later.state?.state_details?.scheduled_time,
        workers: ["host-1"],
      },
    ]);
    const coming = got(socket);
    let come: TaskRun | undefined;
    void coming.then((run) => {
      come = run;
    });
    await clock.advance(61);
    // What the server reads meanwhile takes real time, and is followed by timers.
    await vi.waitFor(async () => {
      await wake();
      expect(come?.id).toBe(later.id);
    }, 20_000);
  });

  test("what a worker says counts, though its clock is behind the server's and that of the worker before", async () => {
    const key = newKey();
    const policy = { empirical_policy: { retries: 1, retry_delay: 0 } };
    const made = await delay(key, policy);
    const hoursFromNow = (hours: number) => addSeconds(clock.now(), hours * 3600);
    const first = await ownWorker([key], 1, "ahead");
    const [given] = await gotMany(first);
    await reportOn(server, given ?? made, "RUNNING", hoursFromNow(1));
    const running = await read(made.id);
    expect(running.state_type).toBe("RUNNING");
    await first.close();
    expect((await passWhile(running)).state_name).toBe("AwaitingRetry");
    const second = await ownWorker([key], 1, "behind");
    const [again] = await gotMany(second);
    for (const type of ["RUNNING", "COMPLETED"] as const) {
      await reportOn(server, again ?? made, type, hoursFromNow(-1));
      expect((await read(made.id)).state_type).toBe(type);
    }
  });

  test("a worker on the server's machine whose process is gone loses at once what it had begun", async () => {
    const key = newKey();
    const child = spawn(process.execPath, ["-e", "process.stdin.resume()"], { stdio: ["pipe", "ignore", "ignore"] });
    const socket = await connect({ keys: [key], client_id: "own-1", slots: 1, process: nameOfProcess(child.pid ?? 0) });
    expect(await socket.next()).toEqual({ type: "subscribed", lost: [] });
    await delay(key);
    await wake();
    const [run] = await gotMany(socket);
    if (run === undefined) throw new Error("no run came");
    await report(run, "RUNNING");
    const running = await read(run.id);
    child.kill("SIGKILL");
    await once(child, "exit");
    await socket.close();
    let ended = running;
    for (let passed = 0; passed < 8 && ended.state_id === running.state_id; passed += 1) {
      await pass(1);
      ended = await read(run.id);
    }
    expect(ended).toMatchObject({
      state_type: "CRASHED",
      state: { message: 'The task worker "own-1" that had it is gone.' },
    });
  });

  test("a worker that goes before it began a run loses it to another, and not before it had time to come back", async () => {
    const key = newKey();
    const run = await delay(key);
    const first = await worker([key], "host-1");
    expect((await got(first)).id).toBe(run.id);
    const second = await worker([key], "host-2");
    await settled(second);
    await first.close();
    const again = await passWhile(run);
    expect(again.state?.message).toBe('The task worker "host-1" that had it is gone.');
    expect((await got(second)).id).toBe(run.id);
  });

  test("a worker that comes back keeps what it confirmed", async () => {
    const key = newKey();
    const run = await delay(key);
    const first = await worker([key], "host-1");
    expect((await got(first)).id).toBe(run.id);
    await first.close();
    const again = await worker([key], "host-1");
    await settled(again);
    await pass(20);
    const next = await delay(key);
    await wake();
    expect((await got(again)).id).toBe(next.id);
  });

  test("the run of a worker that died while it ran crashes, where the worker is Prefect's", async () => {
    const key = newKey();
    const run = await delay(key, { empirical_policy: { retries: 3 } });
    const first = await worker([key], "host-1");
    await got(first);
    await report(run, "RUNNING");
    await first.close();
    await pass(10);
    const running = await read(run.id);
    expect(running.state_type).toBe("RUNNING");
    expect(await passWhile(running)).toMatchObject({
      state_type: "CRASHED",
      state: { message: 'The task worker "host-1" that had it is gone.' },
    });
  });

  test("a worker of ours gets as many runs at once as it has room for, and its lost runs are retried by their policy", async () => {
    const key = newKey();
    const made = [
      await delay(key, { empirical_policy: { retries: 1, retry_delay: 100 } }),
      await delay(key),
      await delay(key),
    ];
    const socket = await ownWorker([key], 2);
    const first = await gotMany(socket);
    expect(first.map(({ id }) => id)).toEqual(made.slice(0, 2).map(({ id }) => id));
    for (const run of first) await report(run, "RUNNING");
    socket.send({ type: "free", slots: 1 });
    expect((await gotMany(socket)).map(({ id }) => id)).toEqual([made[2]?.id]);
    const running = await Promise.all(first.map(({ id }) => read(id)));
    await socket.close();
    for (const run of running) await passWhile(run);
    const states = await Promise.all(made.map(async ({ id }) => (await read(id)).state_name));
    expect(states).toEqual(["AwaitingRetry", "Crashed", "Scheduled"]);
    const other = await ownWorker([key], 5, "own-2");
    expect((await gotMany(other)).map(({ id }) => id)).toEqual([made[2]?.id]);
    if (made[2] !== undefined) await report(made[2], "RUNNING");
    await pass(104);
    const [retried] = await gotMany(other);
    expect(retried).toMatchObject({
      id: made[0]?.id,
      run_count: 1,
      state: { name: "AwaitingRetry", state_details: { deferred: true, task_parameters_id: parametersId } },
    });
  });

  test("a worker of ours gives back what it will not begin, and gets nothing more", async () => {
    const key = newKey();
    const run = await delay(key);
    const leaving = await ownWorker([key], 4, "own-1");
    await gotMany(leaving);
    leaving.send({ type: "drain" });
    leaving.send({ type: "return", task_run_ids: [run.id] });
    await settled(leaving);
    const other = await ownWorker([key], 1, "own-2");
    expect((await gotMany(other)).map(({ id }) => id)).toEqual([run.id]);
  });

  test("a worker of ours that comes back keeps the runs that it names, and the others go on to the next", async () => {
    const key = newKey();
    await delay(key);
    await delay(key);
    const first = await ownWorker([key], 2, "own-1");
    const [kept, lost] = await gotMany(first);
    await first.close();
    const again = await connect({ keys: [key], client_id: "own-1", slots: 0, held: [kept?.id] });
    expect(await again.next()).toEqual({ type: "subscribed", lost: [] });
    const other = await ownWorker([key], 5, "own-2");
    expect((await gotMany(other)).map(({ id }) => id)).toEqual([lost?.id]);
    await pass(20);
    expect((await read(kept?.id ?? "")).state?.message).toBe(null);
  });

  test("a worker of ours that comes back too late is told which runs another one has", async () => {
    const key = newKey();
    const run = await delay(key);
    const first = await ownWorker([key], 1, "own-1");
    await gotMany(first);
    await first.close();
    await pass(40);
    const other = await ownWorker([key], 1, "own-2");
    expect((await gotMany(other)).map(({ id }) => id)).toEqual([run.id]);
    const again = await connect({ keys: [key], client_id: "own-1", slots: 0, held: [run.id] });
    expect(await again.next()).toEqual({ type: "subscribed", lost: [run.id] });
  });

  test("arguments that a run is made with come with it to a worker of ours, and its end is told to who waits for it", async () => {
    const key = newKey();
    const preview = { kind: "json", size_bytes: 5, truncated: false, value: [1] };
    const run = await delay(key, {
      parameters: { format: "devalue", data: "[[1],4]", preview },
      state: { type: "SCHEDULED", state_details: { deferred: true, task_parameters_id: otherParametersId } },
    });
    const waiting = await openTestSocket(address, "/task_runs/wake");
    sockets.push(waiting);
    waiting.send({ type: "subscribe", task_run_ids: [run.id] });
    await settled(waiting);
    const socket = await ownWorker([key], 1);
    expect(await socket.next()).toMatchObject({
      type: "task-runs",
      task_runs: [{ id: run.id }],
      parameters: [{ id: otherParametersId, task_run_id: run.id, data: "[[1],4]" }],
    });
    await report(run, "COMPLETED");
    expect(await waiting.next()).toEqual({ type: "ended", task_run_ids: [run.id] });
    expect((await server.call("GET", `/task_runs/${run.id}/value`)).body).toBe(null);
    const gone = "0197a1a8-5b0c-7a36-90f0-000000000000";
    waiting.send({ type: "add", task_run_ids: [run.id, gone] });
    expect(await waiting.next()).toEqual({ type: "ended", task_run_ids: [run.id, gone] });
  });

  test("arguments without an id to keep them under are refused", async () => {
    const preview = { kind: "none", size_bytes: null, truncated: false, value: null };
    const { status, body } = await server.call("POST", "/task_runs/", {
      task_key: "a",
      dynamic_key: "a",
      parameters: { format: "none", data: null, preview },
    });
    expect(status).toBe(409);
    expect(JSON.stringify(body)).toContain("task_parameters_id");
  });

  test("a run that is cancelled while it waits is not handed over", async () => {
    const key = newKey();
    const run = await delay(key);
    await server.call("POST", `/task_runs/${run.id}/set_state`, { state: { type: "CANCELLED" }, force: true });
    const next = await delay(key);
    expect((await got(await worker([key]))).id).toBe(next.id);
  });

  test("a run that workers take and never begin ends with a sentence", async () => {
    const key = newKey();
    const run = await delay(key);
    const socket = await worker([key]);
    for (let time = 1; time <= 5; time += 1) {
      expect((await got(socket)).id).toBe(run.id);
      await passWhile(await read(run.id));
    }
    expect(await read(run.id)).toMatchObject({
      state_type: "CRASHED",
      state: { message: "5 task workers took it, and none began it. See their logs." },
    });
  });

  test("what is done leaves the queue", async () => {
    const key = newKey();
    const run = await delay(key);
    const socket = await worker([key]);
    await got(socket);
    await report(run, "COMPLETED");
    await server.tick("task-deliveries");
    const row = server.context.db.read.selectFrom("task_delivery").selectAll().where("task_run_id", "=", run.id);
    expect(await row.execute()).toEqual([]);
    await socket.close();
    await pass(60);
    expect((await read(run.id)).state_type).toBe("COMPLETED");
  });

  test("connected workers are found by the keys of their tasks", async () => {
    const [one, two] = [newKey(), newKey()];
    const first = await worker([one, two], "host-1");
    const second = await worker([two], "host-2");
    await settled(first);
    await settled(second);
    const find = async (task_keys?: readonly string[]) => {
      const body = task_keys === undefined ? {} : { task_worker_filter: { task_keys } };
      const { body: found } = await server.call<TaskWorker[]>("POST", "/task_workers/filter", body);
      return found.map(({ identifier }) => identifier);
    };
    await expect.poll(() => find()).toEqual(["host-1", "host-2"]);
    expect(await find([one])).toEqual(["host-1"]);
    expect(await find([two])).toEqual(["host-1", "host-2"]);
    await first.close();
    await expect.poll(() => find()).toEqual(["host-2"]);
  });

  test.each([
    [{ type: "hello" }, "Protocol violation: expected 'subscribe' message"],
    [{ type: "subscribe", client_id: "c" }, "Protocol violation: expected 'keys' in subscribe message"],
    [{ type: "subscribe", keys: ["k"] }, "Protocol violation: expected 'client_id' in subscribe message"],
    [{ type: "subscribe", keys: ["k"], client_id: "c", slots: -1 }, expect.stringContaining("slots")],
  ])("%j is refused with a reason", async (message, reason) => {
    const socket = await openTestSocket(address, "/task_runs/subscriptions/scheduled");
    socket.send(message);
    expect(await socket.closed).toEqual({ code: 4001, reason });
  });

  test("quit ends the connection, and another word than ack is a violation", async () => {
    const key = newKey();
    const quitting = await worker([key]);
    await settled(quitting);
    quitting.send({ type: "quit" });
    expect((await quitting.closed).code).toBe(1000);
    const confused = await worker([key]);
    await settled(confused);
    await delay(key);
    await passUntil(confused.next());
    confused.send({ type: "yes" });
    expect(await confused.closed).toEqual({ code: 4001, reason: "Protocol violation: expected 'ack' message" });
  });
});
