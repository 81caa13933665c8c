import { exactNumber, parseJson } from "@ostinato/core";
import { filterArtifacts } from "@ostinato/protocol";
import { expect, test } from "vitest";
import { z } from "zod";
import { recordOnOwnServer } from "../../test/harness.ts";
import { artifact, currentRun, failed, flow, secret, task } from "../index.ts";

const server = recordOnOwnServer();

/** The name of the run, for functions that are only called for it. */
const nameOfRun = (..._arguments: readonly unknown[]) => currentRun().name;

const greet = flow(
  {
    name: "greet",
    runName: "{day} says {word}",
    parameters: z.object({ day: z.string(), word: z.string().optional() }),
  },
  async () => {},
);

test("a name that mentions a parameter that is left out has a blank there", async () => {
  const runs = [greet({ day: "mon" }), greet({ day: "tue", word: "hi" })];
  await Promise.all(runs);
  expect(runs.map(({ name }) => name)).toEqual(["mon says", "tue says hi"]);
  expect(await server.flowRun((await runs[0]?.created) ?? "")).toMatchObject({
    name: "mon says",
    state_name: "Completed",
  });
});

test("a name goes into a parameter, and knows the values of those that are left out", async () => {
  const archive = task(
    { runName: "archive {table.name} of {table.rows[1].id}" },
    async function archive(table: object) {
      return nameOfRun(table);
    },
  );
  const load = task(
    { runName: 'load {path} {depth} {mode} {from:%Y} {computed}{"json": 1}' },
    async function load(path: string, depth = 3, mode = "r+", from?: Date, computed = 60 * 60) {
      return nameOfRun(path, depth, mode, from, computed);
    },
  );
  const walk = flow(
    { runName: "walk {path} {depth}" },
    async function walk({ depth = -1.5 }: { path: string; depth?: number }) {
      return [depth, currentRun().name];
    },
  );
  const names = flow({ name: "names" }, async () => [
    await archive({ name: "trips", rows: [{ id: 1 }, { id: 2n }] }),
    await load("a.csv"),
    await load("b.csv", 4, undefined, new Date(0)),
    await load.with({ runName: "{path}{path.nothing.there}" })("c.csv"),
  ]);
  expect(await names()).toEqual([
    "archive trips of 2",
    'load a.csv 3 r+ {"json": 1}',
    'load b.csv 4 r+ 1970-01-01T00:00:00.000Z {"json": 1}',
    "c.csv",
  ]);
  expect(await walk({ path: "x" })).toEqual([-1.5, "walk x -1.5"]);
});

test("a name becomes a short text on one line, without secrets", async () => {
  const password = secret("correct horse");
  const show = task({ runName: "show {value}" }, async function show(value: unknown) {
    return nameOfRun(value);
  });
  const values = [
    { a: [1] },
    "two\nlines\u0000",
    password,
    password.reveal(),
    Object.create(null),
    "x".repeat(2000),
    null,
  ];
  const run = flow({ name: "shown" }, async () => await show.map(values))();
  const names = await run;
  expect(names.map((name) => name.slice(0, 40))).toEqual([
    "show { a: [ 1 ] }",
    "show two lines",
    "show ********",
    "show ********",
    "show [Object: null prototype] {}",
    `show ${"x".repeat(35)}`,
    "show null",
  ]);
  expect(Math.max(...names.map(({ length }) => length))).toBeLessThan(600);
});

test("a function that returns no name, or fails, loses the name and not the run", async () => {
  const bad = () => {
    throw new Error("no name today");
  };
  const makeNames: Record<string, unknown> = {
    number: () => 7,
    promise: async () => "later",
    nothing: () => undefined,
    bad,
  };
  const run = flow({ name: "odd names", runName: bad }, async () => {
    const named = Object.entries(makeNames).map(([name, runName]) =>
      task({ name, runName: runName as () => string }, async () => currentRun().name)(),
    );
    return await Promise.all(named);
  })();
  expect(await run).toEqual(["7", "later", "nothing-0", "bad-0"]);
  const logs = await server.logs(await run.created);
  expect(logs.filter((line) => line === "its runName failed: no name today")).toHaveLength(2);
  expect((await server.flowRun(await run.created)).name).toMatch(/^[a-z]+-[a-z]+$/);
});

test("a flow's naming function gets the same parameters as the flow", async () => {
  const dated = flow(
    { name: "dated", runName: ({ day }) => `day ${day.getUTCDate()}`, parameters: z.object({ day: z.coerce.date() }) },
    async () => {},
  );
  const run = dated({ day: "2026-11-28" });
  await run;
  expect(run.name).toBe("day 28");
});

test("a run whose parameters are wrong is recorded, whatever its name says", async () => {
  const run = greet.with({ runName: ({ day }) => day.toUpperCase() })({ day: 1 as never });
  await run.finished();
  expect(await server.flowRun(await run.created)).toMatchObject({ state_name: "Failed" });
  expect(await server.logs(await run.created)).toContainEqual(expect.stringContaining("its runName failed: "));
});

