import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { makeWorkplace, type Workplace } from "../../test/command.ts";

// Whoever waits for programs on a busy machine waits long.
vi.setConfig({ testTimeout: 120_000, hookTimeout: 60_000 });

let place: Workplace;
beforeAll(() => {
  place = makeWorkplace({});
});
afterAll(() => place.dispose());

async function json(...args: readonly string[]) {
  const { stdout, stderr, code } = await place.run("concurrency-limit", ...args, "--json");
  expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
  return JSON.parse(stdout);
}

test("a limit is created, listed, inspected, changed, reset and deleted", async () => {
  const made = await json("create", "database", "--limit", "2");
  expect(made).toMatchObject({ name: "database", limit: 2, active_slots: 0 });
  expect(await json("create", "api", "-l", "10", "--decay", "0.5")).toMatchObject({ slot_decay_per_second: 0.5 });
  const { stdout } = await place.run("gcl", "ls");
  expect(stdout).toMatch(/^NAME +TAKEN +ACTIVE +ID\napi +0 of 10, 0\.5 free each second +yes /);
  expect(await json("inspect", "database")).toMatchObject({ limit: { id: made.id }, holders: [], waiting_count: 0 });
  expect(await json("update", "database", "--limit", "5", "--disable")).toMatchObject({ limit: 5, active: false });
  expect((await place.run("concurrency-limit", "inspect", "database")).stdout).toContain("no: it limits nothing");
  expect(await json("reset", "database", "--yes")).toMatchObject({ active_slots: 0 });
  expect(await json("delete", "database", "api", "--yes")).toEqual({ deleted: ["database", "api"] });
});

test.each([
  { args: ["inspect", "databse"], says: 'There is no concurrency limit "databse".', code: 1 },
  { args: ["create", "x"], says: "Required option", code: 2 },
  { args: ["create", "x", "--limit", "-1"], says: "Give a whole number", code: 2 },
  { args: ["create", "x", "--limit", "1.5"], says: "Give a whole number", code: 2 },
  { args: ["create", "x", "--limit", "3000000000"], says: "Give a whole number", code: 2 },
  { args: ["create", "x", "--limit", "1", "--decay", "-1"], says: "Give a number, 0 or more", code: 2 },
  { args: ["create", "a/b", "--limit", "1"], says: "name", code: 1 },
  { args: ["update", "x"], says: "Say what to change", code: 2 },
  { args: ["update", "x", "--limit", "-1"], says: "Give a whole number", code: 2 },
  { args: ["update", "nowhere", "--limit", "1"], says: 'There is no concurrency limit "nowhere".', code: 1 },
  { args: ["reset", "nowhere", "--yes"], says: 'There is no concurrency limit "nowhere".', code: 1 },
  { args: ["delete", "nowhere", "--yes"], says: 'There is no concurrency limit "nowhere".', code: 1 },
])("says what is wrong with $args", async ({ args, says, code }) => {
  const run = await place.run("concurrency-limit", ...args);
  expect(run.stderr).toContain(says);
  expect(run.code).toBe(code);
});
