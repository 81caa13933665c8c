import { dirname } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { type Clock, sleep } from "@ostinato/core";
import { CompiledQuery, type RawBuilder, type SqlBool, sql } from "kysely";
import type { Metrics } from "../../kernel/metrics.ts";
import type { ColumnTypes } from "../columns.ts";
import {
  type Database,
  DatabaseUnavailable,
  type Observers,
  type Sql,
  slowReadSeconds,
  type Writer,
} from "../dialect.ts";
import { insertRowsBound } from "../insert-rows.ts";
import { writeJson } from "../json-text.ts";
import { makePrivateFile, makePrivateFolder } from "../private-files.ts";
import { caselessPart, patternOf } from "../text-search.ts";
import { isUnavailable } from "../unavailable.ts";
import { checkpointsInBackground } from "./checkpoints.ts";
import { type FileWatch, refuseWhereLost, watchFile } from "./file.ts";
import { groupCommit } from "./group-commit.ts";
import { kyselyOnSqlite } from "./kysely.ts";
import { openDatabaseFile } from "./open-file.ts";
import { sqliteReaders } from "./reader.ts";
import { giveBackPages, sparePages } from "./space.ts";
import { maxMapped, statementsOf } from "./statements.ts";
import { stillWanted } from "./still-wanted.ts";
import { whileWanted } from "./while-wanted.ts";

const sqliteTypes: ColumnTypes = {
  uuid: "text",
  moment: "integer",
  integer: "integer",
  flag: "integer",
  json: "text",
  searchableJson: "text",
  sequence: "integer PRIMARY KEY AUTOINCREMENT NOT NULL",
  transaction: "integer",
  ownTransaction: "integer NOT NULL DEFAULT 0",
};

export interface SqliteOptions {
  readonly file: string;
  readonly clock: Clock;
  readonly synchronous?: "normal" | "full";
  /** How long a unit of work waits for another writing process. */
  readonly patienceSeconds?: number;
  readonly metrics?: Metrics | undefined;
  /** The time limit of one long read; by default as on PostgreSQL. */
  readonly readSeconds?: number;
  readonly log?: Observers["log"];
}

/**
 * SQLite by `node:sqlite`: one connection that writes, one that reads on this thread, and one on a thread of its own for
 * reads that may be long. WAL, so that none of them waits for another.
 */
export function openSqlite(options: SqliteOptions): Database {
  const { file, clock, synchronous = "normal", patienceSeconds = 10, metrics, log } = options;
  const { readSeconds = slowReadSeconds } = options;
  makePrivateFolder(dirname(file));
  makePrivateFile(file);
  const writer = openFile(file, synchronous);
  const reader = openFile(file);
  reader.exec("PRAGMA query_only = 1");
  for (const database of [writer, reader]) stillWanted(database, () => true);
  const watch = watchFile(file, {
    lost: ({ message }) => log?.error(message),
    found: () => log?.info(`The database file ${file} is in its place again: writing goes on.`),
  });
  const slow = sqliteReaders({ file, clock, readSeconds, watch });
  const checkpoints = checkpointsInBackground(file);
  const writing = kyselyOnSqlite({ run: watched(statementsOf(writer), watch) });
  const reading = kyselyOnSqlite({ run: watched(statementsOf(reader), watch) });
  const patience = patientBegin(writer, clock, patienceSeconds);
  const connection = {
    async begin() {
      await patience();
      // The file may have been lost during the wait: a copy saved by then is final.
      refuseWhereLost(watch);
    },
    commit: () => {
      writer.exec("COMMIT");
      checkpoints.committed();
    },
    rollback: () => writer.exec("ROLLBACK"),
    savepoint: () => writer.exec("SAVEPOINT unit"),
    releaseSavepoint: () => writer.exec("RELEASE unit"),
    rollbackToSavepoint: () => writer.exec("ROLLBACK TO unit; RELEASE unit"),
    inTransaction: () => writer.isTransaction,
    asUnavailable,
  };
  const commitTogether = groupCommit(connection, metrics);
  const openFiles = openDatabaseFile({ file, reader, watch, log });
  return {
    kind: "sqlite",
    sql: sqliteSql,
    types: sqliteTypes,
    read: reading,
    slow: slow.readerFor({ lane: "programs" }),
    slowFor: slow.readerFor,
    async write(work) {
      refuseWhereLost(watch);
      return await commitTogether(() => work(writing as Writer));
    },
    deferred: (tx) => tx,
    giveBackSpace: async (pages) => {
      // Seen first without a transaction: most of the time there is nothing to do.
      if (watch.trouble !== undefined || sparePages(writer) === 0) return 0;
      return commitTogether(async () => giveBackPages(writer, pages));
    },
    execute: async (statement) => {
      await writing.executeQuery(CompiledQuery.raw(statement));
    },
    file: openFiles,
    notices: { send: async () => {}, listen: async () => {} },
    abandon() {
      if (reader.isOpen) reader.close();
      if (writer.isOpen) writer.close();
    },
    async close() {
      watch.stop();
      await checkpoints.stop();
      await slow.close();
      openFiles.saveForGood();
      reader.close();
      if (writer.isOpen && watch.trouble === undefined) optimize(writer);
      writer.close();
    },
  };
}

type Run = ReturnType<typeof statementsOf>;

