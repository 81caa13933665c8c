import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { statSync } from "node:fs";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { openDatabase, type TestDatabase } from "@ostinato/testing/databases";
import { afterAll, afterEach, beforeAll, beforeEach, expect, test, vi } from "vitest";
import { cleanEnvironment, installProduct } from "./product.ts";

/**
 * A program without a server ends when its work does, with the packed product, whose threads are files of their own. One that
 * does not is ended by the time limit of its test.
 */
vi.setConfig({ testTimeout: 180_000 });

const program = `
import { flow, task } from "ostinato";

const [, , count = "1", how = "completes"] = process.argv;
const step = task(async function step(n: number) {
  return { n, text: "x".repeat(4000) };
});
const slow = task(async function slow() {
  await new Promise(() => {});
});
const all = flow(async function all() {
  for (let done = 0; done < Number(count); done += 100) {
    await step.map(Array.from({ length: Math.min(100, Number(count) - done) }, (_, n) => done + n));
  }
});
const steps = flow(async function steps() {
  // What ends has been written: the log of the database is as long as it comes.
  await all();
  if (how === "fails") throw new Error("on purpose");
  if (how === "is cancelled") await slow();
  if (how === "is killed") process.kill(process.pid, "SIGKILL");
});
const run = steps();
if (how === "is cancelled") setTimeout(() => run.cancel("on purpose"), 100);
console.log((await run.finished()).name);
`;

let folder: string;
let home: string;
const children: ChildProcess[] = [];

beforeAll(async () => {
  folder = join(await mkdtemp(join(tmpdir(), "ostinato-ends-")), "project");
  await installProduct(folder);
  await writeFile(join(folder, "steps.ts"), program);
}, 300_000);
afterAll(() => rm(dirname(folder), { recursive: true, force: true, maxRetries: 5 }));

beforeEach(async () => {
  home = await mkdtemp(join(tmpdir(), "ostinato-home-"));
});
afterEach(async () => {
  for (const child of children.splice(0)) child.kill("SIGKILL");
  await rm(home, { recursive: true, force: true, maxRetries: 5 });
});

/** Runs the program until it ends, and gives the last line that it printed, and how it ended. */
async function run(args: readonly string[], environment: Readonly<Record<string, string>> = {}) {
  const env = {
    ...cleanEnvironment(),
    OSTINATO_HOME: home,
    OSTINATO_SERVER_PORT: "9",
    OSTINATO_LOG_LEVEL: "off",
    ...environment,
  };
  const child = spawn(process.execPath, ["steps.ts", ...args], { cwd: folder, env });
  children.push(child);
  let output = "";
  child.stdout.on("data", (text) => (output += text));
  child.stderr.resume();
  const [code, signal] = (await once(child, "close")) as [number | null, NodeJS.Signals | null];
  return { last: output.trim().split("\n").at(-1), end: code ?? signal };
}

test.each([1, 100, 10_000])("a program of %i tasks", async (count) => {
  expect(await run([String(count)])).toEqual({ last: "Completed", end: 0 });
});

test.each([
  ["fails", "Failed"],
  ["is cancelled", "Cancelled"],
])("a program whose flow %s", async (how, last) => {
  expect(await run(["300", how])).toEqual({ last, end: 0 });
});

test("two programs at once on one home", async () => {
  const ends = await Promise.all([run(["2000"]), run(["2000"])]);
  expect(ends).toEqual(Array.from({ length: 2 }, () => ({ last: "Completed", end: 0 })));
});

test("a program on a home with a long log that a killed one has left", async () => {
  expect(await run(["2000", "is killed"])).toMatchObject({ end: "SIGKILL" });
  expect(statSync(join(home, "ostinato.db-wal")).size).toBeGreaterThan(4 * 1024 * 1024);
  expect(await run(["1"])).toEqual({ last: "Completed", end: 0 });
});

test("a program whose database is a PostgreSQL", async () => {
  const database: TestDatabase = await openDatabase("postgresql");
  try {
    expect(await run(["300"], { OSTINATO_DATABASE_URL: database.url })).toEqual({
      last: "Completed",
      end: 0,
    });
  } finally {
    await database.dispose();
  }
});
