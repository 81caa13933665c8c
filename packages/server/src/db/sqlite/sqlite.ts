import { dirname } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { type Clock, sleep } from "@ostinato/core";
import { CompiledQuery } from "kysely";
import type { Metrics } from "../../kernel/metrics.ts";
import { type Database, DatabaseUnavailable, type Observers, slowReadSeconds, type Writer } from "../dialect.ts";
import { makePrivateFile, makePrivateFolder } from "../private-files.ts";
import { isUnavailable } from "../unavailable.ts";
import { checkpointsInBackground } from "./checkpoints.ts";
import { type FileWatch, refuseWhereLost, watchFile } from "./file.ts";
import { groupCommit } from "./group-commit.ts";
import { kyselyOnSqlite } from "./kysely.ts";
import { openDatabaseFile } from "./open-file.ts";
import { sqliteReaders } from "./reader.ts";
import { giveBackPages, sparePages } from "./space.ts";
import { sqliteTypes } from "./sql.ts";
import { maxMapped, statementsOf } from "./statements.ts";
import { stillWanted } from "./still-wanted.ts";

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
    types: sqliteTypes,
    read: reading,
    slow: slow.readerFor({ lane: "programs" }),
    slowFor: slow.readerFor,
    async write(work) {
      refuseWhereLost(watch);
      return await commitTogether(() => work(writing as Writer, writing as Writer));
    },
    giveBackSpace: async (pages) => {
      // Seen first without a transaction: most of the time there is nothing to do.
      if (watch.trouble !== undefined || sparePages(writer) === 0) return 0;
      return commitTogether(async () => giveBackPages(writer, pages));
    },
    execute: async (statement) => {
      await writing.executeQuery(CompiledQuery.raw(statement));
    },
    file: openFiles,
    notices: { send: async () => {}, listen: async () => {}, renew() {} },
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
