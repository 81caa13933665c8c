import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { readFlowRunResult, readTaskRunInputs, readTaskRunResult, setFlowRunState } from "@ostinato/protocol";
import { describe, expect, test } from "vitest";
import { recordOnOwnServer } from "../../test/harness.ts";
import { resumeRun } from "../flow/flow.ts";
import { currentRun, flow, type Secret, secret, task } from "../index.ts";

const server = recordOnOwnServer();

async function resultsOf(flowRunId: string) {
  const rows = await server.taskRuns(flowRunId);
  return await Promise.all(rows.map(({ id }) => server.client.call(readTaskRunResult, { params: { id } })));
}

describe("a result", () => {
  test("is kept with a preview, and so are the inputs by name", async () => {
    const rows = task(async function rows(count: number, note: string) {
      return Array.from({ length: count }, (_, n) => ({ n, note }));
    });
    const run = flow({ name: "tables" }, async () => (await rows(3, "x")).length)();
    await run;
    const id = await run.created;
    const [result] = await resultsOf(id);
    expect(result?.preview).toMatchObject({ kind: "table", value: { columns: ["n", "note"], row_count: 3 } });
    const [row] = await server.taskRuns(id);
    const { inputs } = await server.client.call(readTaskRunInputs, { params: { id: row?.id ?? "" } });
    expect(inputs.map(({ name, preview }) => [name, preview.value])).toEqual([
      ["count", 3],
      ["note", "x"],
    ]);
    const own = await server.client.call(readFlowRunResult, { params: { id } });
    expect(own.preview).toMatchObject({ kind: "scalar", value: 3 });
  });

  test("that holds a secret is neither kept nor shown, nor is a secret argument", async () => {
    const login = task(async function login(_: string, password: Secret<string>) {
      return { token: password };
    });
    const give = task(async function give() {
      return secret("hunter2");
    });
    const run = flow({ name: "secrets", logPrints: true }, async () => {
      const { token } = await login("me", secret("hunter2"));
      await give();
      console.log("the password is", token.reveal(), token);
      throw new Error(`wrong password ${token.reveal()}`);
    })();
    await expect(run).rejects.toThrow("hunter2");
    const id = await run.created;
    const results = await resultsOf(id);
    expect(results.map(({ preview }) => preview)).toMatchObject([
      { kind: "json", value: { token: "********" } },
      { kind: "secret" },
    ]);
    const everything = JSON.stringify([
      results,
      await server.taskRuns(id),
      await server.logs(id),
      await server.flowRun(id),
      await Promise.all(
        (await server.taskRuns(id)).map((row) => server.client.call(readTaskRunInputs, { params: { id: row.id } })),
      ),
    ]);
    expect(everything).not.toContain("hunter2");
    expect(await server.logs(id)).toContain("the password is ******** Secret(********)");
  });

  test("that cannot be serialized says why, in the state and in its place", async () => {
    const connect = task(async function connect() {
      return { close() {} };
    });
    const run = flow({ name: "handles" }, async () => void (await connect()))();
    await run;
    const [row] = await server.taskRuns(await run.created);
    const reason = "the function close at .close cannot be written down";
    expect(row?.state?.message).toBe(`the result cannot be kept: ${reason}`);
    expect((await resultsOf(await run.created))[0]?.preview).toMatchObject({ kind: "unserializable", value: reason });
  });

  test("of a gigabyte is refused without being serialized, with the reason, and the run completes", async () => {
    const huge = task(async function huge() {
      return { rows: [Buffer.alloc(1024 ** 3)] };
    });
    const run = flow({ name: "gigabyte" }, async () => huge())();
    expect((await run).rows[0]?.length).toBe(1024 ** 3);
    const id = await run.created;
    expect((await server.flowRun(id)).state_type).toBe("COMPLETED");
    const own = await server.client.call(readFlowRunResult, { params: { id } });
    for (const result of [own, ...(await resultsOf(id))]) {
      expect(result.preview).toMatchObject({ kind: "unserializable" });
      expect(result.reason).toContain("it holds more than 268435456 characters: write it to a file");
    }
  });

  test("that is larger than the server takes goes to the result store, and comes back from there", async () => {
    let calls = 0;
    const big = task(async function big() {
      calls += 1;
      return "x".repeat(3_000_000);
    });
    const run = flow({ name: "large", retries: 1 }, async () => {
      const { length } = await big();
      if (currentRun().attempt === 1) throw new Error("once more");
      return length;
    })();
    expect(await run).toBe(3_000_000);
    expect(calls).toBe(1);
    const [first] = await resultsOf(await run.created);
    expect(first?.location).toMatch(/^local:/);
    expect(await readdir(join(server.folder, "results"))).toHaveLength(1);
  });

  test("of a task with `persist: false` is not kept, and the task runs again", async () => {
    let calls = 0;
    const forgetful = task({ persist: false }, async function forgetful() {
      calls += 1;
      return calls;
    });
    const run = flow({ name: "forgetting", retries: 1 }, async () => {
      await forgetful();
      if (currentRun().attempt === 1) throw new Error("once more");
    })();
    await run;
    expect(calls).toBe(2);
    expect((await resultsOf(await run.created))[0]?.preview.kind).toBe("none");
  });
});

