import { closeSync, existsSync, fsyncSync, openSync, readSync, renameSync, rmSync, statSync } from "node:fs";
import { statfs } from "node:fs/promises";
import { dirname } from "node:path";
import { backup, DatabaseSync } from "node:sqlite";
import { type AppliedMigration, breakingMigrations } from "../migrate.ts";
import { makeNewPrivateFile, makePrivateFile } from "../private-files.ts";

/** A file that cannot be copied, replaced or written. The message names it and says what to do. */
export class DatabaseFileRefused extends Error {
  override readonly name = "DatabaseFileRefused";
  readonly code = "DATABASE_FILE_REFUSED";
}

/** Pages copied so far, of how many. */
export type Progress = (done: number, total: number) => void;

export interface CopiedDatabase {
  readonly file: string;
  readonly bytes: number;
  /** The newest migration of its schema. */
  readonly schema: string;
}

/** Pages copied at once: 1 MB, about a millisecond. */
const pagesPerStep = 256;

/**
 * Copies a database while others read and write it, verifies the copy, and only then gives it its name. The copy is a snapshot: a
 * transaction fixes the snapshot while pages are copied, and does not block writers.
 */
export async function backupSqlite(
  from: string,
  { to, overwrite, onProgress }: { readonly to: string; readonly overwrite: boolean; readonly onProgress?: Progress },
): Promise<CopiedDatabase> {
  if (!existsSync(from)) throw new DatabaseFileRefused(`There is no database at ${from} yet.`);
  refuseExisting(to, overwrite);
  const schema = schemaOf(from, { known: false });
  const bytes = await copy(from, { to, live: true, onProgress }, (draft) => {
    refuseExisting(to, overwrite);
    renameSync(draft, to);
  });
  return { file: to, bytes, schema };
}

/**
 * Puts a copy of a backup in the place of a database that nobody has open. Gives where the database is that was there before:
 * `aside`, with a number behind it where something is there already; null where there was none.
 */
export async function restoreSqlite(
  from: string,
  { to, aside, onProgress }: { readonly to: string; readonly aside: string; readonly onProgress?: Progress },
): Promise<CopiedDatabase & { readonly previous: string | null }> {
  const schema = schemaOf(from, { known: true });
  let previous: string | null = null;
  const bytes = await copy(from, { to, live: false, onProgress }, (draft) => {
    const own = existsSync(to) ? takeOver(to) : undefined;
    try {
      if (own !== undefined) previous = moveAside(to, aside);
      renameSync(draft, to);
    } finally {
      own?.close();
    }
  });
  return { file: to, bytes, schema, previous };
}

/**
 * Rewrites a database that nobody has open without its free space, so that the file can shrink by itself from then on. Needs its
 * size again on the disk meanwhile.
 */
export async function vacuumSqlite(file: string): Promise<{ readonly bytesBefore: number; readonly bytes: number }> {
  schemaOf(file, { known: false });
  const bytesBefore = statSync(file).size;
  await requireRoom(file, bytesBefore);
  const draft = draftOf(file);
  makePrivateFile(draft);
  const own = takeOver(file);
  try {
    writeAnew(file, draft);
    checkDraft(draft, file);
    renameSync(draft, file);
  } catch (error) {
    throw refusalOf(error, file);
  } finally {
    own.close();
    removeDraft(draft);
  }
  return { bytesBefore, bytes: statSync(file).size };
}

interface Copy {
  readonly to: string;
  /** Whether others may use it: then this connection must handle its log properly, since the last one to close ends it. */
  readonly live: boolean;
  readonly onProgress?: Progress | undefined;
}

async function copy(
  from: string,
  { to, live, onProgress }: Copy,
  putInPlace: (draft: string) => void,
): Promise<number> {
  const draft = draftOf(to);
  makePrivateFile(draft);
  await requireRoom(to, statSync(from).size);
  try {
    await copyPages(from, draft, { live, onProgress });
    checkDraft(draft, from);
    const { size } = statSync(draft);
    putInPlace(draft);
    return size;
  } catch (error) {
    throw refusalOf(error, to);
  } finally {
    removeDraft(draft);
  }
}

/** The log of a database that is written grows for as long as this takes, and not while the copy is checked. */
async function copyPages(from: string, draft: string, { live, onProgress }: Omit<Copy, "to">): Promise<void> {
  const source = new DatabaseSync(from, { readOnly: !live, timeout: 5000 });
  try {
    // The first read fixes the snapshot.
    source.exec("BEGIN");
    source.prepare("SELECT count(*) FROM sqlite_schema").get();
    await backup(source, draft, {
      rate: pagesPerStep,
      progress: ({ totalPages, remainingPages }) => onProgress?.(totalPages - remainingPages, totalPages),
    });
  } finally {
    source.close();
  }
}

function draftOf(file: string): string {
  return `${file}.${process.pid}.part`;
}

function removeDraft(draft: string): void {
  for (const ending of ["", "-journal", "-wal", "-shm"]) rmSync(draft + ending, { force: true });
}

/** Makes a copy one file, reads it from end to end, and waits until the disk has it. */
function checkDraft(draft: string, from: string): void {
  const database = new DatabaseSync(draft);
  try {
    database.exec("PRAGMA journal_mode = DELETE");
    const problems = database
      .prepare("PRAGMA integrity_check(3)")
      .all()
      .map((row) => String(row.integrity_check));
    if (problems.join() !== "ok") throw damaged(from, problems.join("; "));
  } finally {
    database.close();
  }
  const descriptor = openSync(draft, "r+");
  fsyncSync(descriptor);
  closeSync(descriptor);
}

