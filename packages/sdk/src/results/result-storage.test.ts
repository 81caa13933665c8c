import { readTaskRunResult } from "@ostinato/protocol";
import { beforeEach, describe, expect, test } from "vitest";
import { recordOnOwnServer } from "../../test/harness.ts";
import { currentRun, flow, resumeRun, type TaskOptions, task, UsageError } from "../index.ts";
import { defineIntegration, registerResultStore } from "../integration.ts";

const server = recordOnOwnServer();

/** A store of the tests: what it was given, by place. */
const kept = new Map<string, string>();
let opened = 0;
let failure: Error | undefined;

registerResultStore({
  scheme: "memory",
  checkRoot: (root) => (root.startsWith("wrong") ? "memory:shelf" : undefined),
  open() {
    opened += 1;
    return {
      async write({ root, name, text }) {
        if (failure !== undefined) throw failure;
        kept.set(`${root}/${name}`, text);
        return `${root}/${name}`;
      },
      async read(place) {
        if (failure !== undefined) throw failure;
        return kept.get(place);
      },
    };
  },
});

beforeEach(() => {
  kept.clear();
  failure = undefined;
});

async function locationsOf(flowRunId: string): Promise<readonly (string | null)[]> {
  const rows = await server.taskRuns(flowRunId);
  const results = rows.map(({ id }) => server.client.call(readTaskRunResult, { params: { id } }));
  return (await Promise.all(results)).map(({ location }) => location);
}