describe("resuming a run", () => {
  const ran: string[] = [];
  const step = task(async function step(name: string) {
    ran.push(name);
    return { name };
  });
  const inner = flow({ name: "inner" }, async ({ name }: { name: string }) => {
    await step(name);
    return name.toUpperCase();
  });
  let broken = true;
  const pipeline = flow({ name: "pipeline" }, async ({ last }: { last: string }) => {
    const first = await step("first");
    const both = await Promise.all([step("same"), step("same"), inner({ name: "within" })]);
    if (broken) throw new Error("the machine broke");
    const end = await step(last);
    return [first.name, both[2], end.name];
  });

  test("uses what finished, runs the rest, and keeps the run's id and parameters", async () => {
    const failing = pipeline({ last: "last" });
    await expect(failing).rejects.toThrow("the machine broke");
    const id = await failing.created;
    expect(ran.splice(0).sort()).toEqual(["first", "same", "same", "within"]);
    broken = false;
    const resumed = resumeRun(id, pipeline);
    expect(await resumed).toEqual(["first", "WITHIN", "last"]);
    expect(await resumed.created).toBe(id);
    expect(ran.splice(0)).toEqual(["last"]);
    expect(await server.flowRun(id)).toMatchObject({ state_name: "Completed", run_count: 2 });
    const rows = (await server.taskRuns(id)).filter(({ flow_run_run_count }) => flow_run_run_count === 2);
    expect(rows.map(({ state_name }) => state_name).sort()).toEqual(["Cached", "Cached", "Cached", "Completed"]);
    expect(await server.logs(id)).toContain("4 results of earlier attempts are there to use");
    const cached = rows.find(({ state_name }) => state_name === "Cached");
    const view = await server.client.call(readTaskRunResult, { params: { id: cached?.id ?? "" } });
    expect(view).toMatchObject({ preview: { kind: "json" }, reused_from: { flow_run_id: id } });
  });

  test("works for one that the server still shows as running because its process died", async () => {
    broken = true;
    const failing = pipeline({ last: "end" });
    await expect(failing).rejects.toThrow();
    const id = await failing.created;
    await server.client.call(setFlowRunState, {
      params: { id },
      body: { state: { type: "RUNNING", name: "Running" }, force: true },
    });
    broken = false;
    ran.length = 0;
    expect(await resumeRun(id, pipeline)).toEqual(["first", "WITHIN", "end"]);
    expect(ran).toEqual(["end"]);
  });

  test("the same secret makes the same call, another secret another call, and no result of a secret is cached", async () => {
    const used: string[] = [];
    const login = task(async function login(name: string, password: Secret<string>) {
      used.push(password.reveal());
      return name;
    });
    let password = secret("first-password");
    const guarded = flow({ name: "guarded" }, async () => {
      await login("me", password);
      await login.with({ name: "cached login", cache: { by: "inputs" } })("me", password);
      if (currentRun().attempt === 1) throw new Error("again");
    });
    const failing = guarded();
    await expect(failing).rejects.toThrow("again");
    expect(used.splice(0)).toEqual(["first-password", "first-password"]);
    password = secret("first-password");
    await resumeRun(await failing.created, guarded);
    expect(used.splice(0)).toEqual([]);
    const again = guarded();
    await expect(again).rejects.toThrow("again");
    expect(used.splice(0)).toHaveLength(2);
    password = secret("second-password");
    await resumeRun(await again.created, guarded);
    expect(used).toEqual(["second-password", "second-password"]);
  });

  test("other arguments make another call", async () => {
    let argument = 1;
    const counted: number[] = [];
    const count = task(async function count(n: number) {
      counted.push(n);
    });
    const changing = flow({ name: "changing" }, async () => {
      await count(argument);
      if (argument === 1) throw new Error("again");
    });
    const failing = changing();
    await expect(failing).rejects.toThrow("again");
    argument = 2;
    await resumeRun(await failing.created, changing);
    expect(counted).toEqual([1, 2]);
  });

  test("a completed run with a kept result has nothing to do", async () => {
    const once = flow({ name: "once" }, async () => {
      ran.push("once");
      return new Map([["a", 1]]);
    });
    const run = once();
    await run;
    ran.length = 0;
    expect(await resumeRun(await run.created, once)).toEqual(new Map([["a", 1]]));
    expect(ran).toEqual([]);
  });

  test("a run of another flow, or an unknown one, is refused", async () => {
    const one = flow({ name: "one" }, async () => {});
    const run = one();
    await run;
    await expect(resumeRun(await run.created, pipeline)).rejects.toThrow('is a run of another flow than "pipeline"');
    await expect(resumeRun(crypto.randomUUID(), pipeline)).rejects.toThrow("404");
  });
});

