import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Postgres, startPostgres } from "@ostinato/testing/postgres";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { mariadbMissing, startMariadb } from "../test/mariadb.ts";
import { DatabaseError, database } from "./index.ts";

async function errorOf(act: Promise<unknown>): Promise<DatabaseError> {
  const error = await act.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  expect(error).toBeInstanceOf(DatabaseError);
  return error as DatabaseError;
}

const password = "hidden-p@ss";

describe("PostgreSQL", () => {
  let postgres: Postgres;
  let place: string;
  beforeAll(async () => {
    postgres = await startPostgres();
    await postgres.execute(`CREATE ROLE app LOGIN PASSWORD '${password}'`);
    place = `127.0.0.1:${new URL(postgres.url).port}`;
  });
  afterAll(() => postgres?.dispose());

  const url = ({ user = "app", secret = password, name = "postgres", query = "" } = {}) =>
    `postgresql+psycopg2://${user}:${encodeURIComponent(secret)}@${place}/${name}${query}`;

  test("says which credentials are wrong, and which database is missing, without the password", async () => {
    const wrong = await errorOf(database(url({ secret: "wrong-p@ss" })).query("SELECT 1 AS one"));
    expect([wrong.code, wrong.message]).toEqual([
      "DATABASE_ACCESS_DENIED",
      expect.stringContaining(`postgresql://app@${place}/postgres: `),
    ]);
    expect(`${wrong.message} ${wrong.stack} ${JSON.stringify(wrong)}`).not.toMatch(/wrong-p(@|%40)ss/);
    const missing = await errorOf(database(url({ name: "shop" })).query("SELECT 1 AS one"));
    expect([missing.code, missing.message]).toEqual([
      "DATABASE_NOT_FOUND",
      expect.stringMatching(/"shop".*Create the database, or name another one/s),
    ]);
    await using db = database(url());
    await db.query("SELECT 1 AS one");
    const forbidden = await errorOf(db.execute("CREATE DATABASE more"));
    expect(forbidden.code).toBe("DATABASE_ACCESS_DENIED");
  });

  test("means by sslmode what libpq means", async () => {
    for (const query of ["", "?sslmode=prefer", "?sslmode=allow", "?sslmode=disable", "?ssl=prefer"]) {
      await using db = database(url({ query }));
      expect(await db.query("SELECT 1 AS one")).toEqual([{ one: 1 }]);
    }
    for (const mode of ["require", "verify-ca", "verify-full"]) {
      const { message } = await errorOf(database(url({ query: `?sslmode=${mode}` })).query("SELECT 1 AS one"));
      expect(message).toContain("does not support SSL connections");
    }
    await expect(database(url({ query: "?sslmode=always" })).query("SELECT 1 AS one")).rejects.toThrow(
      'sslmode of a database is "always": give one of disable, allow, prefer, require, verify-ca, verify-full.',
    );
  });

  test("keeps nothing of the state that a caller leaves behind", async () => {
    await using db = database(url());
    await db.execute("BEGIN");
    await db.execute("CREATE TEMP TABLE leftover (id int)");
    expect((await errorOf(db.query("SELECT * FROM leftover"))).code).toBe("DATABASE_TABLE_NOT_FOUND");
  });

  test("gives values with all of their digits", async () => {
    await using db = database(url());
    const [row] =
      await db.query(`SELECT 9007199254740993::int8 AS big, 7::int8 AS small, 1.10::numeric AS exact, sum(x)::numeric AS total,
      '2026-01-31 13:00:00.123456+01'::timestamptz AS moment, '2026-01-31 12:00:00.1'::timestamp AS local, 'infinity'::timestamptz AS never,
      '0044-03-15'::date AS day, 'NaN'::float8 AS nan, '{"id": 9007199254740993, "share": 0.5}'::jsonb AS doc, '\\xff00'::bytea AS bytes,
      ARRAY[1, NULL, 3]::int8[] AS list, ARRAY['2026-01-31 12:00+00'::timestamptz] AS moments, true AS yes, interval '1 day 2 hours' AS span
      FROM generate_series(1, 3) AS x`);
    expect(row).toEqual({
      big: 9007199254740993n,
      small: 7,
      exact: "1.10",
      total: "6",
      moment: "2026-01-31T12:00:00.123456Z",
      local: "2026-01-31T12:00:00.1",
      never: "infinity",
      day: "0044-03-15",
      nan: Number.NaN,
      doc: { id: 9007199254740993n, share: 0.5 },
      bytes: new Uint8Array([0xff, 0]),
      list: [1, null, 3],
      moments: ["2026-01-31T12:00:00Z"],
      yes: true,
      span: "1 day 02:00:00",
    });
    const { moment } = row as { readonly moment: string };
    const same = await db.query(
      "SELECT (:moment)::timestamptz = '2026-01-31 12:00:00.123456+00' AS same, 3 = ANY((:ids)::int8[]) AS listed",
      {
        moment,
        ids: [1, 3],
      },
    );
    expect(same).toEqual([{ same: true, listed: true }]);
  });

  test("says where the connection was lost whether the outcome is known, and goes on with the next statement", async () => {
    await using db = database(url());
    await db.query("SELECT 1 AS one");
    const isRunning = async () => {
      await using watching = database(postgres.url);
      const [row] = await watching.query<{ n: number }>(
        "SELECT count(*) AS n FROM pg_stat_activity WHERE query LIKE 'SELECT pg_sleep%' AND state = 'active'",
      );
      return row?.n;
    };
    const alone = errorOf(db.query("SELECT pg_sleep(600) AS slept"));
    const within = errorOf(db.transaction((transaction) => transaction.query("SELECT pg_sleep(600) AS slept")));
    await expect.poll(isRunning).toBe(2);
    await postgres.stop("immediate");
    const errors = await Promise.all([alone, within]);
    expect(errors.map(({ code }) => code)).toEqual(["DATABASE_CONNECTION_LOST", "DATABASE_CONNECTION_LOST"]);
    expect(errors[0]?.message).toContain("Nobody knows whether the statement was carried out");
    expect(errors[1]?.message).toContain("The transaction was not kept: run it again.");

    const away = await errorOf(db.query("SELECT 1 AS one"));
    expect([away.code, away.message]).toEqual([
      "DATABASE_UNREACHABLE",
      expect.stringContaining(`Check that PostgreSQL runs at ${place}`),
    ]);
    await postgres.restart();
    await expect.poll(() => db.query("SELECT 1 AS one").catch(() => undefined)).toEqual([{ one: 1 }]);
  });
});

