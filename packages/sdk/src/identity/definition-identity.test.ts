import { AsyncLocalStorage } from "node:async_hooks";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { count as orderCount } from "../../test/fixtures/orders/count.ts";
import { load as loadOrders } from "../../test/fixtures/orders/load.ts";
import { tables } from "../../test/fixtures/threads-of-one-name.ts";
import { count as userCount } from "../../test/fixtures/users/count.ts";
import { load as loadUsers } from "../../test/fixtures/users/load.ts";
import { recordOnOwnServer } from "../../test/harness.ts";
import { currentRun, flow, task } from "../index.ts";
import { observeRuns } from "../logging/observers.ts";

const server = recordOnOwnServer();

const notices: string[] = [];
let stopObserving: () => void;
beforeAll(() => {
  stopObserving = observeRuns((told) => {
    if (told.kind === "notice") notices.push(told.message);
  });
});
afterAll(() => stopObserving());
beforeEach(() => {
  notices.length = 0;
});

/** Lets a branch go on when it is its turn in this attempt. */
function inOrder(...orders: readonly (readonly string[])[]) {
  let turn = Promise.withResolvers<void>();
  const done: string[] = [];
  return async <R>(name: string, attempt: number, work: () => Promise<R>): Promise<R> => {
    const before = orders[attempt - 1]?.slice(0, orders[attempt - 1]?.indexOf(name)) ?? [];
    while (!before.every((other) => done.includes(`${attempt} ${other}`))) await turn.promise;
    const result = await work();
    done.push(`${attempt} ${name}`);
    turn.resolve();
    turn = Promise.withResolvers();
    return result;
  };
}

describe("tasks of one name", () => {
  test("in two files of one name are two, in the cache and by their keys", async () => {
    const run = flow({ name: "both files" }, async () => [await loadUsers("mon"), await loadOrders("mon")])();
    expect(await run).toEqual(["users of mon", "orders of mon"]);
    const keys = (await server.taskRuns(await run.created)).map(({ task_key }) => task_key);
    expect(new Set(keys).size).toBe(2);
    expect(keys.every((key) => /^load-[\w-]{8}$/.test(key))).toBe(true);
    expect(notices).toEqual([]);
  });

  test("that one helper makes for two files are two", async () => {
    const run = flow({ name: "helped" }, async () => [await userCount("mon"), await orderCount("mon")])();
    expect(await run).toEqual(["number of users of mon", "number of orders of mon"]);
    expect(notices).toEqual([]);
  });

  test("that one function makes are two in the cache, and a warning names both places once", async () => {
    const reader = (table: string) =>
      task(
        { name: "read cached", cache: { by: ["inputs", "taskSource"] } },
        async (day: string) => `${table} of ${day}`,
      );
    const users = reader("users");
    const orders = reader("orders");
    const both = flow({ name: "cached tables" }, async () => [
      await users("mon"),
      await orders("mon"),
      await users("mon"),
    ]);
    expect(await both()).toEqual(["users of mon", "orders of mon", "users of mon"]);
    expect(await both()).toEqual(["users of mon", "orders of mon", "users of mon"]);
    expect(notices).toHaveLength(1);
    expect(notices[0]).toMatch(
      /^Two tasks "read cached" can't be told apart: one is made at \S+definition-identity\.test\.ts:\d+:\d+, the other at \S+:\d+:\d+\. /,
    );
    const [, one, other] = /made at (\S+), the other at (\S+)\. /.exec(notices[0] ?? "") ?? [];
    expect(one).not.toBe(other);
  });

  test("that one function makes keep their own results when branches race in another order", async () => {
    const reader = (table: string) => task({ name: "read table" }, async (day: string) => `${table} of ${day}`);
    const users = reader("users");
    const orders = reader("orders");
    const next = inOrder(["orders", "users"], ["users", "orders"]);
    const racing = flow({ name: "racing tables", retries: 1 }, async () => {
      const { attempt } = currentRun();
      const [u, o] = await Promise.all([
        next("users", attempt, async () => await users("mon")),
        next("orders", attempt, async () => await orders("mon")),
      ]);
      if (attempt === 1) throw new Error("again");
      return { u, o };
    });
    const run = racing();
    expect(await run).toEqual({ u: "users of mon", o: "orders of mon" });
    const states = (await server.taskRuns(await run.created)).map(({ state_name }) => state_name);
    expect(states.sort()).toEqual(["Cached", "Cached", "Completed", "Completed"]);
  });

  test("that are made inside a run are new in every attempt, unless they have a key", async () => {
    const ran: string[] = [];
    const inline = flow({ name: "inline", retries: 1 }, async () => {
      const { attempt } = currentRun();
      const tables = attempt === 1 ? ["users", "orders"] : ["orders", "users"];
      const found: string[] = [];
      for (const table of tables) {
        const read = async (day: string) => {
          ran.push(table);
          return `${table} of ${day}`;
        };
        const plain = task({ name: "read inline" }, read);
        const keyed = task({ name: "read keyed", key: `read ${table}` }, read);
        found.push(await plain("mon"), await keyed("mon"));
        if (attempt === 1) throw new Error("again");
      }
      return found;
    });
    expect(await inline()).toEqual(["orders of mon", "orders of mon", "users of mon", "users of mon"]);
    expect(ran).toEqual(["users", "users", "orders", "orders", "users"]);
    expect(notices).toEqual([]);
  });

  test("that are made inside a run and cached are warned of", async () => {
    const inline = flow({ name: "inline cache" }, async () => {
      const read = task({ name: "read once", cache: { by: "inputs" } }, async (day: string) => day);
      return [await read("mon"), await read("mon")];
    });
    await inline();
    await inline();
    expect(notices).toHaveLength(1);
    expect(notices[0]).toMatch(
      /^The task "read once" is made inside a run, at \S+definition-identity\.test\.ts:\d+:\d+\. /,
    );
  });

  test("that a thread could not tell apart are refused there, with both places", async () => {
    const run = flow({ name: "threads of one name" }, async () => await tables.orders())();
    await expect(run).rejects.toThrow(
      /Two tasks "read in a thread" can't be told apart: one is made at \S+threads-of-one-name\.ts:\d+:\d+, the other at \S+threads-of-one-name\.ts:\d+:\d+\. A thread/,
    );
  });

  test("whose functions are others after a change of the program run again", async () => {
    let source = "return 1";
    const changing = flow({ name: "changed source" }, async () => {
      const compute = new Function(`return async function compute() { ${source} }`)() as () => Promise<number>;
      const keyed = task({ key: "compute" }, compute);
      const first = await keyed();
      if (currentRun().attempt < 3) throw new Error("again");
      return first;
    });
    const { resumeRun } = await import("../flow/flow.ts");
    const failing = changing();
    await expect(failing).rejects.toThrow("again");
    const id = await failing.created;
    await expect(resumeRun(id, changing)).rejects.toThrow("again");
    source = "return 2";
    expect(await resumeRun(id, changing)).toBe(2);
    const states = (await server.taskRuns(id)).map(({ state_name }) => state_name);
    expect(states.sort()).toEqual(["Cached", "Completed", "Completed"]);
  });
});

