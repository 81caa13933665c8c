import { describe, expect, test } from "vitest";
import { recordOnOwnServer } from "../../test/harness.ts";
import { allowFailure, FlowFailed, flow, type TaskFuture, task, UpstreamFailed, unmapped } from "../index.ts";

const server = recordOnOwnServer();

const add = task(async function add(a: number, b: number) {
  return a + b;
});
const fail = task(async function fail(message: string): Promise<number> {
  throw new Error(message);
});
const total = task(async function total(numbers: readonly number[]) {
  return numbers.reduce((sum, n) => sum + n, 0);
});

async function namesOf(flowRunId: string): Promise<Map<string, string>> {
  const rows = await server.taskRuns(flowRunId);
  return new Map(rows.map(({ id, name }) => [id, name]));
}

test("futures given to a task are its dependencies, also inside arrays and objects, and their values are filled in", async () => {
  const describeAll = task(async function describeAll(
    parts: { one: number; more: { list: number[] } },
    plain: number[],
  ) {
    return JSON.stringify([parts, plain]);
  });
  const run = flow({ name: "graph" }, async () => {
    const [a, b, c] = [add(1, 1), add(2, 2), add(3, 3)];
    return await describeAll({ one: a, more: { list: [b, 9] } }, [c]);
  })();
  expect(await run).toBe('[{"one":2,"more":{"list":[4,9]}},[6]]');
  const id = await run.created;
  const names = await namesOf(id);
  const [row] = (await server.taskRuns(id)).filter(({ name }) => name === "describeAll-0");
  const inputs = Object.entries(row?.task_inputs ?? {}).map(([name, from]) => [
    name,
    from.map((input) => ("id" in input ? names.get(input.id) : undefined)),
  ]);
  expect(inputs).toEqual([
    ["parts", ["add-0", "add-1"]],
    ["plain", ["add-2"]],
  ]);
});

test("an object that a task made, awaited and passed on, is a dependency too", async () => {
  const make = task(async function make() {
    return { rows: [1, 2, 3] };
  });
  const use = task(async function use(made: { rows: number[] }) {
    return made.rows.length;
  });
  const run = flow({ name: "objects" }, async () => await use(await make()))();
  expect(await run).toBe(3);
  const rows = await server.taskRuns(await run.created);
  expect(rows[1]?.task_inputs).toEqual({ made: [{ input_type: "task_run", id: rows[0]?.id }] });
});

test("waitFor makes a task wait for others whose values it does not take", async () => {
  const order: string[] = [];
  const slow = task(async function slow() {
    await new Promise((resolve) => setImmediate(resolve));
    order.push("slow");
  });
  const after = task(async function after() {
    order.push("after");
  });
  const run = flow({ name: "waiting" }, async () => {
    const first = slow();
    await after.with({ waitFor: [first] })();
  })();
  await run;
  expect(order).toEqual(["slow", "after"]);
  const rows = await server.taskRuns(await run.created);
  expect(rows[1]?.task_inputs).toEqual({ wait_for: [{ input_type: "task_run", id: rows[0]?.id }] });
});

describe("a failure", () => {
  test("that is awaited is an ordinary error, the very one that was thrown", async () => {
    const thrown = new TypeError("broken");
    const breaking = task(async function breaking() {
      throw thrown;
    });
    const run = flow({ name: "catching" }, async () => {
      try {
        await breaking();
      } catch (error) {
        return error === thrown;
      }
      return false;
    })();
    expect(await run).toBe(true);
    expect((await server.flowRun(await run.created)).state_name).toBe("Completed");
  });

  test("that nobody awaits fails the flow, and says which", async () => {
    const run = flow({ name: "careless" }, async () => {
      fail("nobody looked");
      return "fine";
    })();
    await expect(run).rejects.toThrow(FlowFailed);
    await expect(run).rejects.toThrow('"fail-0" failed and nobody awaited it: nobody looked');
  });

  test("that is only passed through then() fails the flow, unless somebody awaits the result of then()", async () => {
    const careless = flow({ name: "careless" }, async () => {
      fail("nobody looked")
        .then((n) => n + 1)
        .finally(() => {});
    });
    await expect(careless()).rejects.toThrow("nobody looked");
    const careful = flow({ name: "careful" }, async () => {
      try {
        return await fail("looked").then((n) => n + 1);
      } catch {
        return -1;
      }
    });
    expect(await careful()).toBe(-1);
  });

  test("is never an unhandled rejection", async () => {
    const unhandled: unknown[] = [];
    const listen = (reason: unknown) => unhandled.push(reason);
    process.on("unhandledRejection", listen);
    await flow({ name: "careless" }, async () => {
      fail("one");
      const failing = fail("two");
      total([failing, 1]);
      void Promise.all([fail("three"), fail("four")]).catch(() => {});
    }).state();
    await new Promise((resolve) => setImmediate(resolve));
    process.off("unhandledRejection", listen);
    expect(unhandled).toEqual([]);
  });

  test("keeps what depends on it from starting, in Prefect's words", async () => {
    let started = false;
    const dependent = task(async function dependent(_: number) {
      started = true;
    });
    const run = flow({ name: "chain" }, async () => {
      await dependent(fail("at the root"));
    })();
    await expect(run).rejects.toThrow(UpstreamFailed);
    await expect(run).rejects.toThrow('"fail-0", which it needs, did not complete (at the root)');
    expect(started).toBe(false);
    const rows = await server.taskRuns(await run.created);
    expect(rows.map(({ name, state_name, state_type }) => [name, state_type, state_name])).toEqual([
      ["fail-0", "FAILED", "Failed"],
      ["dependent-0", "PENDING", "NotReady"],
    ]);
  });

  test("that is allowed is passed in place of the value", async () => {
    const report = task(async function report(n: number | Error, m: number | Error) {
      return [n, m].map((x) => (x instanceof Error ? x.message : x));
    });
    const run = flow(
      { name: "tolerant" },
      async () => await report(allowFailure(fail("gone")), allowFailure(add(1, 2))),
    )();
    expect(await run).toEqual(["gone", 3]);
  });
});

