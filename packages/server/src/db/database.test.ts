import { DatabaseSync } from "node:sqlite";
import { type Clock, systemClock, timeOrderedId } from "@ostinato/core";
import { fakeClock } from "@ostinato/testing/clock";
import { describeOnEachDatabase } from "@ostinato/testing/databases";
import { CompiledQuery, sql } from "kysely";
import { afterEach, expect, test } from "vitest";
import { readConfig } from "../kernel/config.ts";
import { isUniqueViolation } from "./constraint.ts";
import { type Database, DatabaseUnavailable, maxSlowReads, type Reader, type Writer } from "./dialect.ts";
import { migrate, reset, SchemaTooNew, statementsOf } from "./migrate.ts";
import { migrations } from "./migrations/index.ts";
import { openDatabase } from "./open.ts";
import { portable } from "./portable.ts";
import { openSqlite } from "./sqlite/sqlite.ts";

const clock = systemClock({ keepAlive: true });

const retentionIndexes = [
  "result_kept",
  "result_location",
  "task_run_free_end",
  "task_run_state_cache_expiration",
  "task_run_state_cache_state",
];

describeOnEachDatabase("the database", (underTest) => {
  const opened: Database[] = [];
  afterEach(async () => {
    await Promise.all(opened.splice(0).map((database) => database.close()));
  });

  async function open(url: string): Promise<Database> {
    const database = await openDatabase(readConfig({ OSTINATO_DATABASE_URL: url }), clock);
    opened.push(database);
    return database;
  }

  async function fresh(): Promise<Database> {
    const database = await open((await underTest.another()).url);
    await migrate(database, clock);
    return database;
  }

  test("two servers that start at once make the tables once", async () => {
    const { url } = await underTest.another();
    const databases = await Promise.all([open(url), open(url), open(url)]);
    const done = await Promise.all(databases.map((database) => migrate(database, clock)));
    expect(done.flatMap(({ applied }) => applied)).toEqual(migrations.map(({ name }) => name));
    for (const database of databases) expect(await names(database)).toEqual([]);
  });

  test("a newer schema is refused, with what to do", async () => {
    const database = await fresh();
    await database.execute("INSERT INTO migration (name, applied) VALUES ('9999-from-the-future', 0)");
    await expect(migrate(database, clock)).rejects.toThrow(SchemaTooNew);
    await expect(migrate(database, clock)).rejects.toThrow("9999-from-the-future");
  });

  test("a newer but compatible schema is used and named in the log", async () => {
    const database = await fresh();
    await database.execute("INSERT INTO migration (name, applied, breaking) VALUES ('9999-one-more-index', 0, 0)");
    expect(await migrate(database, clock)).toEqual({ applied: [], newer: ["9999-one-more-index"] });
    await database.write((tx) => addFlow(tx, "added"));
    expect(await names(database)).toEqual(["added"]);
  });

  test("a migration that is missing below a newer schema is applied", async () => {
    const database = await fresh();
    await database.execute("INSERT INTO migration (name, applied, breaking) VALUES ('9999-one-more-index', 0, 0)");
    await database.execute("DELETE FROM migration WHERE name = '0002-retention'");
    for (const index of retentionIndexes) await database.execute(`DROP INDEX ${index}`);
    expect(await migrate(database, clock)).toEqual({ applied: ["0002-retention"], newer: ["9999-one-more-index"] });
    expect(await indexes(database)).toEqual(await indexes(await fresh()));
  });

  test.each(migrations.slice(0, -1).map(({ name }, index) => [name, index + 1] as const))(
    "a database of %s is upgraded with all that it holds, to the tables and indexes of a new one",
    async (_, count) => {
      const database = await open((await underTest.another()).url);
      const { moment } = database.types;
      await database.write(async (tx) => {
        await sql.raw(`CREATE TABLE migration (name text PRIMARY KEY, applied ${moment} NOT NULL)`).execute(tx);
        for (const { name, up } of migrations.slice(0, count)) {
          for (const step of up(database.types)) {
            if (typeof step === "function") await step(tx);
            else for (const statement of statementsOf(step, database.kind)) await sql.raw(statement).execute(tx);
          }
          await sql`INSERT INTO migration (name, applied) VALUES (${name}, 0)`.execute(tx);
        }
      });
      await database.write((tx) => addFlow(tx, "kept"));
      expect((await migrate(database, clock)).applied).toEqual(
        migrations.slice(count).map((migration) => migration.name),
      );
      expect(await names(database)).toEqual(["kept"]);
      expect(await indexes(database)).toEqual(await indexes(await fresh()));
    },
  );

  test("a reset leaves empty tables", async () => {
    const database = await fresh();
    await database.write((tx) => addFlow(tx, "old"));
    await reset(database, clock);
    expect(await names(database)).toEqual([]);
  });

  test("units that arrive together succeed or fail independently", async () => {
    const database = await fresh();
    const results = await Promise.allSettled(
      ["a", "b", "a", "c"].map((name) =>
        database.write(async (tx) => {
          await addFlow(tx, name);
          if (name === "b") throw new Error("changed my mind");
        }),
      ),
    );
    expect(results.map(({ status }) => status).sort()).toEqual(["fulfilled", "fulfilled", "rejected", "rejected"]);
    expect(await names(database)).toEqual(["a", "c"]);
  });

  test("a deferred statement is visible to the later ones of its unit and is committed with them", async () => {
    const database = await fresh();
    const seen = await database.write(async (tx, later) => {
      await addFlow(later, "deferred");
      const rows = await tx.selectFrom("flow").select("name").execute();
      await addFlow(later, "last");
      return rows;
    });
    expect(seen).toEqual([{ name: "deferred" }]);
    expect((await names(database)).toSorted()).toEqual(["deferred", "last"]);
  });

  test("a deferred statement that fails makes its unit fail with its own error, and no other unit", async () => {
    const database = await fresh();
    const twice = database.write(async (_, later) => {
      await addFlow(later, "twice");
      await addFlow(later, "twice");
      return "kept";
    });
    const twiceThenMore = database.write(async (tx, later) => {
      await addFlow(later, "twice");
      await addFlow(later, "twice");
      await tx.selectFrom("flow").select("name").execute();
    });
    const thrown = database.write(async (_, later) => {
      await addFlow(later, "thrown away");
      throw new Error("changed my mind");
    });
    const other = database.write((_, later) => addFlow(later, "other"));
    const ends = await Promise.allSettled([twice, twiceThenMore, thrown, other]);
    const reasons = ends.flatMap((end) => (end.status === "rejected" ? [end.reason] : []));
    expect(reasons.map(isUniqueViolation)).toEqual([true, true, false]);
    expect(reasons[2]).toMatchObject({ message: "changed my mind" });
    expect(ends[3].status).toBe("fulfilled");
    expect(await names(database)).toEqual(["other"]);
  });

  test("once a unit is acknowledged, the next unit and every reader see its rows", async () => {
    const database = await fresh();
    await database.write((tx) => addFlow(tx, "seen"), { together: "seen" });
    expect(await names(database)).toEqual(["seen"]);
    const slow = await database.slow.selectFrom("flow").select("name").execute();
    expect(slow).toEqual([{ name: "seen" }]);
  });
});