function watched(run: Run, watch: FileWatch): Run {
  return (text, parameters) => {
    try {
      return run(text, parameters);
    } catch (error) {
      watch.met(error);
      throw error;
    }
  };
}

/** Renews the planner's statistics where that is worthwhile. Skipped while others write, or if nothing can be written. */
function optimize(writer: DatabaseSync): void {
  try {
    writer.exec("PRAGMA optimize");
  } catch (error) {
    if (!isUnavailable(error)) throw error;
  }
}

const busyMillis = 10;

function openFile(file: string, synchronous: "normal" | "full" = "normal"): DatabaseSync {
  const database = new DatabaseSync(file, { timeout: busyMillis });
  // Before anything else: it is decided when the first page is written whether a file can shrink.
  const settings = `
    PRAGMA auto_vacuum = INCREMENTAL;
    PRAGMA journal_mode = WAL;
    PRAGMA synchronous = ${synchronous};
    PRAGMA foreign_keys = 1;
    PRAGMA temp_store = MEMORY;
    PRAGMA cache_size = -32000;
    PRAGMA mmap_size = ${maxMapped};
    PRAGMA journal_size_limit = 67108864;
    PRAGMA wal_autocheckpoint = 64000;
  `;
  for (let attempt = 0; ; attempt += 1) {
    try {
      database.exec(settings);
      return database;
    } catch (error) {
      if (!isBusy(error) || attempt === openAttempts) {
        database.close();
        throw error;
      }
      // Another program is making the same file. Nothing else can be done before there is a database, so the thread waits.
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, openPauseMillis);
    }
  }
}

/** Together five seconds. */
const openAttempts = 100;
const openPauseMillis = 50;

/** The connection itself waits briefly for another writer, on this thread; longer waits leave the event loop free. */
function patientBegin(writer: DatabaseSync, clock: Clock, patienceSeconds: number): () => Promise<void> {
  return async () => {
    const giveUp = clock.elapsed() + patienceSeconds;
    for (let attempt = 0; ; attempt += 1) {
      try {
        writer.exec("BEGIN IMMEDIATE");
        return;
      } catch (error) {
        if (!isBusy(error) || clock.elapsed() >= giveUp) throw error;
        await sleep(clock, Math.min(0.25, 0.005 * 2 ** attempt));
      }
    }
  };
}

function isBusy(error: unknown): boolean {
  const code = (error as { errcode?: number }).errcode ?? 0;
  return (code & 0xff) === 5 || (code & 0xff) === 6;
}

/** Errors that are not SQLite's own are those of a transaction that it ended by itself. */
function asUnavailable(error: unknown): Error {
  if (error instanceof Error && "errcode" in error && !isUnavailable(error)) return error;
  const reason = error instanceof Error ? error.message : String(error);
  return new DatabaseUnavailable(`The database can't be written now: ${reason}`, { cause: error });
}

/** Looks for the values as they are written: rules most rows out at a tenth of what reading their JSON costs. */
function mayHold(column: string, values: readonly string[], joiner: " AND " | " OR "): RawBuilder<SqlBool> {
  if (values.length === 0 || (joiner === " OR " && values.length > quickLooks)) return sql<SqlBool>`1 = 1`;
  const found = values.slice(0, quickLooks).map((value) => sql`instr(${sql.ref(column)}, ${writeJson(value)}) > 0`);
  return sql<SqlBool>`(${sql.join(found, sql.raw(joiner))})`;
}

/** A bound on the look-ups: more would cost more than they save. */
const quickLooks = 20;

function holdsPart(column: string, text: string): RawBuilder<unknown> {
  const part = caselessPart(text);
  return part === undefined ? sql`` : sql`instr(${sql.ref(column)}, ${part}) > 0 AND`;
}

const sqliteSql: Sql = {
  contains: (column, text) => sql`(${holdsPart(column, text)} ${sql.ref(column)} LIKE ${patternOf(text)} ESCAPE '\\')`,
  holdsAll: (column, values) =>
    sql`(${mayHold(column, values, " AND ")} AND NOT EXISTS (SELECT 1 FROM json_each(${writeJson(values)}) AS wanted
      WHERE wanted.value NOT IN (SELECT value FROM json_each(${sql.ref(column)}))))`,
  holdsAny: (column, values) =>
    sql`(${mayHold(column, values, " OR ")} AND EXISTS (SELECT 1 FROM json_each(${sql.ref(column)}) AS held
      WHERE held.value IN (SELECT value FROM json_each(${writeJson(values)}))))`,
  whileWanted,
  isEmptyArray: (column) => sql`json_array_length(${sql.ref(column)}) = 0`,
  elementsOf: (column, alias) => sql`json_each(${sql.ref(column)}) AS ${sql.ref(alias)}`,
  jsonField: (column, key) => sql`json_extract(${sql.ref(column)}, ${`$.${JSON.stringify(key)}`})`,
  rowsOf(json, columns) {
    const fields = Object.keys(columns).map((name) => sql`value ->> ${sql.lit(`$.${name}`)} AS ${sql.ref(name)}`);
    return sql`(SELECT ${sql.join(fields)} FROM json_each(${json}))`;
  },
  insertRows: insertRowsBound,
  rowLock: () => sql``,
  freeRowLock: () => sql``,
  isSettled: () => sql`1 = 1`,
  isForeign: () => sql`1 = 0`,
  version: () => undefined,
  ownVersion: undefined,
  tryLock: () => sql`1`,
};
