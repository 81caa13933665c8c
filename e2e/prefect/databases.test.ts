import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { AsyncDatabase, Database, DatabaseCredentials } from "@ostinato/sql";
import { type Postgres, startPostgres } from "@ostinato/testing/postgres";
import { useConnection } from "ostinato";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { RunningServer } from "../child-server.ts";
import { startOstinato } from "../server-process.ts";
import { factsOf } from "./clients.ts";

/** A Python with Prefect's packages, which `.ci/run` makes. Without it the tests skip. */
const { PREFECT_BLOCKS_PYTHON: python } = process.env;

const programSeconds = 120;
const secret = "p@ss:w/rd %41";

describe.skipIf(python === undefined)("databases in both languages", () => {
  let server: RunningServer;
  let postgres: Postgres;
  let folder: string;
  let session: AsyncDisposable | undefined;
  let facts: Readonly<Record<string, unknown>>;

  beforeAll(async () => {
    [server, postgres, folder] = await Promise.all([
      startOstinato(),
      startPostgres(),
      mkdtemp(join(tmpdir(), "ostinato-databases-")),
    ]);
    await postgres.execute(`CREATE ROLE app LOGIN PASSWORD '${secret}'`);
    await postgres.execute("GRANT ALL ON SCHEMA public TO app");
    const { port } = new URL(postgres.url);
    const parts = { host: "127.0.0.1", port: Number(port), database: "postgres", username: "app", password: secret };
    session = await useConnection({ baseUrl: server.apiUrl, inProcess: false });
    const place = `app:${encodeURIComponent(secret)}@127.0.0.1:${port}/postgres`;
    await Database.save("from-typescript", {
      connection_info: `postgresql+psycopg2://${place}?connect_timeout=5`,
      fetch_size: 7,
    });
    await AsyncDatabase.save("from-typescript-async", { connection_info: { driver: "postgresql+asyncpg", ...parts } });
    await using db = await Database.load("from-typescript");
    await db.execute("CREATE TABLE invoices (id bigint, note text, amount numeric(10, 2), due timestamptz)");
    await db.load("invoices", [
      { id: 1, note: "tab\tü", amount: "1.10", due: new Date("2026-01-31T12:00:00.125Z") },
      { id: 2, note: null, amount: 2, due: "2026-02-01 00:00:00.000001+00" },
    ]);
    facts = await factsOf({
      program: "databases.py",
      python: python ?? "",
      server,
      seconds: programSeconds,
      environment: { DATABASE_PARTS: JSON.stringify(parts), SQLITE_FILE: join(folder, "shared.db") },
    });
  }, programSeconds * 1000);
  afterAll(async () => {
    await session?.[Symbol.asyncDispose]();
    await Promise.all([server?.stop(), postgres?.dispose()]);
    if (folder !== undefined) await rm(folder, { recursive: true, maxRetries: 5 });
  });

  test("Python reads and writes by a block that TypeScript has saved, with its password", () => {
    expect(facts).toEqual({
      class: "SqlAlchemyConnector",
      password: secret,
      url: expect.stringMatching(/^postgresql\+psycopg2:\/\/app:\*\*\*@127\.0\.0\.1:\d+\/postgres\?connect_timeout=5$/),
      fetch_size: 7,
      rows: [
        [1, "tab\tü", "1.10", "2026-01-31T12:00:00.125000+00:00"],
        [2, null, "2.00", "2026-02-01T00:00:00.000001+00:00"],
      ],
    });
  });

  test("TypeScript reads what Python wrote, by blocks of all forms that Python has saved", async () => {
    for (const block of [AsyncDatabase, DatabaseCredentials] as const) {
      await using db = await block.load(block === AsyncDatabase ? "python-async" : "python-old");
      expect(await db.query("SELECT note, amount FROM invoices WHERE id = :id", { id: 3 })).toEqual([
        { note: "from python", amount: "3.30" },
      ]);
    }
    for (const name of ["python-sqlite", "python-url"]) {
      await using db = await Database.load(name);
      expect(await db.query("SELECT * FROM moments")).toEqual([{ id: 1, happened: "2026-01-31 12:00:00.123456" }]);
    }
  });

  test("refuses a driver that Python's block of the type refuses, before it is kept", async () => {
    const saving = Database.save("refused", { connection_info: "postgresql+asyncpg://db/shop" });
    await expect(saving).rejects.toThrow(
      'The driver of the block is "postgresql+asyncpg", which Python takes in its asynchronous block alone: save it by AsyncDatabase',
    );
  });

  test("shows no password, also of a block that was saved with a URL", async () => {
    for (const [type, name] of [
      ["sqlalchemy-connector", "from-typescript"],
      ["async-sqlalchemy-connector", "from-typescript-async"],
      ["async-sqlalchemy-connector", "python-async"],
    ]) {
      const path = `block_types/slug/${type}/block_documents/name/${name}`;
      const shown = await (await fetch(`${server.apiUrl}/${path}`)).json();
      expect(shown).toMatchObject({ data: { connection_info: { username: "app", password: "********" } } });
    }
  });
});
