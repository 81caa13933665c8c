import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, inject } from "vitest";
import { createDatabase } from "./postgres.ts";
import { askFor } from "./shared-resources.ts";

export type DatabaseName = "sqlite" | "postgresql";

/** An empty database that no other test uses. */
export interface TestDatabase {
  readonly name: DatabaseName;
  /** The value for OSTINATO_DATABASE_URL: `sqlite:///path` or `postgresql://…`. */
  readonly url: string;
  dispose(): Promise<void>;
}

export interface DatabaseUnderTest {
  readonly name: DatabaseName;
  /** The database that the whole suite shares; available in hooks and tests only. */
  readonly url: string;
  /** Another empty database, which lives until the suite ends or until its own `dispose`. */
  another(): Promise<TestDatabase>;
}

export const databaseNames = ["sqlite", "postgresql"] as const satisfies readonly DatabaseName[];

/** Runs one suite twice, on a SQLite file and on PostgreSQL, each time with an empty database. */
export function describeOnEachDatabase(title: string, suite: (database: DatabaseUnderTest) => void): void {
  describe.each(databaseNames)(`${title} on %s`, (name) => {
    const opened: TestDatabase[] = [];
    const another = async () => {
      const database = await openDatabase(name);
      opened.push(database);
      return database;
    };
    let shared: TestDatabase | undefined;
    beforeAll(async () => {
      shared = await another();
    });
    afterAll(() => Promise.all(opened.map((database) => database.dispose())));
    suite({
      name,
      another,
      get url() {
        if (shared === undefined)
          throw new Error("database.url is known once the suite runs: read it in a hook or a test");
        return shared.url;
      },
    });
  });
}

export function openDatabase(name: DatabaseName): Promise<TestDatabase> {
  switch (name) {
    case "sqlite":
      return openSqlite();
    case "postgresql":
      return openPostgres();
    default:
      throw new Error(`No such database: ${name satisfies never}`);
  }
}

async function openSqlite(): Promise<TestDatabase> {
  const folder = await mkdtemp(join(tmpdir(), "ostinato-sqlite-"));
  const dispose = () => rm(folder, { recursive: true, force: true, maxRetries: 5 });
  return { name: "sqlite", url: `sqlite://${join(folder, "ostinato.db")}`, dispose };
}

async function openPostgres(): Promise<TestDatabase> {
  const server = await askFor("postgres", inject("sharedResources"));
  const database = await createDatabase(server);
  return { name: "postgresql", url: database.url, dispose: database.drop };
}
