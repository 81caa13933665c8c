import {
  createConcurrencyLimit,
  filterConcurrencyLimits,
  readConcurrencyLimit,
  resumeFlowRun,
} from "@ostinato/protocol";
import { describe, expect, test } from "vitest";
import { recordOnOwnServer } from "../../test/harness.ts";
import { flow } from "../flow/flow.ts";
import { pause } from "../pauses/pause.ts";
import { task } from "../task/task.ts";
import { concurrency, rateLimit } from "./concurrency.ts";

const recorder = recordOnOwnServer();

async function limit(name: string, slots: number, slot_decay_per_second = 0): Promise<void> {
  await recorder.client.call(createConcurrencyLimit, { body: { name, limit: slots, slot_decay_per_second } });
}

async function taken(name: string): Promise<number> {
  const { active_slots } = await recorder.client.call(readConcurrencyLimit, { params: { id_or_name: name } });
  return active_slots;
}

/** Counts how many are inside at once. */
function room() {
  let inside = 0;
  const seen = { most: 0, order: [] as unknown[] };
  return Object.assign(seen, {
    async visit(who?: unknown): Promise<void> {
      inside += 1;
      seen.most = Math.max(seen.most, inside);
      seen.order.push(who);
      await new Promise((resolve) => setImmediate(resolve));
      inside -= 1;
    },
  });
}

describe("slots of concurrency limits", () => {
  test("are held until they are disposed, and no more are given than there are", async () => {
    await limit("database", 2);
    const visits = room();
    await Promise.all(
      Array.from({ length: 8 }, async (_, index) => {
        await using slot = await concurrency("database");
        expect(slot.limits).toMatchObject([{ name: "database", limit: 2 }]);
        await visits.visit(index);
      }),
    );
    expect(visits.most).toBe(2);
    expect(visits.order).toHaveLength(8);
    expect(await taken("database")).toBe(0);
  });

  test("that are not free in time say which, and leave the line", async () => {
    await limit("narrow", 1);
    const held = await concurrency("narrow");
    await expect(concurrency("narrow", { timeout: 0 })).rejects.toThrow(
      'A slot of "narrow" was not free within 0 s. Raise "timeout", or the limit.',
    );
    await held.release();
    await held.release();
    await (await concurrency("narrow", { timeout: 0 })).release();
  });

  test("that no limit has are refused at once, and nothing is taken", async () => {
    await limit("small", 2);
    await expect(concurrency("small", { slots: 3 })).rejects.toThrow(
      'The limit "small" has fewer than the 3 slots that are asked for. Raise the limit.',
    );
    await expect(concurrency(["nowhere", "small"], { slots: 3, timeout: 0 })).rejects.toThrow("fewer than the 3 slots");
    expect(await taken("small")).toBe(0);
  });

  test("of names without a limit limit nothing, unless they have to be there", async () => {
    await using slot = await concurrency(["nowhere", "neither"]);
    expect(slot.limits).toEqual([]);
    await expect(concurrency("nowhere", { strict: true })).rejects.toThrow('There is no concurrency limit "nowhere".');
  });

  test.each([
    { call: () => concurrency([]), says: "concurrency() needs the name of a concurrency limit" },
    { call: () => concurrency("a", { slots: 0 }), says: "slots" },
    { call: () => concurrency("a", { slots: -1 }), says: "slots" },
    { call: () => concurrency("a", { slots: 1.5 }), says: "slots" },
    { call: () => rateLimit("a", { slots: -1 }), says: "slots" },
    { call: () => concurrency("a", { lease: "10s" }), says: "Give from 60 s to one day." },
    { call: () => rateLimit("a", { timeout: "soon" as never }), says: "timeout" },
    { call: () => rateLimit("a", { slot: 1 } as never), says: 'no option "slot"' },
  ])("are asked for in a way that can be understood: $says", async ({ call, says }) => {
    await expect(call()).rejects.toThrow(says);
  });

  test("taken by a run are held in its name", async () => {
    await limit("gpu", 1);
    const train = flow(async function trains() {
      await using _slot = await concurrency("gpu");
      return await taken("gpu");
    });
    expect(await train()).toBe(1);
    expect(await taken("gpu")).toBe(0);
  });
});