describe.skipIf(mariadbMissing !== undefined)(
  `MySQL${mariadbMissing === undefined ? "" : ` (${mariadbMissing})`}`,
  () => {
    test("says which credentials are wrong, and where nothing answers", async () => {
      const { url, stop } = await startMariadb();
      const wrong = await errorOf(database(url.replace("p%40ss", "hidden")).query("SELECT 1 AS one"));
      expect(wrong.code).toBe("DATABASE_ACCESS_DENIED");
      expect(wrong.message).not.toContain("hidden");
      const none = await errorOf(database(url.replace("/shop", "/missing")).query("SELECT 1 AS one"));
      expect(["DATABASE_NOT_FOUND", "DATABASE_ACCESS_DENIED"]).toContain(none.code);
      await using db = database(url);
      const [row] = await db.query(
        "SELECT 9007199254740993 AS big, CAST(1.10 AS DECIMAL(10, 2)) AS exact, CAST('2026-01-31 12:00:00.123456' AS DATETIME(6)) AS local, x'ff00' AS bytes",
      );
      expect(row).toEqual({
        big: 9007199254740993n,
        exact: "1.10",
        local: "2026-01-31T12:00:00.123456",
        bytes: new Uint8Array([0xff, 0]),
      });
      await stop();
      const away = await errorOf(db.query("SELECT 1 AS one").catch(() => db.query("SELECT 1 AS one")));
      expect(away.code).toBe("DATABASE_UNREACHABLE");
      expect(away.message).toContain("Check that MySQL runs at 127.0.0.1:");
    });
  },
);

test("says which file is not a database, and which folder is missing", async () => {
  const folder = await mkdtemp(join(tmpdir(), "ostinato-sql-"));
  const file = join(folder, "notes.txt");
  await writeFile(file, "These are notes, and they are longer than the header of a database is. ".repeat(20));
  for (const [url, path] of [
    [`sqlite:///${join(folder, "none", "shop.db")}`, join(folder, "none", "shop.db")],
    [`sqlite:///${file}`, file],
    [`duckdb:///${file}`, file],
    [`duckdb:///${join(folder, "none", "shop.db")}`, join(folder, "none", "shop.db")],
  ] as const) {
    const { code, message } = await errorOf(database(url).query("SELECT count(*) AS n FROM trips"));
    expect([code, message]).toEqual(["DATABASE_UNREACHABLE", expect.stringContaining(path)]);
  }
  await rm(folder, { recursive: true, maxRetries: 5 });
});

test("a database in memory lives as long as its connections, and all callers see it", async () => {
  for (const url of ["sqlite://", "sqlite:///:memory:", "duckdb:///:memory:"]) {
    await using db = database(url);
    await db.execute("CREATE TABLE numbers (id BIGINT)");
    await Promise.all([1, 2, 3].map((id) => db.execute("INSERT INTO numbers VALUES (:id)", { id })));
    expect(await db.query("SELECT count(*) AS n FROM numbers")).toEqual([{ n: 3 }]);
  }
});

test("DuckDB gives values with all of their digits", async () => {
  await using db = database("duckdb:///:memory:");
  const [row] =
    await db.query(`SELECT 9007199254740993 AS big, sum(x) AS total, 1.10::DECIMAL(10, 2) AS exact, 'infinity'::DATE AS never,
    '-infinity'::TIMESTAMP AS always, 'infinity'::TIMESTAMP_NS AS nano, TIMESTAMPTZ '2026-01-31 13:00:00.123456+01' AS moment, DATE '0044-03-15' AS day,
    '2026-01-31 12:00:00.123456789'::TIMESTAMP_NS AS exactly, [1, NULL] AS list, {'a': [2::HUGEINT]} AS fields, MAP {'k': 1} AS pairs, uuid() IS NULL AS yes,
    '\\xff'::BLOB AS bytes, INTERVAL 3 DAY AS span, TIME '12:00:00.5' AS clock FROM (VALUES (1), (2)) v(x)`);
  expect(row).toEqual({
    big: 9007199254740993n,
    total: 3,
    exact: "1.10",
    never: "infinity",
    always: "-infinity",
    nano: "infinity",
    moment: "2026-01-31T12:00:00.123456Z",
    day: "0044-03-15",
    exactly: "2026-01-31T12:00:00.123456789",
    list: [1, null],
    fields: { a: [2] },
    pairs: new Map([["k", 1]]),
    yes: false,
    bytes: new Uint8Array([0xff]),
    span: "3 days",
    clock: "12:00:00.5",
  });
});
