import { createFlowRun, filterFlowRuns, readFlowPage } from "@ostinato/protocol";
import { type } from "arktype";
import { Type } from "typebox";
import * as v from "valibot";
import { describe, expect, test } from "vitest";
import { z } from "zod";
import { recordOnOwnServer } from "../../test/harness.ts";
import {
  cancelled,
  completed,
  currentRun,
  describeFlow,
  FlowFailed,
  FlowTimeout,
  failed,
  flow,
  ParameterError,
  resumeRun,
  runFlow,
  secret,
  task,
} from "../index.ts";

const server = recordOnOwnServer();

const noop = task(async function noop() {});
const fail = task(async function fail() {
  throw new Error("broken");
});

describe("parameters", () => {
  const schemas = {
    zod: z.object({ path: z.string(), depth: z.coerce.number().int().max(12).default(6) }),
    valibot: v.object({
      path: v.string(),
      depth: v.optional(v.pipe(v.union([v.number(), v.pipe(v.string(), v.transform(Number))]), v.maxValue(12)), 6),
    }),
    arktype: type({ path: "string", depth: "(string.numeric.parse |> number <= 12) | number <= 12 = 6" }),
    typebox: Type.Object({ path: Type.String(), depth: Type.Integer({ maximum: 12, default: 6 }) }),
  };

  describe.each(Object.entries(schemas))("by %s", (library, parameters) => {
    const train = flow({ name: `train with ${library}`, parameters }, async (given) => given);

    test("are coerced, filled with defaults and recorded in that form", async () => {
      const run = runFlow(train, { path: "jan", depth: "7" });
      expect(await run).toEqual({ path: "jan", depth: 7 });
      expect((await server.flowRun(await run.created)).parameters).toEqual({ path: "jan", depth: 7 });
      expect(await runFlow(train, { path: "jan" })).toEqual({ path: "jan", depth: 6 });
    });

    test("that are invalid fail the run before anything runs, and the error names the field", async () => {
      const run = runFlow(train, { path: {}, depth: 40 });
      const error = await run.then(
        () => undefined,
        (thrown: unknown) => thrown,
      );
      expect(error).toBeInstanceOf(ParameterError);
      const { problems, message } = error as ParameterError;
      expect(problems.map(({ field }) => field).sort()).toEqual(["depth", "path"]);
      expect(message).toContain(`The parameters of flow "train with ${library}" are wrong.`);
      const id = await run.created;
      expect(await server.flowStates(id)).toEqual(["Pending", "Failed"]);
      expect((await server.flowRun(id)).state).toMatchObject({ message });
    });

    test("are described by a JSON Schema", async () => {
      const { parameterSchema } = await describeFlow(train);
      expect(parameterSchema).toMatchObject({ type: "object", properties: { path: { type: "string" } } });
      expect((parameterSchema as { required: string[] }).required).toContain("path");
    });
  });

  test("are recorded as they were given if the schema transforms them, so that the run can be repeated", async () => {
    const parameters = z.object({ tags: z.string().transform((text) => text.split(",")), day: z.coerce.date() });
    const split = flow({ name: "split", parameters }, async ({ tags, day }) => [...tags, day.getUTCDate()]);
    const run = split({ tags: "a,b", day: "2024-02-29" });
    expect(await run).toEqual(["a", "b", 29]);
    expect((await server.flowRun(await run.created)).parameters).toEqual({ tags: "a,b", day: "2024-02-29" });
  });

  test("that come as JSON may hold what JSON does not have, where the schema takes nothing else", async () => {
    const parameters = z.object({ id: z.bigint(), days: z.array(z.date()), label: z.string() });
    const order = flow({ name: "order", parameters }, async (given) => given);
    const json = { id: 7, days: ["2026-03-29T02:30:00Z", "2026-03-30"], label: "2026-03-30" };
    expect(await runFlow(order, json)).toEqual({
      id: 7n,
      days: [new Date("2026-03-29T02:30:00Z"), new Date("2026-03-30")],
      label: "2026-03-30",
    });
    await expect(runFlow(order, { ...json, days: ["tomorrow"] })).rejects.toThrow("days.0");
  });

  test("without a schema are passed unchanged, and may hold futures", async () => {
    const count = task(async function count() {
      return 3;
    });
    const inner = flow(async function inner({ n, list }: { n: number; list: number[] }) {
      return n + list.length;
    });
    expect(await flow({ name: "outer" }, async () => await inner({ n: count(), list: [count(), 1] }))()).toBe(5);
  });

  test("are recorded as JSON, with secrets masked", async () => {
    const odd = flow(async function odd(_: { when: Date; big: bigint; map: Map<string, number>; key: unknown }) {});
    const run = odd({ when: new Date(0), big: 5n, map: new Map([["a", 1]]), key: secret("hunter2") });
    await run;
    expect((await server.flowRun(await run.created)).parameters).toEqual({
      when: "1970-01-01T00:00:00.000Z",
      big: 5,
      map: { "Map(1)": [["a", 1]] },
      key: "********",
    });
  });
});

