import { systemClock } from "@ostinato/core";
import { fakeClock } from "@ostinato/testing/clock";
import { describeOnEachDatabase, openDatabase as openTestDatabase } from "@ostinato/testing/databases";
import { sql } from "kysely";
import { afterAll, beforeAll, expect, onTestFinished, test } from "vitest";
import { readConfig } from "../kernel/config.ts";
import type { Asker, Database } from "./dialect.ts";
import { migrate } from "./migrate.ts";
import { openDatabase } from "./open.ts";
import { portable } from "./portable.ts";
import { openSqlite } from "./sqlite/sqlite.ts";

const clock = systemClock();

async function addFlows(database: Database): Promise<void> {
  const now = clock.now();
  const rows = Array.from({ length: 300 }, (_, index) => ({
    id: `64a1a8d5-5b0c-4a36-90f0-${String(index).padStart(12, "0")}`,
    created: now,
    updated: now,
    name: `flow ${index}`,
    tags: "[]",
    labels: "{}",
  }));
  await database.write((tx) => tx.insertInto("flow").values(rows).execute());
}

/** Looks at every four flows together, which nobody would wait for. */
function endless(database: Database, asker: Asker): Promise<unknown> {
  const wanted = portable.whileWanted("flow");
  return sql`SELECT count(*) FROM flow AS one CROSS JOIN flow AS two CROSS JOIN flow AS three CROSS JOIN flow
    WHERE ${wanted} AND one.name < two.name AND three.name < flow.name`.execute(database.slowFor(asker));
}

const quick = async (database: Database, asker: Asker) =>
  (await sql<{ one: number }>`SELECT 1 AS one`.execute(database.slowFor(asker))).rows;

describeOnEachDatabase("long reads of many", (underTest) => {
  let database: Database;
  beforeAll(async () => {
    database = await openDatabase(readConfig({ OSTINATO_DATABASE_URL: underTest.url }), clock);
    await migrate(database, clock);
    await addFlows(database);
  });
  afterAll(() => database.close());

  test("end when nobody waits for them any more, and others continue", async () => {
    const gone = new AbortController();
    const reads = [1, 2, 3, 4].map(() => endless(database, { lane: "programs", signal: gone.signal }));
    const next = quick(database, { lane: "programs" });
    const outcomes = Promise.allSettled(reads);
    // The first of them are under way by then: pages are read meanwhile.
    expect(await quick(database, { lane: "pages" })).toEqual([{ one: 1 }]);
    gone.abort();
    for (const outcome of await outcomes) {
      expect(outcome).toMatchObject({ status: "rejected", reason: { name: "NoLongerWanted" } });
    }
    expect(await next).toEqual([{ one: 1 }]);
    await expect(endless(database, { lane: "pages", signal: gone.signal })).rejects.toThrow("Nobody waits");
  });

  test("of pages do not wait for those of programs", async () => {
    const gone = new AbortController();
    const reads = Promise.allSettled([1, 2, 3].map(() => endless(database, { lane: "programs", signal: gone.signal })));
    for (let page = 0; page < 5; page += 1) expect(await quick(database, { lane: "pages" })).toEqual([{ one: 1 }]);
    gone.abort();
    await reads;
  });
});

test("on SQLite a read that takes too long is ended, and the next one is answered", async () => {
  const file = await openTestDatabase("sqlite");
  onTestFinished(() => file.dispose());
  const config = readConfig({ OSTINATO_DATABASE_URL: file.url });
  if (config.database.kind !== "sqlite") throw new Error("This is about SQLite");
  const time = fakeClock();
  const database = openSqlite({ file: config.database.file, clock: time, readSeconds: 10 });
  onTestFinished(() => database.close());
  await migrate(database, time);
  await addFlows(database);
  const read = endless(database, { lane: "programs" });
  const ended = expect(read).rejects.toMatchObject({
    name: "ReadTookTooLong",
    message: expect.stringContaining("longer than 10 s"),
  });
  await time.advance(11);
  await ended;
  expect(await quick(database, { lane: "programs" })).toEqual([{ one: 1 }]);
});