describe("a value that changes", () => {
  const rows = task(async function rows() {
    return Array.from({ length: 12_000 }, (_, id) => ({ id, amount: 1 }));
  });
  const sums: number[] = [];
  const sum = task(async function sum(list: readonly { readonly amount: number }[]) {
    const total = list.reduce((sofar, { amount }) => sofar + amount, 0);
    sums.push(total);
    return total;
  });

  test("after a task returned it is another argument, however large it is", async () => {
    const cached = sum.with({ name: "cached sum", cache: { by: "inputs" } });
    const changing = flow({ name: "growing" }, async () => {
      const list = await rows();
      const first = await cached(list);
      list.push({ id: -1, amount: 1000 });
      return [first, await cached(list)];
    });
    expect(await changing()).toEqual([12_000, 13_000]);
    expect(await changing()).toEqual([12_000, 13_000]);
    expect(sums.splice(0)).toEqual([12_000, 13_000]);
  });

  test("in another way in the next attempt is another argument", async () => {
    const changing = flow({ name: "growing otherwise", retries: 1 }, async () => {
      const list = await rows();
      const { attempt } = currentRun();
      list.push({ id: -1, amount: attempt * 1000 });
      const total = await sum(list);
      if (attempt === 1) throw new Error("again");
      return total;
    });
    expect(await changing()).toBe(14_000);
    expect(sums.splice(0)).toEqual([13_000, 14_000]);
  });

  test("by the task that is given it is changed again when the flow runs again", async () => {
    const sorting = task(async function sorting(list: number[]) {
      list.sort((one, other) => one - other);
    });
    const first = task(async function first(list: readonly number[]) {
      return list[0];
    });
    const ordered = flow({ name: "ordered", retries: 1 }, async () => {
      const list = [3, 1, 2];
      await sorting(list);
      const least = await first(list);
      if (currentRun().attempt === 1) throw new Error("again");
      return least;
    });
    const run = ordered();
    expect(await run).toBe(1);
    const states = (await server.taskRuns(await run.created)).map(({ name, state_name }) => `${name} ${state_name}`);
    expect(states.sort()).toEqual([
      "first-0 Cached",
      "first-0 Completed",
      "sorting-0 Completed",
      "sorting-0 Completed",
    ]);
  });

  test("while its task waits for a turn is compared as the task gets it", async () => {
    const list = [1];
    const cached = task({ name: "length", cache: { by: "inputs" } }, async (items: readonly number[]) => items.length);
    const hold = Promise.withResolvers<void>();
    const holding = task(async function holding() {
      await hold.promise;
    });
    const queued = flow({ name: "queued", concurrency: 1 }, async () => {
      const held = holding();
      const waiting = cached(list);
      await Promise.resolve();
      list.push(2);
      hold.resolve();
      await held;
      return [await waiting, await cached([1]), await cached([1, 2])];
    });
    expect(await queued()).toEqual([2, 1, 2]);
  });
});