describe("rates", () => {
  test("need a limit whose slots become free by themselves", async () => {
    await limit("steady", 2);
    await expect(rateLimit("steady")).rejects.toThrow("Only concurrency limits with slot decay");
  });
});

describe("concurrency by key", () => {
  test("lets so many runs of a task with the same key at once, over all runs of flows", async () => {
    const visits = { a: room(), b: room() };
    const call = task(
      { concurrency: { key: ({ customer }) => customer, limit: 2 } },
      async function callsBack(customer: "a" | "b", index: number) {
        await visits[customer].visit(index);
      },
    );
    const both = flow(async function callsCustomers() {
      await Promise.all(Array.from({ length: 12 }, (_, index) => call(index % 2 === 0 ? "a" : "b", index)));
    });
    await Promise.all([both(), both()]);
    expect([visits.a.most, visits.b.most]).toEqual([2, 2]);
    expect([...visits.a.order, ...visits.b.order]).toHaveLength(24);
    const limits = await recorder.client.call(filterConcurrencyLimits, { body: {} });
    expect(limits.filter(({ name }) => name.startsWith("task:"))).toEqual([]);
  });

  test("lets so many runs of a flow with the same key at once", async () => {
    const visits = room();
    const load = flow(
      { concurrency: { key: ({ table }: { table: string }) => table, limit: 1 } },
      async function loadsTable({ table }: { table: string }) {
        await visits.visit(table);
        return table;
      },
    );
    expect(await Promise.all(["x", "x", "x"].map((table) => load({ table })))).toEqual(["x", "x", "x"]);
    expect(visits.most).toBe(1);
  });

  test("keeps its slot while its run is paused, so that nobody comes between", async () => {
    const order: string[] = [];
    const asks = flow({ name: "asks", concurrency: { limit: 1 } }, async ({ who }: { who: string }) => {
      order.push(`${who} begins`);
      if (who === "first") await pause();
      order.push(`${who} ends`);
    });
    const stateOf = async (id: string) => (await recorder.flowRun(id)).state_type;
    const first = asks({ who: "first" });
    const id = await first.created;
    await expect.poll(() => stateOf(id), { timeout: 20_000 }).toBe("PAUSED");
    const second = asks({ who: "second" });
    const waiting = await second.created;
    const line = async () => (await recorder.logs(waiting)).some((message) => message.includes("waits"));
    await expect.poll(line, { timeout: 20_000 }).toBe(true);
    expect(await stateOf(waiting)).toBe("PENDING");
    await recorder.client.call(resumeFlowRun, { params: { id }, body: {} });
    await Promise.all([first, second]);
    expect(order).toEqual(["first begins", "first ends", "second begins", "second ends"]);
  }, 60_000);

  test.each([
    {
      keys: [
        { region: "eu", day: 1 },
        { day: 1, region: "eu" },
      ],
      most: 1,
      title: "equal data is one key",
    },
    { keys: [new Map([["a", 1]]), new Map([["a", 2]])], most: 2, title: "other data is another key" },
    { keys: ["x".repeat(200), `${"x".repeat(200)}y`], most: 2, title: "long keys are told apart" },
    { keys: ["rate", "rate"], most: 1, title: "a key may have any name" },
  ])("$title", async ({ keys, most, title }) => {
    const visits = room();
    const both = Promise.withResolvers<void>();
    const call = task(
      { name: `keys: ${title}`, concurrency: { key: ({ key }) => key, limit: 1 }, rate: "100/s" },
      async (key: unknown) => {
        await visits.visit(key);
        if (most === 2 && visits.order.length < 2) await both.promise;
        both.resolve();
      },
    );
    await flow({ name: `keys: ${title}` }, async () => void (await Promise.all(keys.map((key) => call(key)))))();
    expect(visits.order).toHaveLength(2);
    expect(visits.most).toBeLessThanOrEqual(most);
  });

  test("does not mix the keys of owners whose names have a colon", async () => {
    const inner = flow({ name: "etl:eu", concurrency: { key: () => "1", limit: 1 } }, async () => "inner");
    const outer = flow({ name: "etl", concurrency: { key: () => "eu:1", limit: 1 } }, async () => await inner());
    expect(await outer()).toBe("inner");
  });

  test("refuses a key that can't be compared, and takes a slot again for each attempt", async () => {
    let attempts = 0;
    const call = task(
      { concurrency: { key: ({ key }) => key, limit: 1 }, retries: 2, retryDelay: 0 },
      async function fails(key: unknown) {
        attempts += 1;
        if (attempts < 3) throw new Error("not yet");
        return key;
      },
    );
    expect(await flow({ name: "third time" }, async () => await call("same"))()).toBe("same");
    const keyless = flow({ name: "keyless" }, async () => await call(() => 1));
    await expect(keyless()).rejects.toThrow("which can't be compared with others. Give a string");
  });

  test("is given back by a flow while it waits for its next attempt, and taken again for that", async () => {
    const attempts: string[] = [];
    const begun = Promise.withResolvers<void>();
    const load = flow(
      { name: "loads again", concurrency: { key: () => "one", limit: 1 }, retries: 1, retryDelay: "2s" },
      async function loadsAgain({ who }: { who: string }) {
        attempts.push(`${who} ${await taken("flow:loads again:one")}`);
        begun.resolve();
        if (who === "failing" && attempts.length === 1) throw new Error("not yet");
        return who;
      },
    );
    const failing = load({ who: "failing" });
    await begun.promise;
    expect(await Promise.all([failing, load({ who: "other" })])).toEqual(["failing", "other"]);
    expect(attempts).toEqual(["failing 1", "other 1", "failing 1"]);
    expect(await taken("flow:loads again:one")).toBe(0);
  });

  test.each(["directly", "by a task", "by another flow"])(
    "is refused to a flow that is called %s by a run with the same key, which would wait for it",
    async (how) => {
      const walk = flow(
        { name: `walks ${how}`, concurrency: { key: ({ site }) => site, limit: 2 } },
        async function walks({ site, depth }: { site: string; depth: number }): Promise<string> {
          return depth === 0 ? site : await again(site === "free" ? `${depth}` : site, depth - 1);
        },
      );
      const steps: Readonly<Record<string, (site: string, depth: number) => PromiseLike<string>>> = {
        directly: (site, depth) => walk({ site, depth }),
        "by a task": task({ name: "steps" }, async (site: string, depth: number) => await walk({ site, depth })),
        "by another flow": (site, depth) => flow({ name: "steps" }, async () => await walk({ site, depth }))(),
      };
      const again = (site: string, depth: number) => steps[how]?.(site, depth) ?? Promise.reject(new Error(how));
      await expect(walk({ site: "a", depth: 1 })).rejects.toThrow(
        `This flow would wait for itself: a run that calls it holds a slot of the same limit, "flow:walks ${how}:a". Call it with another key`,
      );
      expect(await walk({ site: "free", depth: 1 })).toBe("1");
      expect(await taken(`flow:walks ${how}:a`)).toBe(0);
    },
  );

  test("is refused to a task that is called by a run of it with the same key", async () => {
    const nest = task(
      { name: "nests", concurrency: { key: () => "any", limit: 1 } },
      async function nests(depth: number): Promise<number> {
        return depth === 0 ? 0 : await nest(depth - 1);
      },
    );
    await expect(flow({ name: "nests tasks" }, async () => await nest(1))()).rejects.toThrow(
      'This task would wait for itself: a run that calls it holds a slot of the same limit, "task:nests',
    );
    expect(await flow({ name: "nests once" }, async () => await nest(0))()).toBe(0);
  });

  test("fails the run whose key cannot be made", async () => {
    const broken = flow(
      {
        concurrency: {
          key: () => {
            throw new Error("no customer");
          },
          limit: 1,
        },
      },
      async function keyless() {},
    );
    await expect(broken()).rejects.toThrow("no customer");
  });

  test("and rates are refused where they cannot be", () => {
    const noop = async () => {};
    expect(() => task({ name: "a", concurrency: { limit: 0 } }, noop)).toThrow(
      "concurrency.limit is 0. Give 1 or more.",
    );
    expect(() => task({ name: "a", concurrency: { key: "customer" as never, limit: 1 } }, noop)).toThrow("key");
    expect(() => task({ name: "a", rate: "10 a minute" as never }, noop)).toThrow('a rate as "10/min"');
    expect(() => flow({ name: "a", concurrency: { keys: 1, limit: 1 } as never }, noop)).toThrow('no option "keys"');
  });
});