test("a bigint is recorded as a whole number with all its digits, and comes back as one when the run is resumed", async () => {
  const ids: unknown[] = [];
  let broken = true;
  const fetchOrder = flow(async function fetchOrder(given: { id: bigint; ids: readonly bigint[]; share: number }) {
    ids.push(given);
    if (broken) throw new Error("away");
    return given.id;
  });
  const given = { id: 9007199254740993n, ids: [2n ** 70n], share: 1 };
  const run = fetchOrder(given);
  await expect(run).rejects.toThrow("away");
  const id = await run.created;
  const reply = await server.server.app.inject({ url: `/api/flow_runs/${id}` });
  expect(reply.body).toContain('"parameters":{"id":9007199254740993,"ids":[1180591620717411303424],"share":1}');
  broken = false;
  expect(await resumeRun(id, fetchOrder)).toBe(9007199254740993n);
  expect(ids).toEqual([given, given]);
});

test("a run that was made elsewhere gives the program its numbers: bigints where a number can't hold them", async () => {
  const order = flow(async function order(given: Readonly<Record<string, unknown>>) {
    return given;
  });
  const first = order({});
  await first;
  const { flow_id } = await server.flowRun(await first.created);
  const parameters = '{"id":12345678901234567890,"few":7,"share":1.0}';
  const encodedBody = `{"flow_id":"${flow_id}","state":{"type":"PENDING"},"parameters":${parameters}}`;
  const { id } = await server.client.call(createFlowRun, { encodedBody });
  expect(await resumeRun(id, order)).toEqual({ id: 12345678901234567890n, few: 7, share: 1 });
});

describe("from JSON, which knows one kind of number, a flow gets bigints where it takes nothing else", () => {
  const taking = {
    zod: z.object({ id: z.bigint(), more: z.array(z.object({ id: z.bigint() })).default([]), count: z.number() }),
    valibot: v.object({
      id: v.bigint(),
      more: v.optional(v.array(v.object({ id: v.bigint() })), []),
      count: v.number(),
    }),
    arktype: type({
      id: "bigint",
      more: type({ id: "bigint" })
        .array()
        .default(() => []),
      count: "number",
    }),
  };
  test.each(Object.entries(taking))("by %s", async (library, parameters) => {
    let fails = true;
    const order = flow({ name: `order by ${library}`, parameters }, async (given) => {
      if (fails) throw new Error("not yet");
      return given;
    });
    const run = runFlow(order, { id: 5, more: [{ id: 2n ** 60n }, { id: 7 }], count: 3 });
    await expect(run).rejects.toThrow("not yet");
    fails = false;
    const expected = { id: 5n, more: [{ id: 2n ** 60n }, { id: 7n }], count: 3 };
    expect(await resumeRun(await run.created, order)).toEqual(expected);
    expect((await server.flowRun(await run.created)).parameters).toMatchObject({ id: 5, count: 3 });
    await expect(runFlow(order, { id: 5.5, count: 3 })).rejects.toThrow("id: ");
    await expect(runFlow(order, { id: 5, count: "many" })).rejects.toThrow(/bigint.* 5\b/);
  });

  test("a program that calls it says what it means", async () => {
    const order = flow({ name: "strict", parameters: taking.zod }, async ({ id }) => id);
    await expect(order({ id: 5 as unknown as bigint, count: 3 })).rejects.toThrow("id: ");
  });
});

test("a bigint that the schema does not take is refused with its digits", async () => {
  const typed = flow({ name: "typed", parameters: z.object({ id: z.int() }) }, async ({ id }) => id);
  await expect(runFlow(typed, { id: 12345678901234567890n })).rejects.toThrow("12345678901234567890");
});