describe("the cache", () => {
  const inFlow = <R>(body: () => Promise<R>, name = "caching") => flow({ name }, body)();

  function counting<A extends unknown[]>(options: Parameters<typeof task>[0]) {
    const calls: A[] = [];
    const counted = task(options as object, async function counted(...args: A) {
      calls.push(args);
      return args.length;
    });
    return { calls, counted };
  }

  test("by inputs gives the result of an equal call, in any run, with the state Cached", async () => {
    const { calls, counted } = counting<[number, string]>({ name: "by inputs", cache: { by: "inputs" } });
    const first = inFlow(async () => [await counted(1, "a"), await counted(1, "a"), await counted(2, "a")]);
    await first;
    expect(calls).toEqual([
      [1, "a"],
      [2, "a"],
    ]);
    const rows = await server.taskRuns(await first.created);
    expect(rows.map(({ state_name }) => state_name)).toEqual(["Completed", "Cached", "Completed"]);
    expect(rows[1]?.state?.message).toBe("Reused from the cache");
    expect(rows[1]?.run_count).toBe(0);
    await inFlow(async () => await counted(2, "a"));
    expect(calls).toHaveLength(2);
  });

  test("compares by value: the order of keys and of sets does not count, nor what is undefined", async () => {
    const { calls, counted } = counting<[unknown]>({ name: "by value", cache: { by: "inputs" } });
    await inFlow(async () => {
      await counted({ day: 1, where: { a: [1], b: new Set([1, 2]) } });
      await counted({ where: { b: new Set([2, 1]), a: [1] }, day: 1, limit: undefined });
      await counted({ where: { b: new Set([2, 1]), a: [1] }, day: 1n });
    });
    expect(calls).toHaveLength(2);
  });

  test("leaves inputs out, and combines", async () => {
    const load = { calls: 0 };
    const loaded = task(
      { cache: { by: ["inputs", "taskSource"], without: "logger" } },
      async function loaded(path: string, logger: unknown) {
        load.calls += 1;
        return `${path} ${typeof logger}`;
      },
    );
    await inFlow(async () => [await loaded("a", 1), await loaded("a", { any: "thing" }), await loaded("b", 1)]);
    expect(load.calls).toBe(2);
  });

  test("by the run, the flow's parameters, or a key of one's own", async () => {
    const calls: string[] = [];
    const make = (by: NonNullable<Parameters<typeof task>[0]>) =>
      task({ ...by, name: "keyed" } as object, async function keyed(n: number) {
        calls.push(`keyed ${n}`);
        return n;
      });
    const perRun = make({ cache: { by: "runId" } } as never);
    const once = async () => [await perRun(1), await perRun(2)];
    expect(await inFlow(once)).toEqual([1, 1]);
    await inFlow(once);
    expect(calls.splice(0)).toEqual(["keyed 1", "keyed 1"]);

    const perParameters = make({ cache: { by: "flowParameters" } } as never);
    const parameterized = flow({ name: "parameterized" }, async ({ day }: { day: number }) => await perParameters(day));
    for (const day of [1, 1, 2]) await parameterized({ day });
    expect(calls.splice(0)).toEqual(["keyed 1", "keyed 2"]);

    const own = make({ cache: { by: ({ inputs }: { inputs: { n: number } }) => `parity ${inputs.n % 2}` } } as never);
    expect(await inFlow(async () => [await own(1), await own(2), await own(3)])).toEqual([1, 2, 1]);
    const never = make({ cache: { by: () => undefined } } as never);
    expect(await inFlow(async () => [await never(7), await never(8)])).toEqual([7, 8]);
  });

  test("forgets expired results, and is refilled on demand", async () => {
    const { calls, counted } = counting<[number]>({ name: "expiring", cache: { by: "inputs", expires: 0 } });
    await inFlow(async () => [await counted(1), await counted(1)]);
    expect(calls).toHaveLength(2);

    const fresh = counting<[number]>({ name: "refreshing", cache: { by: "inputs" } });
    await inFlow(async () => {
      await fresh.counted(1);
      await fresh.counted.with({ cache: { by: "inputs", refresh: true } })(1);
      await fresh.counted(1);
    });
    expect(fresh.calls).toHaveLength(2);
  });

  test("keeps neither failures nor results that cannot be compared", async () => {
    let calls = 0;
    const failing = task({ cache: { by: "inputs" } }, async function failing(_: number) {
      calls += 1;
      throw new Error("no");
    });
    const odd = task({ cache: { by: "inputs" } }, async function odd(callback: () => number) {
      calls += 1;
      return callback();
    });
    await inFlow(async () => {
      await failing.state(1);
      await failing.state(1);
      await odd(() => 1);
      await odd(() => 1);
    });
    expect(calls).toBe(4);
  });
});

