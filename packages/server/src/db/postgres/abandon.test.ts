import { systemClock } from "@ostinato/core";
import { openDatabase, type TestDatabase } from "@ostinato/testing/databases";
import { sql } from "kysely";
import pg from "pg";
import { afterEach, beforeEach, expect, test } from "vitest";
import type { Writer } from "../dialect.ts";
import { openPostgres } from "./postgres.ts";

const clock = systemClock({ keepAlive: true });

let place: TestDatabase;
let direct: pg.Client;
beforeEach(async () => {
  place = await openDatabase("postgresql");
  direct = new pg.Client({ connectionString: place.url });
  await direct.connect();
  await direct.query("CREATE TABLE line (text text PRIMARY KEY)");
});
afterEach(async () => {
  await direct.end();
  await place.dispose();
});

test.each([
  ["a unit of its own", {}],
  ["units that share a transaction", { together: "line" }],
])("what %s has locked is free once the database is abandoned, and nothing of it is kept", async (_, options) => {
  const database = openPostgres({ url: place.url, clock, poolSize: 2, statementSeconds: 60 });
  const written = Promise.withResolvers<void>();
  const never = new Promise<void>(() => {});
  const work = async (tx: Writer) => {
    await sql`INSERT INTO line VALUES ('the same')`.execute(tx);
    written.resolve();
    await never;
  };
  void database.write(work, options).catch(() => {});
  await written.promise;
  database.abandon();
  // It would wait for the other's end, which never comes.
  await direct.query("INSERT INTO line VALUES ('the same')");
  expect((await direct.query("SELECT count(*)::int AS count FROM line")).rows).toEqual([{ count: 1 }]);
});