test("a run is named by a template or a function, and otherwise by the server", async () => {
  const named = flow({ runName: "train {depth}" }, async function named(_: { depth: number }) {});
  const computed = named.with({ name: "computed", runName: ({ depth }: { depth: number }) => `deep ${depth * 2}` });
  const runs = [named({ depth: 3 }), computed({ depth: 3 }), flow({ name: "unnamed" }, async () => {})()];
  await Promise.all(runs);
  const [first, second, third] = await Promise.all(runs.map(async (run) => server.flowRun(await run.created)));
  expect([first?.name, second?.name]).toEqual(["train 3", "deep 6"]);
  expect(third?.name).toMatch(/^[a-z]+-[a-z]+$/);
  const blank = named.with({ runName: "train {width} of {depth}" })({ depth: 1 });
  await blank;
  expect(blank.name).toBe("train of 1");
});

describe("the final state", () => {
  const end = <R>(body: () => R | Promise<R>) => flow({ name: "ending" }, body).state();

  test("of a flow that throws is Failed, with the error and its place", async () => {
    const thrown = new RangeError("out of range");
    const run = flow({ name: "throwing" }, async () => {
      throw thrown;
    })();
    const final = await run.finished();
    expect(final).toMatchObject({ type: "FAILED", name: "Failed", message: "out of range", error: thrown });
    const { state } = await server.flowRun(await run.created);
    expect(state?.state_details).toMatchObject({
      error_name: "RangeError",
      error_stack: expect.stringContaining("RangeError: out of range"),
      error_location: expect.stringContaining("flow.test.ts"),
    });
  });

  test("is the one that it returns", async () => {
    expect(await end(() => completed(3, { name: "Enough" }))).toMatchObject({
      type: "COMPLETED",
      name: "Enough",
      value: 3,
    });
    expect(await end(() => failed("no data"))).toMatchObject({ type: "FAILED", message: "no data" });
    expect(await end(() => cancelled("not today"))).toMatchObject({ type: "CANCELLED", message: "not today" });
  });

  test("sums up the states that it returns", async () => {
    expect(await end(async () => await fail.state())).toMatchObject({
      type: "FAILED",
      message: "1 of 1 runs did not complete: broken",
    });
    expect(await end(async () => [await noop.state(), await fail.state(), await noop.state()])).toMatchObject({
      type: "FAILED",
      message: "1 of 3 runs did not complete: broken",
    });
    expect(await end(async () => [await noop.state(), await noop.state()])).toMatchObject({ type: "COMPLETED" });
  });

  test("is Failed when a future that it returns fails, and holds the values of those that complete", async () => {
    const five = task(async function five() {
      return 5;
    });
    expect(await end(() => [five(), five()])).toMatchObject({ type: "COMPLETED", value: [5, 5] });
    expect(await end(() => [five(), fail()])).toMatchObject({ type: "FAILED", message: "broken" });
  });

  test("is Failed when its subflow fails, unless that is caught", async () => {
    const child = flow({ name: "child" }, async () => {
      throw new Error("child broke");
    });
    expect(await end(async () => await child())).toMatchObject({ type: "FAILED", message: "child broke" });
    expect(await end(async () => (await child.state()).name)).toMatchObject({ type: "COMPLETED", value: "Failed" });
    expect(await end(async () => void child())).toMatchObject({ type: "FAILED", error: expect.any(FlowFailed) });
  });
});

test("a failing flow waits for its running tasks, and lets no other task begin", async () => {
  const order: string[] = [];
  const { promise: gate, resolve: open } = Promise.withResolvers<void>();
  const slow = task(async function slow() {
    await gate;
    order.push("slow is over");
  });
  const never = task(async function never(_: unknown) {
    order.push("began");
  });
  const run = flow({ name: "failing" }, async () => {
    const running = slow();
    never(running);
    while (running.state.type !== "RUNNING") await Promise.resolve();
    setImmediate(open);
    throw new Error("broken");
  })();
  await run.finished();
  expect(order).toEqual(["slow is over"]);
  const rows = await server.taskRuns(await run.created);
  expect(rows.map(({ name, state_name }) => [name, state_name])).toEqual([
    ["slow-0", "Completed"],
    ["never-0", "Cancelled"],
  ]);
});

test("a timeout ends the flow and what it runs, as TimedOut", async () => {
  const endless = task(async function endless() {
    await new Promise(() => {});
  });
  const run = flow({ name: "endless", timeout: "300ms" }, async () => {
    await endless();
  })();
  await expect(run).rejects.toThrow(FlowTimeout);
  expect((await server.flowRun(await run.created)).state_name).toBe("TimedOut");
  const [row] = await server.taskRuns(await run.created);
  expect(row?.state_type).toBe("CANCELLED");
});