describe("flows that one function makes", () => {
  const loader = (table: string) =>
    flow({ name: "load table" }, async ({ day }: { day: string }) => `${table} of ${day}`);
  const users = loader("users");
  const orders = loader("orders");

  test("keep their own results as subflows when branches race in another order", async () => {
    const next = inOrder(["orders", "users"], ["users", "orders"]);
    const racing = flow({ name: "racing subflows", retries: 1 }, async () => {
      const { attempt } = currentRun();
      const [u, o] = await Promise.all([
        next("users", attempt, async () => await users({ day: "mon" })),
        next("orders", attempt, async () => await orders({ day: "mon" })),
      ]);
      if (attempt === 1) throw new Error("again");
      return { u, o };
    });
    const run = racing();
    expect(await run).toEqual({ u: "users of mon", o: "orders of mon" });
    // Two subflows, each of which ran once.
    expect(await server.taskRuns(await run.created)).toHaveLength(2);
    expect(notices.filter((message) => message.startsWith('Two flows "load table"'))).toHaveLength(1);
  });

  test("do not go on with each other's unfinished runs", async () => {
    let broken = true;
    const breaking = (table: string) =>
      flow({ name: "breaking" }, async () => {
        if (broken) throw new Error(`no ${table}`);
        return table;
      });
    const [one, other] = [breaking("one"), breaking("other")];
    const parent = flow({ name: "choosing", retries: 1 }, async () => {
      if (currentRun().attempt === 1) return await one();
      broken = false;
      return [await other(), await one()];
    });
    const run = parent();
    expect(await run).toEqual(["other", "one"]);
    const children = await server.taskRuns(await run.created);
    expect(children).toHaveLength(2);
  });
});

describe("a call", () => {
  test("inside one task is another than the equal call inside another", async () => {
    const tenant = new AsyncLocalStorage<string>();
    const shared = task(async function shared(day: string) {
      return `${tenant.getStore()} of ${day}`;
    });
    const outer = task(async function outer(name: string) {
      const found = await tenant.run(name, () => shared("mon"));
      if (attempt === 1) throw new Error("not yet");
      return found;
    });
    let attempt = 0;
    const nested = flow({ name: "nested calls", retries: 1 }, async () => {
      ({ attempt } = currentRun());
      const names = attempt === 1 ? ["users", "orders"] : ["orders", "users"];
      const found: string[] = [];
      for (const name of names) found.push((await outer.state(name)).type === "COMPLETED" ? await outer(name) : "none");
      if (attempt === 1) throw new Error("again");
      return found;
    });
    const run = nested();
    expect(await run).toEqual(["orders of mon", "users of mon"]);
    const shares = (await server.taskRuns(await run.created)).filter(({ name }) => name.startsWith("shared"));
    expect(shares.map(({ state_name }) => state_name).filter((name) => name === "Cached")).toHaveLength(2);
  });
});
