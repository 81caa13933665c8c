import type { Clock } from "@ostinato/core";
import { sql } from "kysely";
import { type Database, DatabaseUnavailable, type Reader } from "./dialect.ts";
import { migrations } from "./migrations/index.ts";

/** The database was made by a newer Ostinato, whose tables this one does not know. */
export class SchemaTooNew extends Error {
  override readonly name = "SchemaTooNew";
  readonly code = "SCHEMA_TOO_NEW";
}

const knownNames = new Set(migrations.map((migration) => migration.name));

/**
 * Brings the schema up to date and gives the names of what was done. Safe when several servers start at once: the first one
 * does it in one transaction, the others wait and find it done.
 */
export async function migrate(database: Database, clock: Clock): Promise<readonly string[]> {
  if (await isUpToDate(database)) return [];
  const done = await database.write(
    async (tx) => {
      if (database.kind === "postgresql") {
        // An index over many millions of rows takes longer than a request may. On SQLite the transaction itself is a lock.
        await sql`SET LOCAL statement_timeout = 0`.execute(tx);
        await sql`SET LOCAL lock_timeout = 0`.execute(tx);
        await sql`SELECT pg_advisory_xact_lock(727074617)`.execute(tx);
      }
      await sql`CREATE TABLE IF NOT EXISTS migration (name text PRIMARY KEY, applied ${sql.raw(database.types.moment)} NOT NULL)`.execute(
        tx,
      );
      const applied = new Set(await appliedMigrations(tx));
      refuseUnknown(applied);
      const missing = migrations.filter(({ name }) => !applied.has(name));
      for (const { name, up } of missing) {
        for (const statement of up(database.types)) await sql.raw(statement).execute(tx);
        await sql`INSERT INTO migration (name, applied) VALUES (${name}, ${clock.now()})`.execute(tx);
      }
      return missing.map(({ name }) => name);
    },
    { patienceSeconds: 60 },
  );
  // What the planner knows of an index goes with it. A database that has just been made has nothing to know yet.
  if (done.length > 0 && done.length < migrations.length) await database.execute(statisticsAnew[database.kind]);
  return done;
}

const statisticsAnew = { sqlite: "PRAGMA optimize = 0x10002", postgresql: "ANALYZE" } as const;

/** Deletes everything and makes the tables anew. */
export async function reset(database: Database, clock: Clock): Promise<void> {
  await database.write(async (tx) => {
    if (database.kind === "postgresql") await sql`SELECT pg_advisory_xact_lock(727074617)`.execute(tx);
    for (const name of [...ownTables()].reverse()) {
      await sql`DROP TABLE IF EXISTS ${sql.table(name)} ${sql.raw(database.kind === "postgresql" ? "CASCADE" : "")}`.execute(
        tx,
      );
    }
  });
  await migrate(database, clock);
}

function ownTables(): readonly string[] {
  const types = { uuid: "", moment: "", integer: "", flag: "", json: "", searchableJson: "" };
  const statements = migrations.flatMap((migration) => migration.up(types));
  return ["migration", ...statements.flatMap((statement) => /^CREATE TABLE (\w+)/.exec(statement)?.[1] ?? [])];
}

async function isUpToDate(database: Database): Promise<boolean> {
  try {
    const applied = new Set(await appliedMigrations(database.read));
    refuseUnknown(applied);
    return migrations.every(({ name }) => applied.has(name));
  } catch (error) {
    if (error instanceof SchemaTooNew || error instanceof DatabaseUnavailable) throw error;
    return false; // No table yet; anything else shows again when it is made.
  }
}

async function appliedMigrations(reader: Reader): Promise<readonly string[]> {
  const { rows } = await sql<{ name: string }>`SELECT name FROM migration ORDER BY name`.execute(reader);
  return rows.map((row) => row.name);
}

/** The migrations that a newer version must have applied. */
export function unknownMigrations(applied: Iterable<string>): readonly string[] {
  return [...applied].filter((name) => !knownNames.has(name));
}

function refuseUnknown(applied: ReadonlySet<string>): void {
  const unknown = unknownMigrations(applied);
  if (unknown.length === 0) return;
  throw new SchemaTooNew(
    `The database has been upgraded by a newer Ostinato (${unknown.join(", ")}). Start that version or a later one, or name another database in OSTINATO_DATABASE_URL.`,
  );
}