test("retries by the server's rule, and continues after the finished tasks", async () => {
  const ran: string[] = [];
  const step = task(async function step(n: number) {
    ran.push(`step ${n}`);
    return n;
  });
  const run = flow({ name: "again", retries: 2, retryDelay: "1ms" }, async () => {
    const { attempt } = currentRun();
    const sum = (await step(1)) + (await step(1)) + (await step(2));
    if (attempt < 3) throw new Error(`attempt ${attempt}`);
    return sum;
  })();
  expect(await run).toBe(4);
  expect(ran).toEqual(["step 1", "step 1", "step 2"]);
  const id = await run.created;
  expect(await server.flowStates(id)).toEqual([
    "Pending",
    "Running",
    "AwaitingRetry",
    "Running",
    "AwaitingRetry",
    "Running",
    "Completed",
  ]);
  const rows = await server.taskRuns(id);
  expect(rows.map(({ state_name, flow_run_run_count }) => [state_name, flow_run_run_count])).toEqual([
    ["Completed", 1],
    ["Completed", 1],
    ["Completed", 1],
    ["Cached", 2],
    ["Cached", 2],
    ["Cached", 2],
    ["Cached", 3],
    ["Cached", 3],
    ["Cached", 3],
  ]);
  expect(rows.at(-1)?.state?.message).toBe("Reused from an earlier attempt of this flow run");
});

describe("subflows", () => {
  const child = flow({ name: "child", tags: ["inner"] }, async ({ n }: { n: number }) => {
    await noop();
    return n * 10;
  });

  test("are recorded under a task run of their parent, which the server keeps in step", async () => {
    const parent = flow({ name: "parent" }, async () => {
      const values = await Promise.all([child({ n: 1 }), child({ n: 2 })]);
      return values.concat(await child({ n: 3 }));
    });
    const run = parent();
    expect(await run).toEqual([10, 20, 30]);
    const rows = await server.taskRuns(await run.created);
    expect(rows.map(({ name, state_name }) => [name, state_name]).sort()).toEqual([
      ["child-0", "Completed"],
      ["child-1", "Completed"],
      ["child-2", "Completed"],
    ]);
    expect(new Set(rows.map(({ dynamic_key }) => dynamic_key)).size).toBe(3);
    expect(rows.every(({ task_key }) => /^child-child-[\w-]{8}$/.test(task_key))).toBe(true);
    const childId = String(rows[0]?.state?.state_details.child_flow_run_id);
    const childRun = await server.flowRun(childId);
    expect(childRun).toMatchObject({ parent_task_run_id: rows[0]?.id, state_name: "Completed", tags: ["inner"] });
  });

  test("that finished do not run again with their parent", async () => {
    const ran: number[] = [];
    const counted = flow({ name: "counted" }, async ({ n }: { n: number }) => {
      ran.push(n);
      if (n === 3 && ran.length < 4) throw new Error("third");
      return n;
    });
    const parent = flow({ name: "resuming", retries: 1 }, async () => {
      const first = await Promise.all([counted({ n: 1 }), counted({ n: 2 })]);
      return [...first, await counted({ n: 3 })];
    });
    expect(await parent()).toEqual([1, 2, 3]);
    expect(ran).toEqual([1, 2, 3, 3]);
  });

  test("that did not finish continue where they were when the parent runs again, with their own retries", async () => {
    const ran: string[] = [];
    const step = task(async function step(name: string) {
      ran.push(name);
    });
    let failures = 3;
    const fragile = flow({ name: "fragile", retries: 1 }, async ({ n }: { n: number }) => {
      await step(`first of ${n}`);
      failures -= 1;
      if (failures >= 0) throw new Error("not yet");
      await step(`second of ${n}`);
      return n;
    });
    const parent = flow({ name: "resuming", retries: 1 }, async () => await fragile({ n: 7 }));
    const run = parent();
    expect(await run).toBe(7);
    expect(ran).toEqual(["first of 7", "second of 7"]);
    const rows = await server.taskRuns(await run.created);
    expect(rows.map(({ name, state_name }) => [name, state_name])).toEqual([["fragile-0", "Completed"]]);
    const children = await server.client.call(filterFlowRuns, {
      body: { flow_runs: { parent_task_run_id: { any_: [rows[0]?.id ?? ""] } } },
    });
    expect(children.map(({ run_count, state_name }) => [run_count, state_name])).toEqual([[4, "Completed"]]);
  });

  test("are dependencies of the tasks that take them", async () => {
    const use = task(async function use(n: number) {
      return n + 1;
    });
    const run = flow({ name: "parent" }, async () => await use(child({ n: 4 })))();
    expect(await run).toBe(41);
    const rows = await server.taskRuns(await run.created);
    const tracking = rows.find(({ name }) => name === "child-0");
    expect(rows.find(({ name }) => name === "use-0")?.task_inputs.n).toEqual([
      { input_type: "task_run", id: tracking?.id },
    ]);
  });

  test("are ended with their parent", async () => {
    const endless = flow({ name: "endless child" }, async () => {
      await new Promise(() => {});
    });
    const parent = flow({ name: "parent" }, async () => {
      const running = endless();
      await running.created;
      currentRun();
      await running;
    })();
    const id = await parent.created;
    while ((await server.taskRuns(id)).every(({ state_name }) => state_name !== "Running"))
      await new Promise(setImmediate);
    parent.cancel("enough");
    await expect(parent).rejects.toThrow("enough");
    expect((await server.flowRun(id)).state).toMatchObject({ type: "CANCELLED", message: "enough" });
    const [tracking] = await server.taskRuns(id);
    expect(tracking?.state_type).toBe("CANCELLED");
  });
});