test("if retryIf or a delay function fails, the run keeps its own error, and its log says what failed", async () => {
  const calls: string[] = [];
  const failing = (name: string) => async () => {
    calls.push(name);
    throw new Error("no bread");
  };
  const picky = task(
    {
      name: "picky",
      retries: 2,
      retryIf: () => {
        throw new Error("who knows");
      },
    },
    failing("picky"),
  );
  let asked = 0;
  const retryDelay = () => {
    asked += 1;
    // When the task is made it is asked for both of its delays.
    if (asked > 2) throw new Error("no watch");
    return 0;
  };
  const hasty = task({ name: "hasty", retries: 2, retryDelay }, failing("hasty"));
  const run = flow({ name: "retries" }, async () => [(await picky.state()).message, (await hasty.state()).message])();
  expect(await run).toEqual(["no bread", "no bread"]);
  expect(calls).toEqual(["picky", "hasty", "hasty", "hasty"]);
  const logs = await server.logs(await run.created);
  expect(logs).toContain("its retryIf failed: who knows; not trying again");
  expect(logs.filter((line) => line === "its retryDelay failed: no watch; trying again at once")).toHaveLength(2);
});

test("retryIf is asked of every failure, the last one too", async () => {
  const asked: number[] = [];
  const retryIf = (_: Error, attempt: number) => asked.push(attempt) > 0;
  await task({ name: "asked", retries: 2, retryIf }, () => Promise.reject(new Error("no"))).state();
  expect(asked).toEqual([1, 2, 3]);
});

test("a cache key that is not a string, or can't be made, loses the cache and not the run", async () => {
  const by = (key: () => unknown) => ({ by: key as () => string });
  const salt = Date.now();
  const keys: Record<string, () => unknown> = {
    number: () => salt,
    object: () => ({ salt }),
    bad: () => {
      throw new Error("no key today");
    },
  };
  const calls: string[] = [];
  const run = flow({ name: "keys" }, async () => {
    for (const [name, key] of Object.entries(keys)) {
      const cached = task({ name, cache: by(key) }, async () => calls.push(name));
      await cached();
      await cached();
    }
  })();
  await run;
  expect(calls).toEqual(["number", "object", "object", "bad", "bad"]);
  const rows = await server.taskRuns(await run.created);
  expect(rows.map(({ state_name }) => state_name)).toEqual([
    "Completed",
    "Cached",
    "Completed",
    "Completed",
    "Completed",
    "Completed",
  ]);
  expect(await server.logs(await run.created)).toEqual(
    expect.arrayContaining([
      expect.stringMatching(
        /^its cache key failed: cache\.by gave \{ salt: \d+ \}; give a string, or undefined.*not cached$/,
      ),
      "its cache key failed: no key today; this call is not cached",
    ]),
  );
});

test("a name given to failed() is the name of the state, of a task as of a flow", async () => {
  const check = task({ retries: 1 }, async function check() {
    return currentRun().attempt === 1
      ? failed("nothing yet", { name: "NoRows" })
      : failed("nothing to do", { name: "NoRows" });
  });
  const run = flow({ name: "declared" }, async () => {
    await check.state();
    return failed("nothing to do", { name: "NoRows" });
  })();
  expect(await run.finished()).toMatchObject({ type: "FAILED", name: "NoRows", message: "nothing to do" });
  const [row] = await server.taskRuns(await run.created);
  expect(row?.state).toMatchObject({ type: "FAILED", name: "NoRows", message: "nothing to do" });
});

test("a table shows integers of any size, dates, and values that JSON cannot express", async () => {
  const circle: Record<string, unknown> = { name: "round" };
  circle.self = circle;
  const row = {
    n: 12n,
    big: 2n ** 63n - 1n,
    day: new Date(0),
    never: new Date(Number.NaN),
    share: Number.NaN,
    most: Number.POSITIVE_INFINITY,
    bytes: new Uint8Array(3),
    ids: new Set([1n, 2n]),
    sizes: new Map([["a", 1n]]),
    address: new URL("http://example.org/a"),
    key: secret("open sesame"),
    error: new RangeError("too far"),
    circle,
    left: undefined,
  };
  const tables = flow({ name: "tables" }, async () => [
    await artifact.table({ key: "counts", table: [row] }),
    await artifact.table({ table: [[1n, new Date(0)]], columns: ["n", "day"] }),
  ]);
  const ids = (await tables()).map(({ id }) => id);
  const kept = await server.client.call(filterArtifacts, {
    body: { artifacts: { id: { any_: ids } }, sort: "CREATED_DESC" },
  });
  const data = ids.map((id) => parseJson(String(kept.find((each) => each.id === id)?.data)));
  expect(data).toEqual([
    [
      {
        n: 12,
        big: exactNumber("9223372036854775807"),
        day: "1970-01-01T00:00:00.000Z",
        never: "Invalid Date",
        share: "NaN",
        most: "Infinity",
        bytes: "[3 bytes]",
        ids: [1, 2],
        sizes: { a: 1 },
        address: "http://example.org/a",
        key: "********",
        error: "RangeError: too far",
        circle: { name: "round", self: "…" },
      },
    ],
    [{ n: 1, day: "1970-01-01T00:00:00.000Z" }],
  ]);
});