describeOnEachDatabase("units that may share a transaction", (underTest) => {
  const opened: Database[] = [];
  afterEach(async () => {
    await Promise.all(opened.splice(0).map((database) => database.close()));
  });

  async function fresh(servers = 1): Promise<Database[]> {
    const { url } = await underTest.another();
    const config = readConfig({ OSTINATO_DATABASE_URL: url });
    opened.push(...(await Promise.all(Array.from({ length: servers }, () => openDatabase(config, clock)))));
    for (const database of opened) await migrate(database, clock);
    return [...opened];
  }

  test("one that throws after it has written, and one whose statement fails, leave the others committed", async () => {
    const [database] = (await fresh()) as [Database];
    const add = (name: string) =>
      database.write(
        async (tx) => {
          await addFlow(tx, name);
          if (name === "thrower") throw new Error("changed my mind");
        },
        { together: name },
      );
    for (const bad of ["thrower", "kept 0"]) {
      const results = await Promise.allSettled(
        [`with ${bad}`, bad, `and ${bad}`].map(add).concat(bad === "thrower" ? add("kept 0") : []),
      );
      expect(results.map(({ status }) => status).slice(0, 3)).toEqual(["fulfilled", "rejected", "fulfilled"]);
    }
    expect(await names(database)).toEqual(["kept 0", "and kept 0", "and thrower", "with kept 0", "with thrower"]);
  });

  test("each unit that changes a row sees the change of the unit before", async () => {
    const servers = await fresh(2);
    await servers[0]?.write((tx) => addFlow(tx, "counter"));
    const count = (database: Database) =>
      database.write(
        async (tx) => {
          const { rows } = await sql<{ id: string; labels: string }>`SELECT id, labels FROM flow
            WHERE name = 'counter' ${portable.rowLock("flow")}`.execute(tx);
          const labels = String(Number(rows[0]?.labels === "{}" ? 0 : rows[0]?.labels) + 1);
          await tx.updateTable("flow").set({ labels }).where("name", "=", "counter").execute();
          return labels;
        },
        { together: "counter" },
      );
    const counted = await Promise.all(Array.from({ length: 40 }, (_, index) => count(servers[index % 2] as Database)));
    expect(counted.map(Number).sort((a, b) => a - b)).toEqual(Array.from({ length: 40 }, (_, index) => index + 1));
  });

  test("groups of two servers that lock the same rows in different orders all finish", async () => {
    const servers = await fresh(2);
    const all = Array.from({ length: 8 }, (_, index) => `row ${index}`);
    await servers[0]?.write(async (tx) => {
      for (const name of all) await addFlow(tx, name);
    });
    const rename = (database: Database, name: string, key: string) =>
      database.write(
        async (tx) => {
          await sql`SELECT id FROM flow WHERE name = ${name} ${portable.rowLock("flow")}`.execute(tx);
          await sql`UPDATE flow SET labels = ${key} WHERE name = ${name}`.execute(tx);
        },
        { together: key },
      );
    const [one, other] = servers as [Database, Database];
    const rounds = Array.from({ length: 5 }, () => [
      ...all.map((name, index) => rename(one, name, String(index))),
      ...all.map((name, index) => rename(other, name, String(9 - index))),
    ]);
    await Promise.all(rounds.flat());
  });

  if (underTest.name === "postgresql") {
    test("a connection is killed in the middle of a group: each unit is committed once", async () => {
      const [database, killer] = (await fresh(2)) as [Database, Database];
      let kills = 0;
      const add = (name: string) =>
        database.write(
          async (tx) => {
            await addFlow(tx, name);
            if (name === "killer" && kills++ === 0) {
              await terminateOthers(killer);
              await tx.executeQuery(CompiledQuery.raw("SELECT 1"));
            }
          },
          { together: name },
        );
      await database.write((tx) => addFlow(tx, "first"), { together: "first" });
      await Promise.all(["before", "killer", "with", "and with"].map(add));
      expect(await names(database)).toEqual(["with", "first", "before", "killer", "and with"]);
      await Promise.all(["x", "y"].map(add));
      expect((await names(database)).slice(0, 2)).toEqual(["x", "y"]);
    });
  }
});

