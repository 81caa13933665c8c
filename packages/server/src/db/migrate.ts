import type { Clock } from "@ostinato/core";
import { sql } from "kysely";
import { type Database, DatabaseUnavailable, type Reader, type Writer } from "./dialect.ts";
import { type Migration, migrations } from "./migrations/index.ts";
import type { MigrationStep } from "./migrations/step.ts";
import { tables } from "./tables.ts";

/** A newer Ostinato has changed the tables in a way that this version can't work with. */
export class SchemaTooNew extends Error {
  override readonly name = "SchemaTooNew";
  readonly code = "SCHEMA_TOO_NEW";
}

/** A migration that a database has had. */
export interface AppliedMigration {
  readonly name: string;
  /** Undefined in databases of versions that did not record it. */
  readonly breaking?: number | undefined;
}

export interface Migrated {
  /** The migrations that were applied now. */
  readonly applied: readonly string[];
  /** Migrations of a newer version, which this one can work beside. */
  readonly newer: readonly string[];
}

const knownNames = new Set(migrations.map((migration) => migration.name));

/**
 * Brings the schema up to date. Safe when several servers start at once: the first one does it in one transaction, the others
 * wait and find it done.
 */
export async function migrate(database: Database, clock: Clock): Promise<Migrated> {
  const found = await foundUpToDate(database);
  if (found !== undefined) return { applied: [], newer: newerMigrations(found) };
  const { applied, newer } = await database.write(
    async (tx) => {
      await lock(tx, database);
      const before = await prepareTable(tx, database);
      const missing = missingMigrations(before);
      for (const migration of missing) await apply(tx, database, migration, clock);
      return { applied: missing.map(({ name }) => name), newer: newerMigrations(before) };
    },
    { patienceSeconds: 60 },
  );
  // Dropping an index drops its statistics, so they are collected again. A new database has no rows to collect from.
  if (applied.length > 0 && applied.length < migrations.length) await database.execute(statisticsAnew[database.kind]);
  return { applied, newer };
}

const statisticsAnew = { sqlite: "PRAGMA optimize = 0x10002", postgresql: "ANALYZE" } as const;

/** Deletes everything and makes the tables anew. */
export async function reset(database: Database, clock: Clock): Promise<void> {
  await database.write(async (tx) => {
    if (database.kind === "postgresql") await sql`SELECT pg_advisory_xact_lock(${sql.lit(lockNumber)})`.execute(tx);
    for (const name of Object.keys(tables).reverse()) {
      await sql`DROP TABLE IF EXISTS ${sql.table(name)} ${sql.raw(database.kind === "postgresql" ? "CASCADE" : "")}`.execute(
        tx,
      );
    }
  });
  await migrate(database, clock);
}

/** The migrations of a newer version after which this one can't use the database. */
export function breakingMigrations(applied: readonly AppliedMigration[]): readonly AppliedMigration[] {
  return applied.filter(({ name, breaking }) => !knownNames.has(name) && breaking !== 0);
}

/** The names of those that a newer version has applied. Throws `SchemaTooNew` where one of them breaks this version. */
function newerMigrations(applied: readonly AppliedMigration[]): readonly string[] {
  const breaking = breakingMigrations(applied);
  if (breaking.length > 0) {
    throw new SchemaTooNew(
      `The database has been upgraded by a newer Ostinato (${breaking.map(({ name }) => name).join(", ")}). This version can't work with that change: start that version or a later one, or name another database in OSTINATO_DATABASE_URL.`,
    );
  }
  return applied.flatMap(({ name }) => (knownNames.has(name) ? [] : [name]));
}

const lockNumber = 727_074_617;

async function lock(tx: Writer, database: Database): Promise<void> {
  if (database.kind === "sqlite") return; // The transaction itself is a lock.
  // An index over many millions of rows takes longer than a request may.
  await sql`SET LOCAL statement_timeout = 0`.execute(tx);
  await sql`SET LOCAL lock_timeout = 0`.execute(tx);
  await sql`SELECT pg_advisory_xact_lock(${sql.lit(lockNumber)})`.execute(tx);
}

/** Makes the table of migrations, or gives it the column that earlier versions did not have. */
async function prepareTable(tx: Writer, { types }: Database): Promise<readonly AppliedMigration[]> {
  const { moment, flag } = types;
  await sql
    .raw(
      `CREATE TABLE IF NOT EXISTS migration (name text PRIMARY KEY, applied ${moment} NOT NULL, breaking ${flag} NOT NULL DEFAULT 1)`,
    )
    .execute(tx);
  const applied = await appliedMigrations(tx);
  if (!saysWhatBreaks(applied)) {
    await sql.raw(`ALTER TABLE migration ADD COLUMN breaking ${flag} NOT NULL DEFAULT 1`).execute(tx);
  }
  return applied;
}

async function apply(
  tx: Writer,
  { types, kind }: Database,
  { name, breaking, up }: Migration,
  clock: Clock,
): Promise<void> {
  for (const step of up(types)) {
    if (typeof step === "function") await step(tx);
    else for (const statement of statementsOf(step, kind)) await sql.raw(statement).execute(tx);
  }
  await tx
    .insertInto("migration")
    .values({ name, applied: clock.now(), breaking: breaking ? 1 : 0 })
    .execute();
}

/** What a step that is not code runs on a database of this kind. */
export function statementsOf(
  step: Exclude<MigrationStep, (tx: Writer) => unknown>,
  kind: Database["kind"],
): readonly string[] {
  return typeof step === "string" ? [step] : step[kind];
}

/** The applied migrations, if none is missing. */
async function foundUpToDate(database: Database): Promise<readonly AppliedMigration[] | undefined> {
  try {
    const applied = await appliedMigrations(database.read);
    newerMigrations(applied);
    return saysWhatBreaks(applied) && missingMigrations(applied).length === 0 ? applied : undefined;
  } catch (error) {
    if (error instanceof SchemaTooNew || error instanceof DatabaseUnavailable) throw error;
    return undefined; // No table yet; anything else shows again when it is made.
  }
}

function missingMigrations(applied: readonly AppliedMigration[]): readonly Migration[] {
  newerMigrations(applied);
  const names = new Set(applied.map(({ name }) => name));
  return migrations.filter(({ name }) => !names.has(name));
}

function saysWhatBreaks(applied: readonly AppliedMigration[]): boolean {
  return applied.every(({ breaking }) => breaking !== undefined);
}

async function appliedMigrations(reader: Reader): Promise<readonly AppliedMigration[]> {
  // All columns, since the table of an earlier version has fewer.
  return reader.selectFrom("migration").selectAll().orderBy("name").execute();
}