describe("results go", () => {
  const give = async () => "small";

  test("all to the store that the flow names, and come back from there", async () => {
    let calls = 0;
    const count = task(async function count() {
      calls += 1;
      return calls;
    });
    const run = flow({ name: "stored", retries: 1, resultStorage: "memory:shelf" }, async () => {
      const first = await count();
      if (currentRun().attempt === 1) throw new Error("once more");
      return first;
    })();
    expect(await run).toBe(1);
    expect(calls).toBe(1);
    const [location] = await locationsOf(await run.created);
    expect(location).toMatch(/^memory:shelf\/[\w-]+$/);
    // The flow's own result has the same text, and so the same name.
    expect([...kept.values()]).toEqual(["[1]"]);
    expect(opened).toBe(1);
  });

  test.each<[string, TaskOptions, RegExp]>([
    ["the flow's", {}, /^memory:flow\//],
    ["the task's own", { resultStorage: "memory:task" }, /^memory:task\//],
    ["the local store, where the task asks for it", { resultStorage: "local" }, /^local:/],
  ])("to %s", async (_, options, expected) => {
    const own = task({ name: "own", ...options }, give);
    const run = flow({ name: "choosing", resultStorage: "memory:flow" }, async () => void (await own()))();
    await run;
    expect((await locationsOf(await run.created))[0]).toMatch(expected);
  });

  test("nowhere if results are not kept", async () => {
    const silent = task({ name: "silent", persist: false }, give);
    const run = flow(
      { name: "keeping nothing", persist: false, resultStorage: "memory:shelf" },
      async () => await silent(),
    )();
    await run;
    expect(kept.size).toBe(0);
  });
});

describe("a store that fails", () => {
  test("loses the result and not the run: the state and the log say why, and the task runs again", async () => {
    failure = new Error("the bucket is full");
    let calls = 0;
    const count = task(async function count() {
      calls += 1;
      return calls;
    });
    const run = flow({ name: "unkept", retries: 1, resultStorage: "memory:shelf" }, async () => {
      await count();
      if (currentRun().attempt === 1) throw new Error("once more");
    })();
    await run;
    expect(calls).toBe(2);
    const [row] = await server.taskRuns(await run.created);
    expect(row?.state?.message).toBe("the result could not be kept: the bucket is full");
    expect(await server.logs(await run.created)).toContain(
      "the result could not be kept: the bucket is full; when the flow runs again, so does this task",
    );
  });

  test("on reading fails the task, because nobody knows whether its result exists", async () => {
    const count = task(async function count() {
      return 1;
    });
    const counting = flow({ name: "unread", resultStorage: "memory:shelf" }, async () => {
      await count();
      if (failure === undefined) throw new Error("again");
    });
    const failing = counting();
    await expect(failing).rejects.toThrow("again");
    failure = new Error("no way to the bucket");
    await expect(resumeRun(await failing.created, counting)).rejects.toThrow("no way to the bucket");
  });
});

describe("a store that nobody registered", () => {
  test.each([
    ["s4:bucket", 'no result store with the scheme "s4". Import the package that brings it'],
    ["s4", 'no result store with the scheme "s4"'],
    ["S4:bucket", 'give a store, as "local" or "s3://bucket/prefix"'],
    ["local:/tmp/elsewhere", 'give "local" alone'],
    ["memory:wrong", "give memory:shelf"],
  ])("%j fails the run before it computes anything", async (resultStorage, message) => {
    let calls = 0;
    const run = flow({ name: "astray", resultStorage }, async () => {
      calls += 1;
    })();
    const error = await run.then(undefined, (thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(UsageError);
    expect((error as Error).message).toContain(`resultStorage is ${JSON.stringify(resultStorage)}`);
    expect((error as Error).message).toContain(message);
    expect(calls).toBe(0);
    expect(await server.flowStates(await run.created)).toEqual(["Pending", "Failed"]);
  });

  test("a task that names one fails before its function is called", async () => {
    let calls = 0;
    const astray = task({ resultStorage: "s4:bucket" }, async function astray() {
      calls += 1;
    });
    await expect(flow({ name: "half astray" }, async () => await astray())()).rejects.toThrow('scheme "s4"');
    expect(calls).toBe(0);
  });

  test("a result that is kept in one is an error that names the place", async () => {
    const scheme = "passing";
    registerResultStore({
      scheme,
      open: () => ({ write: async ({ name }) => `elsewhere/${name}`, read: async () => undefined }),
    });
    const give = task(async function give() {
      return 1;
    });
    const giving = flow({ name: "far", resultStorage: "passing:" }, async () => {
      await give();
      throw new Error("again");
    });
    const failing = giving();
    await expect(failing).rejects.toThrow("again");
    const stores = (globalThis as never)[Symbol.for("ostinato.result-stores")] as Map<string, unknown>;
    stores.delete(scheme);
    await expect(resumeRun(await failing.created, giving.with({ resultStorage: "local" }))).rejects.toThrow(
      /A result is kept at passing:elsewhere\/[\w-]+, and this program knows no result store with the scheme "passing"/,
    );
  });
});

describe("a definition", () => {
  test.each([
    [{ name: "" }, "name is"],
    [{ name: "a", stores: {} }, 'has no option "stores"'],
    [{ name: "a", buckets: {} }, "buckets is {}; give a list of blocks"],
    [{ name: "a", resultStores: { x: { open: 1 } } }, "resultStores.x: open is 1; give a function"],
    [{ name: "a", resultStores: { X1: { open: () => undefined } } }, 'the scheme "X1"'],
    [{ name: "a", resultStores: { local: { open: () => undefined } } }, "belongs to Ostinato; choose another"],
  ])("%j is refused", (definition, message) => {
    expect(() => defineIntegration(definition as never)).toThrow(message);
  });

  test("opens its store for the first result, and only once", async () => {
    let opened = 0;
    const late = defineIntegration({
      name: "ostinato-late",
      resultStores: {
        late: {
          open: async () => {
            opened += 1;
            return { write: async ({ name }) => name, read: async () => undefined };
          },
        },
      },
    });
    expect(late.name).toBe("ostinato-late");
    expect(opened).toBe(0);
    const give = task(async function give(n: number) {
      return n;
    });
    await flow({ name: "late", resultStorage: "late" }, async () => void (await Promise.all([give(1), give(2)])))();
    expect(opened).toBe(1);
  });

  test("whose store failed to open opens it again for the next result", async () => {
    let tries = 0;
    registerResultStore({
      scheme: "flaky",
      open: async () => {
        tries += 1;
        if (tries === 1) throw new Error("not yet");
        return { write: async ({ name }) => name, read: async () => undefined };
      },
    });
    const give = task(async function give(n: number) {
      return n;
    });
    const run = flow({ name: "flaky", resultStorage: "flaky" }, async () => {
      await give(1);
      await give(2);
    })();
    await run;
    expect(await locationsOf(await run.created)).toEqual([null, expect.stringMatching(/^flaky:/)]);
  });
});
