import { rm } from "node:fs/promises";
import { join } from "node:path";
import { createClient } from "@ostinato/client";
import { filterBackgroundTasks, readTaskRun } from "@ostinato/protocol";
import { type RecordingServer, startRecordingServer } from "@ostinato/testing/recording-server";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type AnyTask, currentRun, flow, secret, task, worker } from "./index.ts";

const add = task(async function add(a: number, b: Map<string, number>) {
  return new Map([["sum", a + (b.get("b") ?? 0)]]);
});
const tries = new Map<string, number>();
const flaky = task({ retries: 2 }, async function flaky(name: string) {
  tries.set(name, (tries.get(name) ?? 0) + 1);
  if (name === "never" || tries.get(name) === 1) throw new Error(`${name} failed`);
  return currentRun().attempt;
});
const order: string[] = [];
const note = task(async function note(text: string) {
  order.push(text);
});

let server: RecordingServer;
beforeAll(async () => {
  server = await startRecordingServer();
});
afterAll(() => server[Symbol.asyncDispose]());

const client = () => createClient({ baseUrl: process.env.OSTINATO_API_URL ?? "" });

/** Has a worker work until the function has ended. */
async function withWorker<T>(tasks: readonly AnyTask[], work: () => Promise<T>, limit = 10): Promise<T> {
  const stopping = new AbortController();
  const working = worker(tasks, { limit, signal: stopping.signal });
  try {
    return await work();
  } finally {
    stopping.abort();
    await working;
  }
}

test("a delayed run waits for a worker, which gets its arguments, and its value comes back", async () => {
  const run = await add.delay(1, new Map([["b", 2]]));
  const { state_name } = await client().call(readTaskRun, { params: { id: run.id } });
  expect(state_name).toBe("Scheduled");
  const [waiting] = await client().call(filterBackgroundTasks, {});
  expect(waiting).toMatchObject({ name: run.name, waiting: 1, held: 0, workers: [] });
  await withWorker([add], async () => {
    expect(await run.result()).toEqual(new Map([["sum", 3]]));
    const many = await Promise.all([1, 2, 3, 4, 5].map((n) => add.delay(n, new Map())));
    const values = await Promise.all(many.map((one) => one.result()));
    expect(values.map((value) => value.get("sum"))).toEqual([1, 2, 3, 4, 5]);
  });
});

test("retries happen in the worker, and a failure comes back as an error", async () => {
  await withWorker([flaky], async () => {
    expect(await (await flaky.delay("once")).result()).toBe(2);
    const failing = await flaky.delay("never");
    await expect(failing.result()).rejects.toMatchObject({ code: "TASK_FAILED", message: "never failed" });
    expect(await failing.finished()).toMatchObject({ type: "FAILED" });
    expect(tries.get("never")).toBe(3);
  });
});

test("smaller priorities go first, and a run that is to start later does", async () => {
  const runs = [
    await note.with({ startIn: "50ms", priority: -9 }).delay("later"),
    await note.delay("usual"),
    await note.with({ priority: -1 }).delay("urgent"),
    await note.with({ priority: 5 }).delay("patient"),
  ];
  await new Promise((resolve) => setTimeout(resolve, 60));
  await withWorker([note], () => Promise.all(runs.map((run) => run.result())), 1);
  expect(order).toEqual(["later", "urgent", "usual", "patient"]);
});

test("a flow delays a task with the value of another, and goes on with the result", async () => {
  const both = flow(async function both() {
    const first = add(1, new Map());
    const run = await note.delay((await first).get("sum") === 1 ? "from the flow" : "wrong");
    await run.result();
    return run.id;
  });
  const id = await withWorker([note], () => both());
  const run = await client().call(readTaskRun, { params: { id } });
  expect(run).toMatchObject({ state_type: "COMPLETED", flow_run_id: expect.any(String) });
});

test("a worker that stops finishes its runs, and leaves those that wait", async () => {
  const begun = Promise.withResolvers<void>();
  const go = Promise.withResolvers<void>();
  const slow = task(async function slow(n: number) {
    begun.resolve();
    await go.promise;
    return n;
  });
  const stopping = new AbortController();
  const working = worker([slow], { limit: 1, signal: stopping.signal });
  const [first, second] = [await slow.delay(1), await slow.delay(2)];
  await begun.promise;
  stopping.abort();
  go.resolve();
  await working;
  expect((await client().call(readTaskRun, { params: { id: first.id } })).state_type).toBe("COMPLETED");
  expect((await client().call(readTaskRun, { params: { id: second.id } })).state_type).toBe("SCHEDULED");
  await withWorker([slow], async () => expect(await second.result()).toBe(2));
});

test("arguments that cannot be kept, options that make no sense, and what is not a task are refused", async () => {
  const take = task(async function take(_value: unknown) {});
  await expect(take.delay(secret("hush"))).rejects.toThrow(/keeps the arguments .* cannot be kept/);
  await expect(take.delay(() => 1)).rejects.toThrow(/cannot be kept/);
  await expect(take.with({ priority: 0.5 }).delay(1)).rejects.toThrow(/priority.*whole number/);
  await expect(worker([])).rejects.toThrow("worker() needs a list of tasks");
  await expect(worker([(() => 1) as unknown as AnyTask])).rejects.toThrow("worker() takes tasks");
  await expect(worker([take, take])).rejects.toThrow('worker() was given the task "take" twice');
});

test("a run whose arguments are gone fails with a sentence", async () => {
  const run = await note.with({ resultStorage: "local" }).delay("x");
  await rm(join(server.home, "results"), { recursive: true });
  await withWorker([note], async () => {
    await expect(run.result()).rejects.toThrow(/^The arguments of task "note" cannot be read: they are not at local:/);
  });
});
