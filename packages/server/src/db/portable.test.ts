import { fakeClock } from "@ostinato/testing/clock";
import { describeOnEachDatabase } from "@ostinato/testing/databases";
import { DummyDriver, Kysely, SqliteAdapter, SqliteIntrospector, SqliteQueryCompiler, sql } from "kysely";
import { afterAll, beforeAll, expect, test } from "vitest";
import { readConfig } from "../kernel/config.ts";
import type { Database } from "./dialect.ts";
import { openDatabase } from "./open.ts";
import { portable } from "./portable.ts";

const condition = portable.contains("given.name", "NUT");
const names = portable.rowsOf(JSON.stringify([{ name: "donut" }, { name: "bagel" }]), { name: "text" });
const query = sql<{ name: string }>`SELECT name FROM ${names} AS given WHERE ${condition}`;

describeOnEachDatabase("portable SQL of", (underTest) => {
  let database: Database;
  beforeAll(async () => {
    database = await openDatabase(readConfig({ OSTINATO_DATABASE_URL: underTest.url }), fakeClock());
  });
  afterAll(() => database.close());

  test("is written by the database that runs it, for each of its readers and writers", async () => {
    const found = [{ name: "donut" }];
    expect((await query.execute(database.read)).rows).toEqual(found);
    expect((await query.execute(database.slow)).rows).toEqual(found);
    expect((await query.execute(database.slowFor({ lane: "pages" }))).rows).toEqual(found);
    expect((await database.write((tx) => query.execute(tx))).rows).toEqual(found);
  });

  test("stands in a query of Kysely, beside and inside other parts", async () => {
    const { rows } = await sql<{ name: string }>`SELECT name FROM ${names} AS given WHERE NOT ${condition}`.execute(
      database.read,
    );
    expect(rows).toEqual([{ name: "bagel" }]);
    const selected = await database.read
      .selectFrom(sql<{ name: string }>`${names}`.as("given"))
      .select("name")
      .where(condition)
      .execute();
    expect(selected).toEqual([{ name: "donut" }]);
  });
});

test("a compiler that does not know portable SQL refuses it, and leaves no condition out", () => {
  const other = new Kysely({
    dialect: {
      createAdapter: () => new SqliteAdapter(),
      createDriver: () => new DummyDriver(),
      createIntrospector: (db) => new SqliteIntrospector(db),
      createQueryCompiler: () => new SqliteQueryCompiler(),
    },
  });
  expect(() => query.compile(other)).toThrow("compilers of the two databases");
});
