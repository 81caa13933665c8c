import { addSeconds } from "@ostinato/core";
import type { BackgroundTasksPage, listTaskRuns, ReplyOf, TaskRun, TaskRunPage } from "@ostinato/protocol";
import { type FakeClock, fakeClock } from "@ostinato/testing/clock";
import { describeOnEachDatabase } from "@ostinato/testing/databases";
import { afterAll, beforeAll, expect, test } from "vitest";
import { delayOn, passOn, reportOn } from "../../../test/background-task-harness.ts";
import { startTestServer, type TestServer } from "../../../test/harness.ts";
import { openTestSocket, type TestSocket } from "../../../test/socket-harness.ts";

describeOnEachDatabase("the pages of background tasks", (database) => {
  let clock: FakeClock;
  let server: TestServer;
  let address: string;
  const sockets: TestSocket[] = [];
  beforeAll(async () => {
    clock = fakeClock();
    server = await startTestServer(database.url, { clock });
    address = await server.listen();
  });
  afterAll(async () => {
    for (const { socket } of sockets) socket.terminate();
    await server.stop();
  });

  const delay = (key: string, more?: Parameters<typeof delayOn>[2]) => delayOn(server, key, more);
  const page = async (task_key?: string) =>
    (await server.call<BackgroundTasksPage>("POST", "/ui/background_tasks/page", { task_key })).body;
  const runPage = async ({ id }: Pick<TaskRun, "id">) =>
    (await server.call<TaskRunPage>("GET", `/ui/task_runs/${id}/page`)).body;
  async function work(keys: readonly string[], slots: number, client_id: string) {
    const socket = await openTestSocket(address, "/task_runs/subscriptions/scheduled");
    sockets.push(socket);
    socket.send({ type: "subscribe", keys, client_id, slots });
    expect(await socket.next()).toMatchObject({ type: "subscribed" });
    return socket;
  }
  const taken = async (socket: TestSocket) => {
    await clock.advance(0.05);
    return (await socket.next<{ readonly task_runs: TaskRun[] }>()).task_runs;
  };
  const report = async (run: TaskRun, type: Parameters<typeof reportOn>[2]) => {
    await reportOn(server, run, type);
    await clock.advance(0.001);
  };
  const ids = (runs: readonly { readonly id: string }[]) => runs.map(({ id }) => id);

  test("say what waits in its order, what is to come, and that nobody works on it", async () => {
    const key = "resize-1a2b3c4d";
    const first = await delay(key);
    await clock.advance(1);
    const second = await delay(key);
    const later = await delay(key, { in: 600 });
    const urgent = await delay(key, { labels: { "ostinato.priority": -5 } });
    const { tasks, waiting, workers } = await page(key);
    expect(tasks).toMatchObject([
      { task_key: key, waiting: 3, scheduled: 1, held: 0, completed: 0, failed: 0, workers: [] },
    ]);
    expect(ids(waiting)).toEqual(ids([urgent, first, second, later]));
    expect(waiting.map(({ priority }) => priority)).toEqual([-5, 0, 0, 0]);
    expect(workers).toEqual([]);
  });

  test("say who works on what, and what became of runs in the last day", async () => {
    const key = "notify-1a2b3c4d";
    const runs = [await delay(key), await delay(key), await delay(key)];
    const socket = await work([key], 2, "host-1");
    const [one, other] = await taken(socket);
    if (one === undefined || other === undefined) throw new Error("the worker got fewer than two runs");
    await report(one, "RUNNING");
    await report(other, "RUNNING");
    const before = await page(key);
    expect(before.workers).toMatchObject([{ identifier: "host-1", task_keys: [key], slots: 2, held_count: 2 }]);
    expect(ids(before.workers[0]?.held ?? [])).toEqual(ids([one, other]));
    expect(ids(before.waiting)).toEqual(ids(runs.slice(2)));
    await report(one, "COMPLETED");
    await report(other, "FAILED");
    const after = await page(key);
    expect(after.tasks.find(({ task_key }) => task_key === key)).toMatchObject({ completed: 1, failed: 1, held: 0 });
    expect(after.failed).toMatchObject([{ id: other.id, state_type: "FAILED", worker: "host-1" }]);
    clock.set(addSeconds(clock.now(), 86_401));
    expect((await page(key)).failed).toEqual([]);
  });

  test("keep the worker that had a run when the queue has forgotten the run", async () => {
    const key = "keep-1a2b3c4d";
    const run = await delay(key);
    const socket = await work([key], 1, "host-2");
    const [got] = await taken(socket);
    expect(got?.id).toBe(run.id);
    await report(run, "RUNNING");
    expect((await runPage(run)).background).toMatchObject({ worker: "host-2", waiting: null });
    await report(run, "COMPLETED");
    await passOn(server, clock, 10);
    expect((await runPage(run)).background).toEqual({ worker: "host-2", priority: null, waiting: null });
  });

  test("the page of a run whose function is gone says that nobody runs it, and when it is cancelled it waits no more", async () => {
    const run = await delay("renamed-1a2b3c4d");
    await work(["its_new_name-5e6f7a8b"], 1, "host-3");
    const { background } = await runPage(run);
    expect(background?.waiting?.reason).toBe('No connected task worker runs the task "renamed".');
    expect(background?.waiting?.hint).toContain(
      "If its function was removed or renamed, nothing will ever run it: cancel it.",
    );
    const state = { type: "CANCELLED", name: "Cancelled" };
    const cancelled = await server.call("POST", `/task_runs/${run.id}/set_state`, { state, force: true });
    expect(cancelled.status).toBe(201);
    expect((await runPage(run)).background?.waiting).toBeNull();
    expect((await page("renamed-1a2b3c4d")).waiting).toEqual([]);
  });

  test("the page of a run says what keeps it: its time, its place in line, a worker that is about to begin it", async () => {
    const key = "line-1a2b3c4d";
    const socket = await work([key], 1, "host-4");
    const held = await delay(key);
    expect(ids(await taken(socket))).toEqual([held.id]);
    const [next, afterIt, later] = [await delay(key), await delay(key), await delay(key, { in: 60 })];
    const reasonOf = async (run: TaskRun) => (await runPage(run)).background?.waiting?.reason;
    expect(await reasonOf(held)).toBe("A task worker has it and is about to begin it.");
    expect(await reasonOf(next)).toBe('The task worker "host-4" has no free place. It is next.');
    expect(await reasonOf(afterIt)).toBe('The task worker "host-4" has no free place. 1 is before it.');
    expect((await runPage(later)).background?.waiting).toMatchObject({
      reason: "Its time has not come.",
      until: expect.any(String),
    });
  });

  test("lists of task runs tell background runs from others", async () => {
    type List = ReplyOf<typeof listTaskRuns>;
    const list = async (body: object) =>
      (await server.call<List>("POST", "/ui/task_runs/list", { count: true, ...body })).body;
    const own = await server.call<TaskRun>("POST", "/task_runs/", { task_key: "own", dynamic_key: "0", name: "own-0" });
    const background = await list({ background: true });
    const others = await list({ background: false });
    expect(background.results.every(({ is_background }) => is_background)).toBe(true);
    expect(ids(others.results)).toEqual([own.body.id]);
    expect((await list({})).count).toBe((background.count ?? 0) + 1);
    expect((await runPage(own.body)).background).toBeNull();
  });
});
