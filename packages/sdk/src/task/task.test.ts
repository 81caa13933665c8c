import { fakeClock } from "@ostinato/testing/clock";
import { describe, expect, test } from "vitest";
import { recordOnOwnServer } from "../../test/harness.ts";
import { Cancelled, completed, currentRun, failed, flow, type RetryDelay, TaskTimeout, task } from "../index.ts";
import { session, useConnection } from "../session/session.ts";

const server = recordOnOwnServer();

/** A function that throws `failures` times and then gives the number of calls. */
function flaky(failures: number) {
  let calls = 0;
  return async function flaky() {
    calls += 1;
    if (calls <= failures) throw new Error(`failure ${calls}`);
    return calls;
  };
}

test("records a task with its name, states, parameters and tags", async () => {
  const double = task({ tags: ["maths"], version: "2" }, async function double(n: number, note = "none") {
    return `${2 * n} ${note}`;
  });
  const run = flow(async function six() {
    return await double(3);
  })();
  expect(await run).toBe("6 none");
  const id = await run.created;
  expect(await server.flowStates(id)).toEqual(["Pending", "Running", "Completed"]);
  const [row] = await server.taskRuns(id);
  expect(row).toMatchObject({
    name: "double-0",
    tags: ["maths"],
    task_version: "2",
    task_inputs: { n: [] },
    state_name: "Completed",
    run_count: 1,
    flow_run_run_count: 1,
  });
  expect(row?.total_run_time).toBeGreaterThan(0);
  expect(await server.taskStates(row?.id ?? "")).toEqual(["Pending", "Running", "Completed"]);
});

test("a task that is called outside of flows runs and is recorded", async () => {
  const alone = task(async function alone(x: number) {
    return x + 1;
  });
  const run = alone(1);
  expect(await run).toBe(2);
  await (await session()).events.flush();
  expect(await server.taskStates(run.id)).toEqual(["Pending", "Running", "Completed"]);
});

test("a task in a task is recorded with its parent, and may call further tasks", async () => {
  const leaf = task(async function leaf(n: number) {
    return n;
  });
  const branch = task(async function branch(n: number) {
    return (await leaf(n)) + (await leaf(n + 1));
  });
  const run = flow({ concurrency: 1 }, async function tree() {
    return await branch(1);
  })();
  expect(await run).toBe(3);
  const rows = await server.taskRuns(await run.created);
  const parent = rows.find(({ name }) => name === "branch-0");
  expect(rows.map(({ name }) => name).sort()).toEqual(["branch-0", "leaf-0", "leaf-1"]);
  expect(rows.find(({ name }) => name === "leaf-1")?.task_inputs).toMatchObject({
    __parents__: [{ input_type: "task_run", id: parent?.id }],
  });
});