test("a future has its state and id from the start", async () => {
  await flow({ name: "watching" }, async () => {
    const future: TaskFuture<number> = add(1, 2);
    expect(future.id).toMatch(/^[0-9a-f-]{36}$/);
    expect([future.name, future.state.type, future.state.name]).toEqual(["add-0", "PENDING", "Pending"]);
    const final = await future.finished();
    expect(final).toMatchObject({ type: "COMPLETED", name: "Completed", value: 3 });
    expect(future.state).toBe(final);
  })();
});

describe("map", () => {
  const double = task(async function double(n: number) {
    return 2 * n;
  });
  const inFlow = <R>(body: () => Promise<R>) => flow({ name: "mapping" }, body)();

  test("gives the values in order, over a list, a set or a future of a list", async () => {
    const list = task(async function list() {
      return [1, 2, 3];
    });
    expect(
      await inFlow(async () => [await double.map([1, 2]), await double.map(new Set([3])), await double.map(list())]),
    ).toEqual([[2, 4], [6], [2, 4, 6]]);
  });

  test("goes through several lists side by side; unmapped is the same for all", async () => {
    expect(await inFlow(async () => [await add.map([1, 2], [10, 20]), await add.map([1, 2], unmapped(5))])).toEqual([
      [11, 22],
      [6, 7],
    ]);
  });

  test("is a dependency on all its runs", async () => {
    const run = flow({ name: "mapped" }, async () => await total(double.map([add(1, 1), add(2, 2)])))();
    expect(await run).toBe(12);
    const rows = await server.taskRuns(await run.created);
    const inputs = rows.find(({ name }) => name === "total-0")?.task_inputs.numbers;
    expect(inputs).toHaveLength(2);
  });

  test("works on no more than `concurrency` at once", async () => {
    let [running, most] = [0, 0];
    const counted = task(async function counted(n: number) {
      running += 1;
      most = Math.max(most, running);
      await new Promise((resolve) => setImmediate(resolve));
      running -= 1;
      return n;
    });
    const numbers = Array.from({ length: 12 }, (_, n) => n);
    expect(await inFlow(async () => await counted.map(numbers, { concurrency: 3 }))).toEqual(numbers);
    expect(most).toBe(3);
  });

  test("throws the first failure of the list, and nothing else is left over", async () => {
    const odd = task(async function odd(n: number) {
      if (n % 2 === 1) throw new Error(`odd ${n}`);
      return n;
    });
    expect(
      await inFlow(async () => {
        await expect(odd.map([0, 3, 1, 2])).rejects.toThrow("odd 3");
        return "caught";
      }),
    ).toBe("caught");
  });

  test.each([
    ["a text", () => double.map("abc" as never), "map() was given a string where a list is needed"],
    ["lists that differ", () => add.map([1], [1, 2]), "they differ in length: 1, 2"],
    ["no list", () => double.map(unmapped(1)), "map() needs at least one list"],
    ["bad concurrency", () => double.map([1], { concurrency: 0 }), 'map() of task "double": concurrency is 0'],
  ])("says what is wrong with %s", async (_, call, message) => {
    await inFlow(async () => expect(call).toThrow(message));
  });
});

test("a flow's `concurrency` bounds its tasks; retries give their place back", async () => {
  let [running, most, failures] = [0, 0, 3];
  const counted = task({ retries: 5, retryDelay: "1ms" }, async function counted() {
    running += 1;
    most = Math.max(most, running);
    await new Promise((resolve) => setImmediate(resolve));
    running -= 1;
    failures -= 1;
    if (failures >= 0) throw new Error("again");
  });
  await flow({ name: "bounded", concurrency: 2 }, async () => {
    await Promise.all(Array.from({ length: 8 }, () => counted()));
  })();
  expect(most).toBe(2);
});
