import { calledAfter } from "@ostinato/core";
import { expect, test } from "vitest";
import { recordOnOwnServer } from "../../test/harness.ts";
import { allowFailure, flow, task } from "../index.ts";

const server = recordOnOwnServer();

const wait = () => new Promise<void>((resolve) => setImmediate(resolve));
/** A word that many runs give, so that no value tells where it comes from. */
const step = task({ runName: "{as}" }, async function step(as: string): Promise<string> {
  await wait();
  return as.startsWith("bad") ? Promise.reject(new Error("it broke")) : "ok";
});
const other = task({ runName: "{as}" }, async function other(as: string): Promise<string> {
  await wait();
  return `ok ${as}`;
});

/** `before > after` for all that is known of the order of a flow's calls. */
async function orderOf(body: () => Promise<unknown>): Promise<readonly string[]> {
  const run = flow({ name: "ordered" }, async () => void (await body()))();
  await run;
  const rows = await server.taskRuns(await run.created);
  const names = new Map(rows.map(({ id, name }) => [id, name]));
  return rows.flatMap(({ name, labels }) => calledAfter(labels).map((id) => `${names.get(id)} > ${name}`)).sort();
}

test("a call comes after the one that was awaited before it, and after nothing that was not", async () => {
  const order = await orderOf(async () => {
    await step("a");
    await other("b");
    const started = step("c");
    await other("d");
    await started;
  });
  expect(order).toEqual(["a > b", "b > c", "b > d"]);
});

test("functions that run at once keep their own order", async () => {
  const inTurn = async (name: string) => {
    await step(`${name}1`);
    await other(`${name}2`);
  };
  const order = await orderOf(() => Promise.all([inTurn("x"), inTurn("y"), inTurn("z")]));
  expect(order).toEqual(["x1 > x2", "y1 > y2", "z1 > z2"]);
});

test("a call comes after all that was awaited together: of each task the run that was named last", async () => {
  const order = await orderOf(async () => {
    await Promise.all([step("a"), step("b"), other("c")]);
    await other("d");
  });
  expect(order).toEqual(["b > d", "c > d"]);
});

test("a failure that was caught, a state and a failure that is allowed are waited for too", async () => {
  const order = await orderOf(async () => {
    await step("bad a").catch(() => {});
    await other("b");
    await step.state("bad c");
    await other("d");
    await allowFailure(step("bad e"));
    await other("f");
  });
  expect(order).toEqual(["b > bad c", "bad a > b", "bad c > d", "bad e > f", "d > bad e"]);
});

test("a value that was given says it already, and subflows and mapped runs are in the order as well", async () => {
  const child = flow({ name: "child" }, async () => {});
  const give = task({ name: "give", runName: "give" }, async () => ({ rows: 1 }));
  const take = task({ name: "take", runName: "take" }, async (_: { rows: number }) => "ok");
  const order = await orderOf(async () => {
    await take(await give());
    await child();
    await step.map(["m1", "m2"]);
    await other("last");
  });
  expect(order).toEqual(["child-0 > m1", "child-0 > m2", "m2 > last", "take > child-0"]);
});

test("calls of a task are in their own order, not in that of its caller", async () => {
  const outer = task({ runName: "outer" }, async function outer() {
    await step("in 1");
    await other("in 2");
    return "ok";
  });
  const order = await orderOf(async () => {
    await step("before");
    await outer();
    await other("after");
  });
  expect(order).toEqual(["before > outer", "in 1 > in 2", "outer > after"]);
});