describe("retries", () => {
  test("as often as configured, with the states of Prefect", async () => {
    const run = flow(async function retrying() {
      return await task({ name: "flaky", retries: 2 }, flaky(2))();
    })();
    expect(await run).toBe(3);
    const [row] = await server.taskRuns(await run.created);
    expect(await server.taskStates(row?.id ?? "")).toEqual([
      "Pending",
      "Running",
      "AwaitingRetry",
      "Retrying",
      "AwaitingRetry",
      "Retrying",
      "Completed",
    ]);
    expect(row).toMatchObject({ run_count: 3, empirical_policy: { retries: 2, retry_delay: 0 } });
  });

  test("and then fails with the last error", async () => {
    const run = flow(async function hopeless() {
      await task({ name: "flaky", retries: 1 }, flaky(5))();
    })();
    await expect(run).rejects.toThrow("failure 2");
    const [row] = await server.taskRuns(await run.created);
    expect(row?.state).toMatchObject({ type: "FAILED", name: "Failed", message: "failure 2" });
    expect(row?.state?.state_details).toMatchObject({
      error_name: "Error",
      error_location: expect.stringMatching(/^at .*flaky \(.*task\.test\.ts:\d+:\d+\)$/),
    });
    expect((await server.flowRun(await run.created)).state).toMatchObject({ name: "Failed", message: "failure 2" });
  });

  test("and reports the frames of an error whose message is very long", async () => {
    const run = flow(async function verbose() {
      await task(async function shout() {
        throw new Error("x".repeat(3_000_000));
      })();
    })();
    await expect(run).rejects.toThrow("xxx");
    const [row] = await server.taskRuns(await run.created);
    expect(row?.state).toMatchObject({
      type: "FAILED",
      state_details: { error_stack: expect.stringContaining("at shout") },
    });
  });

  test("only where retryIf says so", async () => {
    const asked: string[] = [];
    const picky = task(
      {
        name: "picky",
        retries: 5,
        retryIf: (error, attempt) => {
          asked.push(`${error.message} ${attempt}`);
          return error.message === "failure 1";
        },
      },
      flaky(5),
    );
    await expect(flow({ name: "picky" }, async () => await picky())()).rejects.toThrow("failure 2");
    expect(asked).toEqual(["failure 1 1", "failure 2 2"]);
  });

  test.each<[string, RetryDelay, number[]]>([
    ["a number of seconds", 2, [2, 2, 2]],
    ["a duration", "500ms", [0.5, 0.5, 0.5]],
    ["a list, whose last counts on", ["1s", 10], [1, 10, 10]],
    ["a function of the attempt", (attempt) => attempt * 60, [60, 120, 180]],
  ])("wait as long as %s says", async (_, retryDelay, expected) => {
    const { connection } = await session();
    const clock = fakeClock();
    await using _session = await useConnection(connection, clock);
    const waits: number[] = [];
    const run = flow({ name: "waiting" }, async () => {
      return await task({ name: "flaky", retries: 3, retryDelay }, flaky(3))();
    })();
    for (const seconds of expected) {
      const [row] = await untilAwaitingRetry(await run.created, waits.length);
      waits.push(secondsUntil(row?.state));
      await clock.advance(seconds);
    }
    expect(await run).toBe(4);
    expect(waits).toEqual(expected);
    function secondsUntil(state: Awaited<ReturnType<typeof server.taskRuns>>[number]["state"] | undefined): number {
      const { timestamp = "", state_details } = state ?? {};
      return Math.round((Date.parse(String(state_details?.scheduled_time)) - Date.parse(timestamp)) / 100) / 10;
    }
    async function untilAwaitingRetry(flowRunId: string, attempts: number) {
      for (;;) {
        await (await session()).events.flush();
        const rows = await server.taskRuns(flowRunId);
        if (rows[0]?.state_name === "AwaitingRetry" && rows[0].run_count === attempts + 1) return rows;
        await new Promise((resolve) => setImmediate(resolve));
      }
    }
  });
});

describe("a timeout", () => {
  test("ends the task through its signal, as TimedOut", async () => {
    const slow = task({ timeout: "20ms" }, async function slow() {
      const { signal } = currentRun();
      await new Promise((_, reject) => signal.addEventListener("abort", () => reject(signal.reason)));
    });
    const run = flow(async function impatient() {
      await slow();
    })();
    await expect(run).rejects.toThrow(TaskTimeout);
    await expect(run).rejects.toThrow('Task run "slow-0" took longer than its timeout of 0.02 s');
    const [row] = await server.taskRuns(await run.created);
    expect(row).toMatchObject({ state_type: "FAILED", state_name: "TimedOut" });
  });

  test("does not wait for a function that ignores the signal, and counts as a failure to retry", async () => {
    let calls = 0;
    const stubborn = task({ timeout: "20ms", retries: 1 }, async function stubborn() {
      calls += 1;
      if (calls === 1) await new Promise(() => {});
      return "late";
    });
    expect(await flow({ name: "patient" }, async () => await stubborn())()).toBe("late");
  });
});

