import { systemClock } from "@ostinato/core";
import { fakeClock } from "@ostinato/testing/clock";
import { openDatabase, type TestDatabase } from "@ostinato/testing/databases";
import { startPostgres } from "@ostinato/testing/postgres";
import { sql } from "kysely";
import pg from "pg";
import { afterEach, beforeEach, describe, expect, onTestFinished, test } from "vitest";
import { type CuttingProxy, startCuttingProxy } from "../../../test/cutting-proxy.ts";
import { type Database, DatabaseUnavailable, type Writer } from "../dialect.ts";
import { lostCommitResolver } from "./commit.ts";
import { postgresPool, queryOnce } from "./pool.ts";
import { openPostgres } from "./postgres.ts";

const clock = systemClock({ keepAlive: true });

describe("a commit whose answer is lost", () => {
  let place: TestDatabase;
  let proxy: CuttingProxy;
  let database: Database;
  let direct: pg.Client;
  beforeEach(async () => {
    place = await openDatabase("postgresql");
    proxy = await startCuttingProxy(place.url);
    database = openPostgres({ url: proxy.url, clock, poolSize: 3, statementSeconds: 60 });
    direct = new pg.Client({ connectionString: place.url });
    await direct.connect();
    await direct.query("CREATE TABLE line (text text NOT NULL)");
  });
  afterEach(async () => {
    await direct.end();
    await database.close();
    await proxy.close();
    await place.dispose();
  });

  let runs = 0;
  beforeEach(() => {
    runs = 0;
  });

  /** Nothing tells two runs of it apart, so that a second one shows. */
  const add = (text: string) => async (tx: Writer) => {
    runs += 1;
    await sql`INSERT INTO line (text) VALUES (${text}) RETURNING text`.execute(tx);
    return text;
  };
  const lines = async () => (await direct.query("SELECT text FROM line ORDER BY text")).rows.map(({ text }) => text);

  /** Two units that arrive together make one as soon as the connection of groups is there. */
  const commitsOfTwo = async () => {
    const before = proxy.commits;
    await Promise.all(["x", "y"].map((together) => database.write(async () => {}, { together })));
    return proxy.commits - before;
  };

  test.each([
    ["after it was kept", "answer", 1],
    ["before it arrived", "request", 2],
  ] as const)("%s: the unit of work is kept once", async (_, lose, expectedRuns) => {
    proxy.loseNextCommit(lose);
    expect(await database.write(add("a"))).toBe("a");
    expect(proxy.lost).toBe(1);
    expect([await lines(), runs]).toEqual([["a"], expectedRuns]);
  });

  test("of a unit that only defers", async () => {
    proxy.loseNextCommit("answer");
    await database.write((_, later) => add("a")(later));
    expect([proxy.lost, await lines()]).toEqual([1, ["a"]]);
  });

  test("of a unit whose deferred statement failed: the error is that of the statement", async () => {
    await direct.query("ALTER TABLE line ADD UNIQUE (text)");
    await database.write(add("a"));
    proxy.loseNextCommit("answer");
    await expect(database.write((_, later) => add("a")(later))).rejects.toThrow(/unique constraint/);
    expect([proxy.lost, await lines()]).toEqual([1, ["a"]]);
  });

  test.each([
    ["after it was kept", "answer", 4],
    ["before it arrived", "request", 8],
  ] as const)("%s, of a group: each unit is kept once", async (_, lose, expectedRuns) => {
    await expect.poll(commitsOfTwo).toBe(1);
    proxy.loseNextCommit(lose);
    const names = ["a", "b", "c", "d"];
    expect(await Promise.all(names.map((name) => database.write(add(name), { together: name })))).toEqual(names);
    expect(proxy.lost).toBe(1);
    expect([await lines(), runs]).toEqual([names, expectedRuns]);
  });

  test.each([[{}], [{ together: "a" }]])("and that nobody can be asked about is not run again: %j", async (options) => {
    const time = fakeClock();
    const impatient = openPostgres({ url: proxy.url, clock: time, poolSize: 3, statementSeconds: 60 });
    onTestFinished(() => impatient.close());
    await impatient.write(async () => {}, options);
    proxy.loseNextCommit("answer", { thenRefuse: true });
    let end: unknown;
    impatient.write(add("a"), options).catch((error: unknown) => {
      end = error;
    });
    const isOver = async () => {
      await time.advance(5);
      return end;
    };
    await expect.poll(isOver, { timeout: 10_000 }).toBeInstanceOf(DatabaseUnavailable);
    expect([await lines(), runs]).toEqual([["a"], 1]);
  });

  test("while PostgreSQL is still at it: asked again until it has ended", async () => {
    await direct.query(`CREATE FUNCTION wait() RETURNS trigger LANGUAGE plpgsql AS
      'BEGIN PERFORM pg_advisory_xact_lock(42); RETURN NULL; END'`);
    await direct.query(`CREATE CONSTRAINT TRIGGER waits AFTER INSERT ON line DEFERRABLE INITIALLY DEFERRED
      FOR EACH ROW EXECUTE FUNCTION wait()`);
    await direct.query("SELECT pg_advisory_lock(42)");
    proxy.loseNextCommit("connection");
    const written = database.write(add("a"));
    await expect.poll(() => proxy.questions).toBeGreaterThanOrEqual(3);
    expect(await lines()).toEqual([]);
    await direct.query("SELECT pg_advisory_unlock(42)");
    expect(await written).toBe("a");
    expect([await lines(), runs]).toEqual([["a"], 1]);
  });
});

test("a transaction that PostgreSQL forgot in a crash was not kept, though another one has its id and was", async () => {
  const postgres = await startPostgres();
  onTestFinished(() => postgres.dispose());
  const client = { connectionString: postgres.url };
  const pool = postgresPool({ client, size: 2, clock, warn: () => {} });
  onTestFinished(() => pool.end());
  const resolveLostCommit = lostCommitResolver({ pool, clock });
  const began = performance.now();
  const forgotten = new pg.Client({ connectionString: postgres.url });
  forgotten.on("error", () => {});
  await forgotten.connect();
  await forgotten.query("BEGIN");
  const id = (await forgotten.query("SELECT pg_current_xact_id()::text AS id")).rows[0]?.id as string;
  await postgres.stop("kill");
  await postgres.restart();
  const again = performance.now();
  const other = await queryOnce<{ id: string }>(pool, "SELECT pg_current_xact_id()::text AS id", []);
  expect(other.rows[0]?.id).toBe(id);
  expect(
    (await queryOnce<{ status: string }>(pool, "SELECT pg_xact_status($1::xid8) AS status", [id])).rows[0]?.status,
  ).toBe("committed");
  const error = new Error("Connection terminated");
  expect(await resolveLostCommit({ id, began, error })).toBe(false);
  expect(await resolveLostCommit({ id: String(Number(id) + 1000), began, error })).toBe(false);
  expect(await resolveLostCommit({ id, began: again, error })).toBe(true);
});