test("keeps the schema of its parameters on the server, under the flow", async () => {
  const shaped = flow({ name: "shaped", parameters: z.object({ a: z.number() }) }, async () => {});
  const run = shaped({ a: 1 });
  await run;
  const { flow_id } = await server.flowRun(await run.created);
  const page = await server.client.call(readFlowPage, { params: { id: flow_id }, query: {} });
  expect(page.parameter_schema).toMatchObject({ properties: { a: { type: "number" } } });
});

test("calls its hooks", async () => {
  const told: string[] = [];
  const tell =
    (word: string) =>
    ({ of, state, run }: { of: string; state: { name: string }; run: { attempt: number } }) =>
      void told.push(`${word} ${of} ${state.name} ${run.attempt}`);
  const hooks = {
    onRunning: tell("running"),
    onCompletion: tell("completion"),
    onFailure: tell("failure"),
    onCancellation: tell("cancellation"),
  };
  await flow({ name: "a", ...hooks }, async () => {}).state();
  await flow({ name: "b", ...hooks, retries: 1 }, async () => await fail()).state();
  await flow({ name: "c", ...hooks }, async () => cancelled()).state();
  expect(told).toEqual([
    "running a Running 1",
    "completion a Completed 1",
    "running b Running 1",
    "running b Running 2",
    "failure b Failed 2",
    "running c Running 1",
    "cancellation c Cancelled 1",
  ]);
});

test("`with` gives a changed copy, `fn` the bare function", async () => {
  const train = flow({ retries: 2 }, async function train({ n }: { n: number }) {
    return n;
  });
  const other = train.with({ name: "other" });
  expect([train.name, other.name, await train.fn({ n: 1 }), await other({ n: 2 })]).toEqual(["train", "other", 1, 2]);
});

test.each([
  ["no name", () => flow(async () => {}), "A flow needs a name. Name the function"],
  ["a bad name", () => flow({ name: "a/b" }, async () => {}), 'A flow cannot be called "a/b"'],
  ["bad retries", () => flow({ name: "x", retries: 1.5 }, async () => {}), 'Flow "x": retries is 1.5'],
  ["bad concurrency", () => flow({ name: "x", concurrency: 0 }, async () => {}), 'Flow "x": concurrency is 0'],
])("says at once what is wrong: %s", (_, make, message) => {
  expect(make).toThrow(message);
});

test.each([
  ["long text", "x".repeat(600_000)],
  ["characters of several bytes", "€".repeat(200_000)],
  ["a gigabyte", Array.from({ length: 1000 }, () => "x".repeat(1_000_000))],
])("parameters that the server would not keep are refused with what to do: %s", async (_, value) => {
  const run = flow({ name: "much" }, async (given: { value: unknown }) => typeof given.value)({ value });
  await expect(run).rejects.toThrow(
    'The parameters of flow "much" take more than 524288 bytes as JSON: keep large values elsewhere, and pass where they are',
  );
});