describe("cancelling", () => {
  test("ends a running task at once, through its signal", async () => {
    let reason: unknown;
    const endless = task(async function endless() {
      const { signal } = currentRun();
      signal.addEventListener("abort", () => {
        reason = signal.reason;
      });
      await new Promise(() => {});
    });
    const run = flow(async function canceller() {
      const future = endless();
      while (future.state.type !== "RUNNING") await Promise.resolve();
      future.cancel("not needed any more");
      await expect(future).rejects.toThrow(Cancelled);
      return future.state.name;
    })();
    expect(await run).toBe("Cancelled");
    expect(reason).toBeInstanceOf(Cancelled);
    const [row] = await server.taskRuns(await run.created);
    expect(row?.state).toMatchObject({ type: "CANCELLED", message: "not needed any more" });
  });

  test("a waiting task never starts, and a cancelled one that nobody awaits is no failure", async () => {
    let started = false;
    const never = task(async function never(_: unknown) {
      started = true;
    });
    const gate = task(async function gate(open: Promise<void>) {
      await open;
    });
    const { promise, resolve } = Promise.withResolvers<void>();
    const run = flow(async function canceller() {
      const gated = gate(promise);
      const future = never(gated);
      future.cancel();
      resolve();
      await gated;
      return "done";
    })();
    expect(await run).toBe("done");
    expect(started).toBe(false);
  });
});

test("declares its own end by returning it", async () => {
  const skip = task(async function skip() {
    return completed("nothing", { name: "Skipped", message: "it is sunday" });
  });
  const refuse = task(async function refuse() {
    return failed("not today");
  });
  const run = flow(async function declaring() {
    const value: string = await skip();
    await expect(refuse()).rejects.toThrow("not today");
    return value;
  })();
  expect(await run).toBe("nothing");
  const rows = await server.taskRuns(await run.created);
  expect(rows.map(({ state }) => [state?.type, state?.name, state?.message])).toEqual([
    ["COMPLETED", "Skipped", "it is sunday"],
    ["FAILED", "Failed", "not today"],
  ]);
});

test("calls hooks with the run and its state, and ignores their errors", async () => {
  const told: string[] = [];
  const tell = (word: string) => (event: { run: { name: string }; of: string; state: { name: string } }) => {
    told.push(`${word} ${event.of} ${event.run.name} ${event.state.name}`);
  };
  const good = task(
    {
      onRunning: tell("running"),
      onCompletion: [
        tell("completion"),
        () => {
          throw new Error("a bad hook");
        },
        tell("still"),
      ],
    },
    async function good() {},
  );
  const bad = task({ onFailure: tell("failure"), onCompletion: tell("never") }, async function bad() {
    throw new Error("no");
  });
  const run = flow({ name: "hooked" }, async () => {
    await good();
    await bad.state();
  })();
  await run;
  expect(told).toEqual([
    "running good good-0 Running",
    "completion good good-0 Completed",
    "still good good-0 Completed",
    "failure bad bad-0 Failed",
  ]);
  expect(await server.logs(await run.created)).toContain('a hook of "good" failed: a bad hook');
});

test("`with` gives a changed copy, `fn` the bare function, `runName` the run's name", async () => {
  const load = task({ retries: 3, runName: "load {path}" }, async function load(path: string) {
    return path.length;
  });
  const quick = load.with({ name: "quick load", retries: 0, runName: ({ path }) => `quickly ${path}` });
  expect([load.name, quick.name, await load.fn("abc")]).toEqual(["load", "quick load", 3]);
  const later = task(async function later() {
    return "ccc";
  });
  const run = flow({ name: "named" }, async () => [await load("a"), await quick("bb"), await load(later())])();
  expect(await run).toEqual([1, 2, 3]);
  const rows = await server.taskRuns(await run.created);
  expect(rows.map(({ name, empirical_policy }) => [name, empirical_policy.retries])).toEqual([
    ["load a", 3],
    ["quickly bb", 0],
    ["later-0", 0],
    ["load ccc", 3],
  ]);
});

test.each([
  ["no name", () => task(async () => {}), "A task needs a name. Name the function"],
  ["no function", () => task({ name: "x" }, undefined as never), "task() needs a function"],
  ["bad retries", () => task({ retries: -1 }, async function x() {}), 'Task "x": retries is -1'],
  [
    "bad timeout",
    () => task({ timeout: "soon" as never }, async function x() {}),
    'Task "x": timeout is "soon"; give a number of seconds',
  ],
  ["bad cache", () => task({ cache: { by: "input" as never } }, async function x() {}), 'cache.by is "input"'],
])("says at once what is wrong: %s", (_, make, message) => {
  expect(make).toThrow(message);
});