describeOnEachDatabase("long reads", (underTest) => {
  test("wait for each other up to a bound; more are refused at once, and a later one is answered", async () => {
    const database = await openDatabase(readConfig({ OSTINATO_DATABASE_URL: underTest.url }), clock);
    const read = () => sql<{ one: number }>`SELECT 1 AS one`.execute(database.slow);
    const answers = await Promise.allSettled(Array.from({ length: maxSlowReads * 2 }, read));
    const refused = answers.flatMap((answer) => (answer.status === "rejected" ? [answer.reason] : []));
    expect(answers.length - refused.length).toBeGreaterThanOrEqual(maxSlowReads);
    expect(refused.length).toBeGreaterThan(0);
    for (const reason of refused) expect(reason).toBeInstanceOf(DatabaseUnavailable);
    expect(refused[0]).toMatchObject({ message: expect.stringContaining(`${maxSlowReads} searches`) });
    expect((await read()).rows).toEqual([{ one: 1 }]);
    await database.close();
  });
});

describeOnEachDatabase("a search for a part of a text", (underTest) => {
  const texts = ["Run-7777", "run-777", "50%_Off", "50 off", "C:\\new", "Straße 12", "Ärger"];

  test.each([
    ["run-777", ["Run-7777", "run-777"]],
    ["RUN-7777", ["Run-7777"]],
    ["-77", ["Run-7777", "run-777"]],
    ["50%_o", ["50%_Off"]],
    ["%", ["50%_Off"]],
    [":\\N", ["C:\\new"]],
    ["straße 12", ["Straße 12"]],
    ["RGER", ["Ärger"]],
    ["", texts],
    ["run-8", []],
  ])("finds %j whatever its case", async (text, found) => {
    const database = await openDatabase(readConfig({ OSTINATO_DATABASE_URL: underTest.url }), clock);
    const rows = JSON.stringify(texts.map((name) => ({ name })));
    const table = portable.rowsOf(rows, { name: "text" });
    const condition = portable.contains("given.name", text);
    const result = await sql<{ name: string }>`SELECT name FROM ${table} AS given WHERE ${condition}`.execute(
      database.read,
    );
    expect(result.rows.map(({ name }) => name)).toEqual(found);
    await database.close();
  });
});

describeOnEachDatabase("rows handed over as JSON", (underTest) => {
  test("come out typed, with nulls", async () => {
    const database = await openDatabase(readConfig({ OSTINATO_DATABASE_URL: underTest.url }), clock);
    const id = timeOrderedId(clock.now());
    const rows = JSON.stringify([
      { id, at: 1795293010884641, text: "ä", flag: 1 },
      { id, at: null, text: null, flag: 0 },
    ]);
    const table = portable.rowsOf(rows, { id: "uuid", at: "moment", text: "text", flag: "flag" });
    const result = await sql`SELECT id, at, text, flag FROM ${table} AS given`.execute(database.read);
    expect(result.rows).toEqual([
      { id, at: 1795293010884641, text: "ä", flag: 1 },
      { id, at: null, text: null, flag: 0 },
    ]);
    await database.close();
  });
});

