import { mkdtempSync, readdirSync, rmSync, statSync } from "node:fs";
import { writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { describeOnce, writeCheckpoint } from "./checkpoints.ts";
import { type Database, openDatabase } from "./duckdb.ts";

let folder: string;
let database: Database;

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), "checkpoints-"));
  database = await openDatabase();
});

afterEach(() => {
  database[Symbol.dispose]();
  rmSync(folder, { recursive: true });
});

it("writes the rows of a query once, and again when the file was deleted", async () => {
  const plan = { folder: join(folder, "it's new"), name: "numbers", sql: "SELECT * FROM range(7)" };
  const first = await writeCheckpoint(database, plan);
  expect(first.rows).toBe(7);
  const written = statSync(first.path).mtimeMs;
  expect(await writeCheckpoint(database, plan)).toEqual(first);
  expect(statSync(first.path).mtimeMs).toBe(written);
  rmSync(first.path);
  expect(await writeCheckpoint(database, plan)).toEqual(first);
  expect(readdirSync(plan.folder)).toHaveLength(1);
});

it("gives another query another file", async () => {
  const one = await writeCheckpoint(database, { folder, name: "numbers", sql: "SELECT 1 AS n" });
  const two = await writeCheckpoint(database, { folder, name: "numbers", sql: "SELECT 2 AS n" });
  expect(two.path).not.toBe(one.path);
});

it("leaves nothing behind when the work fails", async () => {
  const failing = writeCheckpoint(database, { folder, name: "numbers", sql: "SELECT error('no luck')" });
  await expect(failing).rejects.toThrow("no luck");
  expect(readdirSync(folder)).toEqual([]);
});

it("makes a file and its description together, and again when one of them is gone", async () => {
  const path = join(folder, "model");
  let made = 0;
  const describe = () =>
    describeOnce(path, async (file) => {
      await writeFile(file, "a model");
      made += 1;
      return { made };
    });
  expect(await describe()).toEqual({ made: 1 });
  expect(await describe()).toEqual({ made: 1 });
  rmSync(path);
  expect(await describe()).toEqual({ made: 2 });
  rmSync(`${path}.json`);
  expect(await describe()).toEqual({ made: 3 });
});
