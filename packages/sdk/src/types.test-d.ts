import { type } from "arktype";
import { Type } from "typebox";
import * as v from "valibot";
import { expectTypeOf, test } from "vitest";
import { z } from "zod";
import {
  allowFailure,
  completed,
  type FinalState,
  type FlowFuture,
  failed,
  flow,
  type HookEvent,
  type MapFuture,
  type Secret,
  secret,
  serve,
  type Task,
  type TaskFuture,
  task,
  unmapped,
} from "./index.ts";

function check(_: () => void | Promise<void>): void {}

declare class Model {
  protected readonly weights: number[];
  predict(row: number[]): number;
}

const add = task(async function add(a: number, b?: number) {
  return a + (b ?? 0);
});
const load = task({ retries: 1 }, function load(path: string): string[] {
  return [path];
});
const train = task(async function train(
  _rows: readonly string[],
  _options: { depth: number; seeds?: number[] },
): Promise<Model> {
  throw new Error();
});
const use = task(function use(_model: Model, _on: Date, _sizes: Map<string, number>) {
  return true;
});

test("a task keeps its parameters and gives a future of its value", () =>
  check(() => {
    expectTypeOf(add).toEqualTypeOf<Task<[a: number, b?: number], number>>();
    expectTypeOf(add(1, 2)).toEqualTypeOf<TaskFuture<number>>();
    expectTypeOf(load("a")).toEqualTypeOf<TaskFuture<string[]>>();
    const promise: Promise<number> = add(1);
    void promise;
    expectTypeOf(add.fn).toEqualTypeOf<(a: number, b?: number) => number | Promise<number>>();
    expectTypeOf(add.with({ retries: 2, waitFor: load("a") })).toEqualTypeOf<typeof add>();
    expectTypeOf(add.state(1)).toEqualTypeOf<Promise<FinalState<number>>>();
    // @ts-expect-error: a text is no number
    add("1");
    // @ts-expect-error: one argument is missing
    load();
    // @ts-expect-error: one is too many
    load("a", "b");
    // @ts-expect-error: no such unit
    task({ timeout: "2 fortnights" }, async function x() {});
  }));

test("parameters with a default value keep their type inside, and may be left out outside", () =>
  check(() => {
    const read = task(async function read(path: string, depth = 3, options = { header: true }) {
      return `${path} ${depth.toFixed(1)} ${options.header}`;
    });
    expectTypeOf(read("a.csv", 4)).toEqualTypeOf<TaskFuture<string>>();
    read("a.csv");
    read("a.csv", add(1), { header: false });
    // @ts-expect-error: a text is no number
    read("a.csv", "four");
    const walk = flow(
      { runName: ({ depth = 1 }) => `to ${depth + 1}` },
      async function walk({ depth = 3 }: { depth?: number } = {}) {
        return depth;
      },
    );
    expectTypeOf(walk()).toEqualTypeOf<FlowFuture<number>>();
    walk({ depth: add(1) });
    // @ts-expect-error: a text is no number
    walk({ depth: "four" });
    // @ts-expect-error: a flow takes one object
    flow(async (n: number) => n);
  }));

test("a generic function and one with overloads stay so as tasks", () =>
  check(async () => {
    const sample = task({ retries: 1 }, async function sample<T>(rows: readonly T[], share: number): Promise<T[]> {
      return rows.slice(0, share);
    });
    const rows = await sample([{ id: 1 }], 0.5);
    expectTypeOf(rows).toEqualTypeOf<{ id: number }[]>();
    // @ts-expect-error: a text is no share
    sample([1], "half");
    // A future is taken all the same; of what is not told.
    sample(load("a"), add(1));
    expectTypeOf(sample.name).toEqualTypeOf<string>();
    async function parse(text: string): Promise<string>;
    async function parse(bytes: Uint8Array): Promise<Uint8Array>;
    async function parse(given: string | Uint8Array): Promise<string | Uint8Array> {
      return given;
    }
    expectTypeOf(await task(parse)("a")).toEqualTypeOf<string>();
  }));

test("a hook is told a state of the kind that it is for", () =>
  check(() => {
    const notify = ({ run, state }: HookEvent) => `${run.name} ${state.message}`;
    task(
      {
        onRunning: notify,
        onCompletion: ({ state }) => state.value,
        onFailure: [notify, ({ state }) => state.error.message],
        onCrashed: ({ state }) => state.error,
        // @ts-expect-error: what was cancelled has no value
        onCancellation: ({ state }) => state.value,
      },
      async function hooked() {},
    );
  }));

test("a future is taken wherever a value is, also inside arrays and plain objects", () =>
  check(() => {
    add(add(1), 2);
    const rows = load("a");
    const model = train(rows, { depth: add(1), seeds: [add(1), 2] });
    train([task(async () => "x")(), "y"], add.map([1]).then(() => ({ depth: 1 })) as never);
    use(model, new Date(), new Map());
    expectTypeOf(model).toEqualTypeOf<TaskFuture<Model>>();
    // @ts-expect-error: a future of texts is no future of a number
    add(rows);
    // @ts-expect-error: a future of a number is no depth of texts
    train(rows, { depth: rows });
    // @ts-expect-error: nobody looks inside a Map
    use(model, new Date(), new Map([["a", add(1)]]));
  }));