describe("equal calls at the same time", () => {
  function gated(options: object = {}) {
    const gates: PromiseWithResolvers<number>[] = [];
    const begun: PromiseWithResolvers<void>[] = [];
    const at = <T>(list: PromiseWithResolvers<T>[], index: number) => {
      while (list.length <= index) list.push(Promise.withResolvers<T>());
      return list[index] as PromiseWithResolvers<T>;
    };
    let calls = 0;
    const price = task({ name: `price ${Math.random()}`, cache: { by: "inputs" }, ...options }, async (sku: string) => {
      const call = calls;
      calls += 1;
      at(begun, call).resolve();
      return `${sku} ${await at(gates, call).promise}`;
    });
    return {
      price,
      calls: () => calls,
      /** Resolves when so many calls of the function have begun. */
      begun: (count: number) => at(begun, count - 1).promise,
      gate: (call: number) => at(gates, call),
    };
  }
  const statesOf = async (run: { created: Promise<string> }) =>
    (await server.taskRuns(await run.created)).map(({ state_name }) => state_name).sort();

  test("are computed once, and the others have its result, each a copy of its own", async () => {
    const found = task({ cache: { by: "inputs" } }, async function found(sku: string) {
      await Promise.resolve();
      return { skus: [sku] };
    });
    const run = flow({ name: "once for all" }, () => Promise.all([found("a"), found("a"), found("b"), found("a")]))();
    const values = await run;
    expect(values.map(({ skus }) => skus)).toEqual([["a"], ["a"], ["b"], ["a"]]);
    expect(values[0]).not.toBe(values[1]);
    expect(await statesOf(run)).toEqual(["Cached", "Cached", "Completed", "Completed"]);
  });

  test("wait without taking a place of the concurrency", async () => {
    const { price, begun, gate, calls } = gated();
    const other = task(async function other() {
      gate(0).resolve(1);
    });
    const run = flow({ name: "two places", concurrency: 2 }, async () => {
      const same = [price("a"), price("a"), price("a")];
      await begun(1);
      await other();
      return await Promise.all(same);
    })();
    expect(await run).toEqual(["a 1", "a 1", "a 1"]);
    expect(calls()).toBe(1);
  });

  test("take the place of a failed one, one after the other, so that a failure affects its own call alone", async () => {
    const { price, begun, gate, calls } = gated();
    const run = flow({ name: "next please" }, async () => {
      const states = [price.state("a"), price.state("a"), price.state("a")];
      await begun(1);
      gate(0).reject(new Error("no price"));
      await begun(2);
      expect(calls()).toBe(2);
      gate(1).resolve(2);
      return (await Promise.all(states)).map((state) =>
        state.type === "COMPLETED" ? state.value : state.error.message,
      );
    })();
    expect(await run).toEqual(["no price", "a 2", "a 2"]);
  });

  test("take the place of one that was cancelled or waits for its retry, and can be cancelled while they wait", async () => {
    const { price, begun, gate } = gated();
    const run = flow({ name: "cancelled" }, async () => {
      const [first, second, third] = [price("a"), price("a"), price("a")];
      await begun(1);
      second.cancel();
      await second.finished();
      first.cancel();
      await begun(2);
      gate(1).resolve(2);
      return [(await first.finished()).type, (await second.finished()).type, await third];
    })();
    expect(await run).toEqual(["CANCELLED", "CANCELLED", "a 2"]);
    const retried = gated({ retries: 1, retryDelay: "1h" });
    const waiting = flow({ name: "retried" }, async () => {
      const both = [retried.price("a"), retried.price("a")];
      await retried.begun(1);
      retried.gate(0).reject(new Error("not now"));
      await retried.begun(2);
      retried.gate(1).resolve(2);
      const value = await both[1];
      both[0]?.cancel();
      return value;
    })();
    expect(await waiting).toBe("a 2");
  });

  test("run side by side if the result of the first cannot be kept", async () => {
    const { price, begun, gate } = gated();
    const odd = task({ name: `odd ${Math.random()}`, cache: { by: "inputs" } }, async (sku: string) => {
      await price.fn(sku);
      return { close() {} };
    });
    const run = flow({ name: "not to share" }, async () => {
      const all = [odd("a"), odd("a"), odd("a")];
      await begun(1);
      gate(0).resolve(1);
      await begun(3);
      gate(1).resolve(1);
      gate(2).resolve(1);
      return (await Promise.all(all)).length;
    })();
    expect(await run).toBe(3);
  });

  test("do not wait for the one that they are called in", async () => {
    let depth = 0;
    const nesting = task(
      { cache: { by: () => `nesting ${server.folder}` } },
      async function nesting(): Promise<number> {
        depth += 1;
        return depth < 3 ? await nesting() : depth;
      },
    );
    expect(await flow({ name: "nesting" }, async () => await nesting())()).toBe(3);
  });
});