describeOnEachDatabase("a database that can't be used for a while", (underTest) => {
  if (underTest.name === "sqlite") {
    test("locked by another process: a write waits, and gives up after its patience with nothing kept", async () => {
      const { file, database, time } = await sqliteWithFakeClock();
      const other = new DatabaseSync(file);
      other.exec("BEGIN IMMEDIATE");
      const waiting = database.write((tx) => addFlow(tx, "patient"));
      await time.untilWaiting();
      other.exec("COMMIT");
      await time.advance(0.25);
      await waiting;

      other.exec("BEGIN IMMEDIATE");
      const refused = expect(database.write((tx) => addFlow(tx, "refused"))).rejects.toThrow(DatabaseUnavailable);
      await time.untilWaiting();
      await time.advance(11);
      await refused;
      other.exec("COMMIT");
      other.close();
      expect(await names(database)).toEqual(["patient"]);
      await database.close();
    });

    test("full: the write is refused as a whole, and the next one works when there is room", async () => {
      const { database } = await sqliteWithFakeClock();
      await database.execute("PRAGMA max_page_count = 150");
      const large = "x".repeat(2_000_000);
      await expect(database.write((tx) => addFlow(tx, large))).rejects.toThrow(DatabaseUnavailable);
      await database.write((tx) => addFlow(tx, "small"));
      await database.execute("PRAGMA max_page_count = 4294967294");
      await database.write((tx) => addFlow(tx, large));
      expect((await names(database)).map((name) => name.length)).toEqual([5, 2_000_000]);
      await database.close();
    });

    test("a column that another program adds under prepared statements does not move values to a wrong name", async () => {
      const { file, database } = await sqliteWithFakeClock();
      await database.write((tx) => addFlow(tx, "steady"));
      const readers = [database.read, database.slow];
      const read = (reader: Reader) =>
        reader.selectFrom("flow").selectAll("flow").select(sql<string>`'last'`.as("ending")).execute();
      await Promise.all(readers.map(read));
      const other = new DatabaseSync(file);
      other.exec("ALTER TABLE flow ADD COLUMN added TEXT DEFAULT 'new'");
      other.close();
      for (const rows of await Promise.all(readers.map(read))) {
        expect(rows).toMatchObject([{ name: "steady", labels: "{}", added: "new", ending: "last" }]);
      }
      await database.close();
    });
  } else {
    test("broken connections are reopened, and the unit runs again", async () => {
      const database = await openDatabase(readConfig({ OSTINATO_DATABASE_URL: underTest.url }), clock);
      await migrate(database, clock);
      const killer = await openDatabase(readConfig({ OSTINATO_DATABASE_URL: underTest.url }), clock);
      let attempts = 0;
      await database.write(async (tx) => {
        attempts += 1;
        await addFlow(tx, "survivor");
        if (attempts === 1) await terminateOthers(killer);
        await sql`SELECT 1`.execute(tx);
      });
      expect(attempts).toBe(2);
      expect(await names(database)).toEqual(["survivor"]);
      await database.close();
      await killer.close();
    });
  }

  async function sqliteWithFakeClock() {
    const { url } = await underTest.another();
    const file = url.replace("sqlite://", "");
    const time = fakeClock();
    const database = openSqlite({ file, clock: time as Clock });
    await migrate(database, time);
    return { file, database, time };
  }
});

function addFlow(tx: Writer, name: string) {
  const now = clock.now();
  const row = { id: timeOrderedId(now), created: now, updated: now, name, tags: "[]", labels: "{}" };
  return tx.insertInto("flow").values(row).execute();
}

async function names(database: Database): Promise<string[]> {
  const rows = await database.read.selectFrom("flow").select("name").orderBy("name").execute();
  return rows.map(({ name }) => name).sort((a, b) => a.length - b.length || a.localeCompare(b));
}

async function terminateOthers(database: Database): Promise<void> {
  await sql`SELECT pg_terminate_backend(pid) FROM pg_stat_activity
    WHERE datname = current_database() AND pid <> pg_backend_pid() AND application_name = 'ostinato'`.execute(
    database.read,
  );
}

async function indexes({ kind, read }: Database): Promise<readonly { name: string; definition: string }[]> {
  const { rows } = await (kind === "sqlite"
    ? sql<{ name: string; definition: string }>`SELECT name, sql AS definition FROM sqlite_schema
        WHERE type = 'index' AND sql IS NOT NULL ORDER BY name`
    : sql<{ name: string; definition: string }>`SELECT indexname AS name, indexdef AS definition FROM pg_indexes
        WHERE schemaname = current_schema() ORDER BY indexname`
  ).execute(read);
  return rows;
}
