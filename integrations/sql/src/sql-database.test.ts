import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import * as z from "zod";
import { databaseKinds, type StartedDatabase } from "../test/databases.ts";
import { DatabaseError, database, type SqlDatabase } from "./index.ts";

for (const { kind, missing, start } of databaseKinds) {
  const title = missing === undefined ? kind : `${kind} (${missing})`;
  describe.skipIf(missing !== undefined)(title, () => {
    let started: StartedDatabase;
    let db: SqlDatabase;
    beforeAll(async () => {
      started = await start();
      db = database(started.url);
    });
    afterAll(async () => {
      await db?.close();
      await started?.stop();
    });
    beforeEach(async () => {
      await db.execute("DROP TABLE IF EXISTS trips");
      await db.execute("CREATE TABLE trips (id BIGINT PRIMARY KEY, zone VARCHAR(80), fare DOUBLE PRECISION)");
    });

    const fill = (rows: number) =>
      db.load(
        "trips",
        Array.from({ length: rows }, (_, at) => ({ id: at + 1, zone: `zone ${at % 7}`, fare: at / 2 })),
      );
    const codeOf = async (act: Promise<unknown>) => {
      const error = await act.then(
        () => undefined,
        (reason: unknown) => reason,
      );
      expect(error).toBeInstanceOf(DatabaseError);
      return error as DatabaseError;
    };

    test("names its parameters, and leaves texts, casts and comments alone", async () => {
      const rows = await db
        .query(
          `SELECT ':day' AS "text", CAST(:day AS CHAR(3)) AS shown, CAST(:day AS CHAR(3)) AS twice -- :not
       /* nor :this */`,
          { day: "sun" },
        )
        .catch(async (error) => {
          // MySQL takes double quotes for text.
          if (kind !== "MySQL") throw error;
          return await db.query("SELECT ':day' AS `text`, :day AS shown, :day AS twice -- :not", { day: "sun" });
        });
      expect(rows).toEqual([{ text: ":day", shown: "sun", twice: "sun" }]);
    });

    test("keeps each value that is bound", async () => {
      await db.load("trips", [
        { id: 9007199254740993n, zone: "tab\tquote'back\\slash\nüÜ漢🚕 \\N %s", fare: 1.5 },
        { id: 2, zone: null, fare: -0.25 },
        { id: 3, zone: "", fare: undefined },
      ]);
      await db.execute("INSERT INTO trips (id, zone, fare) VALUES (:id, :zone, :fare)", {
        id: 4,
        zone: "it's",
        fare: 7,
      });
      expect(await db.query("SELECT * FROM trips ORDER BY id")).toEqual([
        { id: 2, zone: null, fare: -0.25 },
        { id: 3, zone: "", fare: null },
        { id: 4, zone: "it's", fare: 7 },
        { id: 9007199254740993n, zone: "tab\tquote'back\\slash\nüÜ漢🚕 \\N %s", fare: 1.5 },
      ]);
    });

    test("binds a Date as the moment in UTC, as the first value too", async () => {
      const type = kind === "MySQL" ? "DATETIME(6)" : "TIMESTAMP";
      await db.execute("DROP TABLE IF EXISTS moments");
      await db.execute(`CREATE TABLE moments (happened ${type}, id INTEGER)`);
      const happened = new Date("1899-12-31T23:59:58.750Z");
      await db.execute("INSERT INTO moments VALUES (:happened, :id)", { happened, id: 1 });
      await db.load("moments", [{ happened, id: 2 }]);
      const [first, second, ...others] = await db.query<{ happened: string; id: number }>(
        "SELECT * FROM moments WHERE happened = :happened ORDER BY id",
        { happened },
      );
      expect([first?.id, second?.id, others]).toEqual([1, 2, []]);
      expect(first?.happened.replace(" ", "T")).toMatch(/^1899-12-31T23:59:58\.750?(000)?$/);
    });

    test("refuses what it can't bind, by the name of the parameter", async () => {
      const given = (day: unknown) => codeOf(db.query("SELECT :day AS shown", { day }));
      for (const day of [new Map(), undefined, new Date(Number.NaN), "\ud800", { a: 1 }, () => 1]) {
        const { code, message } = await given(day);
        expect([code, message]).toEqual(["DATABASE_VALUE_REFUSED", expect.stringContaining("the parameter :day ")]);
      }
      expect((await codeOf(db.query("SELECT :day AS shown", { dag: 1 }))).message).toContain(
        "the statement has a parameter :day, and given are dag",
      );
      expect((await codeOf(db.query("SELECT 1 AS shown", { day: 1 }))).message).toContain(
        "does not use the parameter :day",
      );
    });

    test("gives typed rows by a schema, and names the row, the column and the value that do not pass it", async () => {
      await fill(2);
      const schema = z.object({ id: z.bigint(), zone: z.string().transform((zone) => zone.toUpperCase()) });
      const rows = await db.query("SELECT id, zone FROM trips ORDER BY id", undefined, { schema });
      expect(rows).toEqual([
        { id: 1n, zone: "ZONE 0" },
        { id: 2n, zone: "ZONE 1" },
      ]);
      const wrong = db.query("SELECT id, zone FROM trips ORDER BY id", undefined, {
        schema: z.object({ id: z.literal(1) }),
      });
      await expect(wrong).rejects.toThrow(/Row 2 of the result does not pass the schema: id: /);
    });

    test("streams rows in their order, and ends the statement where the loop is left", async () => {
      expect(await fill(2500)).toBe(2500);
      let sum = 0;
      for await (const { id } of db.stream<{ id: number }>(
        "SELECT id FROM trips ORDER BY id",
        {},
        { batchRows: 100 },
      )) {
        sum += id;
        // Other statements run meanwhile.
        if (id % 1000 === 0) expect(await db.query("SELECT count(*) AS n FROM trips")).toEqual([{ n: 2500 }]);
      }
      expect(sum).toBe((2500 * 2501) / 2);
      for await (const { id } of db.stream<{ id: number }>("SELECT id FROM trips ORDER BY id")) if (id === 3) break;
      await db.transaction(async (transaction) => {
        for await (const { id } of transaction.stream<{ id: number }>("SELECT id FROM trips ORDER BY id"))
          if (id === 3) break;
        await transaction.execute("DELETE FROM trips WHERE id <= :last", { last: 10 });
      });
      expect(await db.query("SELECT count(*) AS n FROM trips")).toEqual([{ n: 2490 }]);
    });

    test("loads all rows or none, in batches, from rows that come one by one", async () => {
      async function* rows(end: number, last?: unknown) {
        for (let id = 1; id <= end; id++) yield { id, zone: `zone ${id}`, fare: id };
        if (last !== undefined) yield { id: end + 1, zone: last, fare: 0 };
      }
      expect(await db.load("trips", rows(1001), { batchRows: 100 })).toBe(1001);
      await db.execute("DELETE FROM trips");
      expect((await codeOf(db.load("trips", rows(250, new Set()), { batchRows: 100 }))).message).toContain(
        'the column "zone" of row 251 for the table trips is a Set',
      );
      const broken = (async function* () {
        yield* rows(150);
        throw new RangeError("the file ends here");
      })();
      await expect(db.load("trips", broken, { batchRows: 100 })).rejects.toThrow(new RangeError("the file ends here"));
      expect((await codeOf(db.load("trips", [{ id: 1 }, { id: 2 }, { id: 1 }]))).code).toBe(
        "DATABASE_CONSTRAINT_VIOLATED",
      );
      expect(await db.query("SELECT count(*) AS n FROM trips")).toEqual([{ n: 0 }]);
      expect(await db.load("trips", [])).toBe(0);
      expect((await codeOf(db.load("trips", [{ id: 1 }, { id: 2, zone: "x" }]))).message).toContain(
        'row 2 for the table trips has the column "zone"',
      );
    });

    test("keeps a transaction whole, or nothing of it", async () => {
      const kept = await db.transaction(async (transaction) => {
        await transaction.execute("INSERT INTO trips (id) VALUES (1)");
        await transaction.load("trips", [{ id: 2 }, { id: 3 }]);
        return (await transaction.query("SELECT id FROM trips")).length;
      });
      expect(kept).toBe(3);
      const failing = db.transaction(async (transaction) => {
        await transaction.execute("DELETE FROM trips");
        throw new TypeError("changed my mind");
      });
      await expect(failing).rejects.toThrow(new TypeError("changed my mind"));
      expect(await db.query("SELECT id FROM trips ORDER BY id")).toEqual([{ id: 1 }, { id: 2 }, { id: 3 }]);
    });

    test("never says that a transaction was kept that the database has rolled back", async () => {
      const swallowing = db.transaction(async (transaction) => {
        await transaction.execute("INSERT INTO trips (id) VALUES (1)");
        await transaction.execute("INSERT INTO trips (id) VALUES (1)").catch(() => {});
      });
      const rows = () => db.query("SELECT id FROM trips");
      // MySQL and SQLite take back the failed statement alone.
      if (kind === "MySQL" || kind === "SQLite") {
        await swallowing;
        expect(await rows()).toEqual([{ id: 1 }]);
        return;
      }
      const { code, message } = await codeOf(swallowing);
      expect([code, message]).toEqual(["DATABASE_ROLLED_BACK", expect.stringContaining("nothing of it is kept")]);
      expect(await rows()).toEqual([]);
    });

    test("says what is wrong with a statement, and what to do", async () => {
      await fill(1);
      const problems: readonly (readonly [string, string, RegExp])[] = [
        ["SELECT * FROM journeys", "DATABASE_TABLE_NOT_FOUND", /journeys.*Create the table, or check its name/s],
        ["SELECT price FROM trips", "DATABASE_COLUMN_NOT_FOUND", /price.*Check the name of the column/s],
        [
          "INSERT INTO trips (id) VALUES (1)",
          "DATABASE_CONSTRAINT_VIOLATED",
          /Change the rows so that the table's constraints hold/,
        ],
        [
          "SELECT 1; SELECT 2",
          kind === "SQLite" || kind === "DuckDB" ? "DATABASE_VALUE_REFUSED" : "DATABASE_FAILED",
          /./,
        ],
        ["SELECT 1 AS id, 2 AS id", "DATABASE_VALUE_REFUSED", /two columns of the result are named "id"/],
      ];
      for (const [sql, code, message] of problems) {
        const error = await codeOf(db.query(sql));
        expect([sql, error.code, error.message]).toEqual([sql, code, expect.stringMatching(message)]);
        expect(error.message).toContain(`${db.url}: `);
      }
      const missing = await codeOf(db.load("journeys", [{ id: 1 }]));
      expect([missing.code, missing.message]).toEqual([
        "DATABASE_TABLE_NOT_FOUND",
        expect.stringContaining("journeys"),
      ]);
      const wrong = await codeOf(db.load("trips", [{ id: 5, distance: 1 }]));
      expect([wrong.code, wrong.message]).toEqual(["DATABASE_COLUMN_NOT_FOUND", expect.stringContaining("distance")]);
    });

    test.runIf(kind !== "SQLite")("refuses a value that the column does not take, and names both", async () => {
      const { code, message } = await codeOf(db.load("trips", [{ id: 1 }, { id: "seven" }]));
      expect([code, message]).toEqual(["DATABASE_VALUE_REFUSED", expect.stringMatching(/seven/)]);
    });

    test("has a statement stopped by the database", async () => {
      const endless =
        "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 2000000000) SELECT count(*) AS c FROM n";
      const unbounded =
        kind === "MySQL" ? "SELECT count(*) AS c FROM trips a, trips b, trips c, trips d, trips e" : endless;
      await fill(500);
      const { code } = await codeOf(db.query(unbounded, undefined, { timeoutSeconds: 0.05 }));
      expect(code).toBe(kind === "SQLite" ? "DATABASE_VALUE_REFUSED" : "DATABASE_TIMED_OUT");
      expect(await db.query("SELECT count(*) AS n FROM trips")).toEqual([{ n: 500 }]);
    });

    test("serves many callers at once", async () => {
      const add = (id: number) =>
        db.transaction(async (transaction) => {
          await transaction.execute("INSERT INTO trips (id) VALUES (:id)", { id });
          await transaction.query("SELECT count(*) AS n FROM trips");
        });
      await Promise.all(Array.from({ length: 20 }, (_, id) => add(id)));
      expect(await db.query("SELECT count(*) AS n FROM trips")).toEqual([{ n: 20 }]);
    });
  });
}
