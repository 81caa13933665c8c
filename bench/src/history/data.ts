import { createHash } from "node:crypto";
import { constants, copyFileSync, readdirSync, readFileSync, statSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { fileURLToPath } from "node:url";
import { cacheFolder, folderMadeOnce } from "@ostinato/testing/cache";
import { fillWithHistory, type HistorySize } from "@ostinato/testing/history";
import { startPostgres } from "@ostinato/testing/postgres";
import pg from "pg";
import type { Effort } from "../row.ts";
import { type DatabaseName, sqliteUrl, startTarget } from "../target.ts";

/** A writable copy of a database full of runs. */
export interface History {
  readonly url: string;
  readonly size: HistorySize;
  /** The expected start of its last run. */
  readonly end: Date;
  dispose(): Promise<void>;
}

const fullSize: HistorySize = {
  flows: 50,
  flowRuns: 100_000,
  taskRuns: 1_000_000,
  logs: 1_000_000,
  events: 300_000,
  artifacts: 10_000,
};

/** Little but events. */
export const sizeOfEvents: HistorySize = {
  flows: 50,
  flowRuns: 1000,
  taskRuns: 1000,
  logs: 1000,
  events: 1_000_000,
  artifacts: 4000,
};

/** A hundredth of the size for a quick run. */
export function historySize({ scale }: Pick<Effort, "scale">, size = fullSize): HistorySize {
  const share = scale < 1 ? 100 : 1;
  const scaled = Object.entries(size).map(([name, rows]) => [name, name === "flows" ? rows : rows / share]);
  return Object.fromEntries(scaled) as unknown as HistorySize;
}

/** A copy of the database, which is made on the first call and cached. */
export async function openHistory(database: DatabaseName, size: HistorySize): Promise<History> {
  return { ...(await openCopy(database, await historyFolder(database, size))), size, end: historyEnd() };
}

/** The cached folder with the history in Ostinato's own tables; copy it, never write to it. */
export function historyFolder(database: DatabaseName, size: HistorySize): Promise<string> {
  const make = database === "sqlite" ? makeSqlite : makePostgres;
  return keptHistory(database, size, (staging) => make(staging, size));
}

/** A copy of the folder's database: a SQLite file, or the data of a PostgreSQL server. */
export async function openCopy(database: DatabaseName, folder: string): Promise<Pick<History, "url" | "dispose">> {
  if (database === "postgresql") {
    const postgres = await startPostgres({ from: clusterIn(folder), onDisk: true });
    return { url: postgres.url, dispose: () => postgres.dispose() };
  }
  const copy = await mkdtemp(join(tmpdir(), "ostinato-bench-history-"));
  copyFileSync(fileIn(folder), fileIn(copy), constants.COPYFILE_FICLONE);
  return { url: sqliteUrl(fileIn(copy)), dispose: () => rm(copy, { recursive: true, force: true }) };
}

/** A cached folder with the history in some form, made on the first call. */
export async function keptHistory(
  form: DatabaseName | `prefect-${DatabaseName}`,
  size: HistorySize,
  make: (staging: string) => Promise<void>,
): Promise<string> {
  const prefix = `bench-history-${form}-${size.taskRuns}-`;
  const kept = join(cacheFolder, `${prefix}${schemaHash()}-${historyEnd().toISOString().slice(0, 10)}`);
  return folderMadeOnce(kept, async (staging) => {
    await removeOld(prefix);
    console.log(`… making ${describe(size)} for ${form}, once; kept in ${kept}`);
    await make(staging);
  });
}

export function describe({ flowRuns, taskRuns, logs, events }: HistorySize): string {
  const number = (rows: number) => rows.toLocaleString("en");
  return `${number(taskRuns)} task runs of ${number(flowRuns)} flow runs, ${number(logs)} log lines, ${number(events)} events`;
}

export function fileIn(folder: string): string {
  return join(folder, "history.db");
}

export function clusterIn(folder: string): string {
  return join(folder, "data");
}

/** Removes folders of other schemas or times. */
async function removeOld(prefix: string): Promise<void> {
  const old = readdirSync(cacheFolder).filter((name) => name.startsWith(prefix));
  for (const name of old) await rm(join(cacheFolder, name), { recursive: true, force: true });
}

/** The start or the middle of this month: pages show the last 30 days, so older histories are replaced. */
export function historyEnd(): Date {
  const now = new Date();
  return new Date(Date.UTC(now.getUTCFullYear(), now.getUTCMonth(), now.getUTCDate() < 15 ? 1 : 15));
}

/** A hash of the sources that make and fill the tables. */
function schemaHash(): string {
  const hash = createHash("sha256");
  const parts = [
    "packages/server/src/db/migrations",
    "packages/testing/src/history.ts",
    "packages/testing/src/history-sql.ts",
  ];
  for (const path of parts.map((part) => fileURLToPath(new URL(`../../../${part}`, import.meta.url)))) {
    const files = statSync(path).isDirectory() ? readdirSync(path).map((file) => join(path, file)) : [path];
    for (const file of files.sort()) hash.update(readFileSync(file));
  }
  return hash.digest("hex").slice(0, 12);
}

async function makeSqlite(folder: string, size: HistorySize): Promise<void> {
  const file = fileIn(folder);
  await makeTables("sqlite", sqliteUrl(file));
  const opened = new DatabaseSync(file);
  opened.exec("PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF; PRAGMA cache_size = -500000");
  await fillWithHistory({ kind: "sqlite", run: async (statement) => opened.exec(statement) }, size, historyEnd());
  opened.close();
}

async function makePostgres(folder: string, size: HistorySize): Promise<void> {
  const postgres = await startPostgres({ onDisk: true });
  try {
    await makeTables("postgresql", postgres.url);
    const client = new pg.Client({ connectionString: postgres.url });
    await client.connect();
    // Without foreign-key checks, because the rows are consistent.
    await client.query("SET synchronous_commit = off; SET session_replication_role = replica");
    // That leaves out triggers too, but for those that always count.
    await client.query("ALTER TABLE event ENABLE ALWAYS TRIGGER event_added");
    await fillWithHistory({ kind: "postgresql", run: (statement) => client.query(statement) }, size, historyEnd());
    await client.query("ALTER TABLE event ENABLE TRIGGER event_added");
    await client.query("VACUUM ANALYZE");
    await client.end();
    await postgres.saveTo(clusterIn(folder));
  } finally {
    await postgres.dispose();
  }
}

/** The tables as the server creates them at its start. */
async function makeTables(database: DatabaseName, databaseUrl: string): Promise<void> {
  const target = await startTarget({ database, databaseUrl });
  await target.stop();
}