test("allowFailure is for functions that take an error", () =>
  check(() => {
    const tolerant = task((value: number | Error) => String(value));
    tolerant(allowFailure(add(1)));
    // @ts-expect-error: add takes no error
    add(allowFailure(add(1)));
    // @ts-expect-error: a text is not expected
    tolerant(allowFailure(load("a")));
  }));

test("map gives a list", () =>
  check(() => {
    expectTypeOf(add.map([1, 2])).toEqualTypeOf<MapFuture<number>>();
    expectTypeOf(add.map([1, 2], { concurrency: 2 })).toEqualTypeOf<MapFuture<number>>();
    add.map([1, add(2)], [3, 4], { concurrency: 2 });
    add.map([1], unmapped(2));
    add.map(task(async () => [1, 2])());
    load.map(load("a"));
    async function awaited() {
      expectTypeOf(await add.map(new Set([1]))).toEqualTypeOf<number[]>();
    }
    void awaited;
    // @ts-expect-error: numbers, not texts
    add.map(["a"]);
    // @ts-expect-error: a text is no list
    load.map("abc");
    // @ts-expect-error: no such option
    add.map([1], { parallel: 2 });
  }));

test("declared ends and futures give their values", () =>
  check(() => {
    const maybe = task(async (n: number) => {
      if (n === 0) return failed("zero");
      if (n === 1) return completed("one", { name: "Skipped" });
      return n;
    });
    expectTypeOf(maybe(1)).toEqualTypeOf<TaskFuture<string | number>>();
    const several = flow({ name: "several" }, async () => [add(1), load("a")] as const);
    expectTypeOf(several()).toEqualTypeOf<FlowFuture<readonly [number, string[]]>>();
    expectTypeOf(flow({ name: "state" }, async () => await add.state(1))()).toEqualTypeOf<FlowFuture<number>>();
  }));

test("a flow is called with its schema's input and runs with its output", () =>
  check(() => {
    const zodded = flow(
      {
        parameters: z.object({ path: z.string(), depth: z.coerce.number().default(6) }),
        runName: ({ depth }) => `${depth + 1}`,
      },
      async function zodded({ path, depth }) {
        expectTypeOf(path).toEqualTypeOf<string>();
        expectTypeOf(depth).toEqualTypeOf<number>();
        return depth;
      },
    );
    expectTypeOf(zodded({ path: "a" })).toEqualTypeOf<FlowFuture<number>>();
    zodded({ path: task(async () => "a")() });
    // @ts-expect-error: path is missing
    zodded({});
    // @ts-expect-error: path is a text
    zodded({ path: 1 });

    const valiboted = flow({ name: "v", parameters: v.object({ n: v.optional(v.number(), 1) }) }, async ({ n }) => n);
    expectTypeOf(valiboted()).toEqualTypeOf<FlowFuture<number>>();
    const arked = flow({ name: "a", parameters: type({ n: "number = 1" }) }, async ({ n }) => n);
    expectTypeOf(arked()).toEqualTypeOf<FlowFuture<number>>();
    const boxed = flow({ name: "t", parameters: Type.Object({ n: Type.Number() }) }, async ({ n }) => n);
    expectTypeOf(boxed({ n: 1 })).toEqualTypeOf<FlowFuture<number>>();
    // @ts-expect-error: n is missing
    boxed({});
  }));

test("a flow without a schema takes what its function takes", () =>
  check(() => {
    const none = flow(async function none() {
      return "x";
    });
    expectTypeOf(none()).toEqualTypeOf<FlowFuture<string>>();
    // @ts-expect-error: it takes nothing
    none({ a: 1 });
    const some = flow({ retries: 1 }, async function some({ a }: { a: number; b?: string }) {
      return a;
    });
    expectTypeOf(some({ a: add(1) })).toEqualTypeOf<FlowFuture<number>>();
    // @ts-expect-error: a is missing
    some();
    const optional = flow(async function optional(_: { a?: number }) {});
    optional();
  }));

test("a secret is its own type", () =>
  check(() => {
    const login = task((_: Secret<string>) => true);
    login(secret("x"));
    // @ts-expect-error: a bare text is no secret
    login("x");
  }));

test("a deployment takes some of the flow's parameters, and times in one form each", () =>
  check(() => {
    const train = flow(async function train(_: { path: string; depth?: number }) {});
    expectTypeOf(train.serve({ name: "nightly", cron: "0 2 * * *", parameters: { depth: 8 } })).toEqualTypeOf<
      Promise<void>
    >();
    // @ts-expect-error: depth is a number
    train.toDeployment({ name: "nightly", parameters: { depth: "deep" } });
    // @ts-expect-error: it needs a name
    train.serve({ cron: "0 2 * * *" });
    const none = flow(async function none() {});
    // @ts-expect-error: it takes nothing
    none.toDeployment({ name: "nightly", parameters: { depth: 8 } });
    const schedules = [
      { cron: "0 2 * * *", slug: "early" },
      { interval: "6h", parameters: { depth: 2 } },
    ] as const;
    const deployment = train.toDeployment({ name: "often", schedules });
    serve(deployment, none.toDeployment({ name: "n" }), { limit: 2 });
    // @ts-expect-error: the options of the process come last
    serve({ limit: 2 }, deployment);
    // @ts-expect-error: this word does not exist
    train.toDeployment({ name: "n", missed: "some" });
  }));
