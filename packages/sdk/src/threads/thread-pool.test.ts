import { availableParallelism } from "node:os";
import { filterArtifacts, filterEvents } from "@ostinato/protocol";
import { expect, test } from "vitest";
import { HttpError } from "../../test/fixtures/http-error.ts";
import * as tasks from "../../test/fixtures/thread-tasks.ts";
import { recordOnOwnServer } from "../../test/harness.ts";
import { flow, secret, TaskTimeout, task, UsageError } from "../index.ts";

const server = recordOnOwnServer();

test("a task in a thread has the same states, logs, context and values", async () => {
  const run = flow({ name: "threaded", logPrints: true }, async () =>
    tasks.sum(
      Float64Array.from({ length: 1000 }, () => 0.5),
      secret("key"),
    ),
  )();
  expect(await run).toEqual({
    total: 500,
    key: "key",
    kind: "task-run",
    name: "sum-0",
    names: ["numbers", "key"],
    attempt: 1,
  });
  const id = await run.created;
  const [row] = await server.taskRuns(id);
  expect(await server.taskStates(row?.id ?? "")).toEqual(["Pending", "Running", "Completed"]);
  expect(await server.logs(id)).toEqual(expect.arrayContaining(["adding 1000 numbers", "printed in the thread"]));
});

test("an artifact made in a thread is kept under the run", async () => {
  const run = flow({ name: "reporting" }, async () => await tasks.report())();
  const artifactId = await run;
  const [row] = await server.taskRuns(await run.created);
  const [found] = await server.client.call(filterArtifacts, { body: { artifacts: { id: { any_: [artifactId] } } } });
  expect(found).toMatchObject({ key: "from-a-thread", data: "# Hello", task_run_id: row?.id });
});

test("an event that a thread reports reaches the server before the run ends", async () => {
  await flow({ name: "emitting" }, async () => await tasks.emit("example.emitted"))();
  const { events } = await server.client.call(filterEvents, {
    body: { filter: { event: { name: ["example.emitted"] } } },
  });
  expect(events).toMatchObject([{ event: "example.emitted" }]);
});

test("an error comes back with its name and stack, and is retried", async () => {
  const run = flow({ name: "fragile" }, async () => await tasks.fragile())();
  expect(await run).toBe("second time");
  const [row] = await server.taskRuns(await run.created);
  expect(await server.taskStates(row?.id ?? "")).toEqual([
    "Pending",
    "Running",
    "AwaitingRetry",
    "Retrying",
    "Completed",
  ]);
});

test("an error comes back as one of its class, with its fields and what it comes from", async () => {
  const thrown = await flow({ name: "limited" }, async () => await tasks.limited())().catch((error: unknown) => error);
  if (!(thrown instanceof HttpError)) throw new Error("the class was lost", { cause: thrown });
  expect(thrown).toMatchObject({ status: 429, name: "HttpError", retryAfter: new Date(0) });
  expect(thrown.cause).toBeInstanceOf(AggregateError);
  expect((thrown.cause as AggregateError).errors).toEqual([new RangeError("100 a minute")]);
  // What can't be copied is pictured.
  expect(thrown).toMatchObject({ response: "{ body: 'slow down', read: [Function: read] }" });
});

test("whether to retry is decided by the class and the fields, also of a class that no other module sees", async () => {
  const run = flow({ name: "unavailable" }, async () => (await tasks.unavailable.state()).name)();
  await run;
  const [row] = await server.taskRuns(await run.created);
  expect(row).toMatchObject({ state_name: "Failed", run_count: 2 });
});

test.each([
  ["usage", { name: "UsageError", code: "USAGE_ERROR", message: "not so" }],
  ["abort", { name: "AbortError", message: "stopped" }],
  ["object", { name: "Object", code: "23505", message: "duplicate key value", cause: { code: "23505" } }],
  ["circle", { name: "Error", message: "round", cause: { message: "and round", cause: "Error: round" } }],
] as const)("an error of another kind comes back too: %s", async (what, expected) => {
  const thrown = await flow({ name: "throwing" }, async () => await tasks.throwing(what))().catch(
    (error: unknown) => error,
  );
  expect(thrown).toMatchObject(expected);
  if (what === "usage") expect(thrown).toBeInstanceOf(UsageError);
  if (what === "abort") expect(thrown).toBeInstanceOf(DOMException);
});

test("a busy thread is ended by a timeout", async () => {
  await expect(flow({ name: "endless" }, async () => await tasks.endless())()).rejects.toThrow(TaskTimeout);
});

test("a task that waits for a thread gets one when all of them were ended", async () => {
  const all = Array.from({ length: availableParallelism() });
  const ended = flow({ name: "all endless" }, () => Promise.allSettled(all.map(() => tasks.endless())))();
  const waiting = flow({ name: "behind them" }, async () => await tasks.report())();
  expect((await ended).map(({ status }) => status)).toEqual(all.map(() => "rejected"));
  expect(await waiting).toEqual(expect.any(String));
});

test("a waiting thread hears of its cancellation", async () => {
  const run = flow({ name: "cancelling" }, async () => {
    const future = tasks.patient();
    while (future.state.type !== "RUNNING") await new Promise(setImmediate);
    future.cancel("enough");
    return (await future.finished()).name;
  })();
  expect(await run).toBe("Cancelled");
});

test("what cannot be done in a thread says so", async () => {
  const local = task({ runIn: "thread" }, async function local(callback: () => void) {
    callback();
  });
  const inFlow = (body: () => Promise<unknown>) => flow({ name: "wrong" }, body)();
  await expect(inFlow(async () => await local(() => {}))).rejects.toThrow("cannot be copied there");
  await expect(inFlow(async () => await tasks.calling())).rejects.toThrow(
    "cannot be called from a task that runs in a thread",
  );
});