function damaged(file: string, reason: string): DatabaseFileRefused {
  return new DatabaseFileRefused(`${file} is damaged (${reason}). Take another backup.`);
}

function refuseExisting(file: string, overwrite: boolean): void {
  if (!overwrite && existsSync(file)) {
    throw new DatabaseFileRefused(`${file} exists already. Name another file, or replace it with --force.`);
  }
}

async function requireRoom(file: string, bytes: number): Promise<void> {
  const { bavail, bsize } = await statfs(dirname(file));
  if (bavail * bsize > bytes) return;
  throw new DatabaseFileRefused(
    `The disk of ${dirname(file)} has ${megabytes(bavail * bsize)} free, and the copy needs ${megabytes(bytes)}.`,
  );
}

function megabytes(bytes: number): string {
  return `${(bytes / 1e6).toFixed(1)} MB`;
}

/** The newest migration of an Ostinato database. Refuses other files, and schemas that this version does not know. */
function schemaOf(file: string, { known }: { readonly known: boolean }): string {
  if (!existsSync(file)) throw new DatabaseFileRefused(`There is no file ${file}.`);
  if (firstBytes(file, 15) !== "SQLite format 3") {
    throw new DatabaseFileRefused(`${file} is not a SQLite database. Give a file that "ostinato server backup" wrote.`);
  }
  const applied = migrationsOf(file);
  const newest = applied.at(-1)?.name;
  if (newest === undefined) {
    throw new DatabaseFileRefused(
      `${file} is a SQLite database, but not one of Ostinato's. Give a file that "ostinato server backup" wrote.`,
    );
  }
  const breaking = known ? breakingMigrations(applied) : [];
  if (breaking.length > 0) {
    throw new DatabaseFileRefused(
      `${file} was written by a newer Ostinato (${breaking.map(({ name }) => name).join(", ")}). Restore it with that version or a later one.`,
    );
  }
  return newest;
}

function firstBytes(file: string, count: number): string {
  const descriptor = openSync(file, "r");
  try {
    const buffer = Buffer.alloc(count);
    readSync(descriptor, buffer, 0, count, 0);
    return buffer.toString("latin1");
  } finally {
    closeSync(descriptor);
  }
}

function migrationsOf(file: string): readonly AppliedMigration[] {
  const database = new DatabaseSync(file, { readOnly: true, timeout: 5000 });
  try {
    const tables = database
      .prepare("SELECT count(*) AS n FROM sqlite_schema WHERE name IN ('migration', 'flow_run')")
      .get();
    if (tables?.n !== 2) return [];
    return database
      .prepare("SELECT * FROM migration ORDER BY name")
      .all()
      .map(({ name, breaking }) => ({
        name: String(name),
        breaking: breaking === undefined ? breaking : Number(breaking),
      }));
  } catch (error) {
    throw damaged(file, error instanceof Error ? error.message : String(error));
  } finally {
    database.close();
  }
}

/** Uses a connection of its own: the one that locks others out is in a transaction. */
function writeAnew(file: string, draft: string): void {
  const database = new DatabaseSync(file, { readOnly: true });
  try {
    // Said to a file that can shrink already, it would be written down there.
    if (database.prepare("PRAGMA auto_vacuum").get()?.auto_vacuum === 0)
      database.exec("PRAGMA auto_vacuum = INCREMENTAL");
    database.prepare("VACUUM INTO ?").run(draft);
  } finally {
    database.close();
  }
}

/** SQLite's primary codes. */
const codes = { busy: 5, locked: 6, damaged: 11, full: 13, noDatabase: 26 } as const;

function codeOf(error: unknown): number {
  return ((error as { errcode?: number }).errcode ?? 0) & 0xff;
}

function refusalOf(error: unknown, file: string): unknown {
  if (codeOf(error) === codes.full) {
    return new DatabaseFileRefused(`${file} can't be written: the disk is full. Nothing was changed.`);
  }
  if (codeOf(error) === codes.damaged) return damaged(file, "SQLite can't read it to its end");
  return error;
}

/**
 * Makes sure that nobody else has the database open (or its log could not be merged), and locks writers out until it is closed.
 * All commits are then in the one file. A file that SQLite cannot read has no users.
 */
function takeOver(file: string): DatabaseSync {
  const database = new DatabaseSync(file, { timeout: 0 });
  try {
    database.exec("PRAGMA journal_mode = DELETE; BEGIN IMMEDIATE");
    return database;
  } catch (error) {
    const code = codeOf(error);
    if (code === codes.damaged || code === codes.noDatabase) return database;
    database.close();
    if (code !== codes.busy && code !== codes.locked) throw error;
    throw new DatabaseFileRefused(
      `Another program has ${file} open. Stop the servers and scripts that use it, and try again.`,
    );
  }
}

/** Moves the log of an unreadable database too: it may be all that can be recovered. */
function moveAside(file: string, name: string): string {
  const aside = makeNewPrivateFile(name);
  for (const ending of ["-wal", "-shm", "-journal"])
    if (existsSync(file + ending)) renameSync(file + ending, aside + ending);
  renameSync(file, aside);
  return aside;
}
