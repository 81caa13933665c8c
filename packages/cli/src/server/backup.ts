import { existsSync } from "node:fs";
import { constants, setPriority } from "node:os";
import { dirname, resolve } from "node:path";
import { withoutPasswords } from "@ostinato/core";
import { type Config, readConfig } from "@ostinato/server/config";
import { makeFolder } from "../config/folders.ts";
import { CliError } from "../errors.ts";
import { spanText } from "../output/moments.ts";
import { note, say, sayJson } from "../output/output.ts";
import { sizeText } from "../output/sizes.ts";
import { openLiveBlock } from "../progress/live-block.ts";
import { isOurs, registeredServers } from "./registration.ts";
import { shortPath } from "./short-path.ts";
import { databaseError } from "./start-error.ts";

export interface BackupOptions {
  readonly force?: boolean;
  readonly json?: boolean;
}

type Upkeep = typeof import("@ostinato/server/upkeep");

/** Copies the database into a file. Servers may use it meanwhile. */
export async function backup(file: string, { force = false, json }: BackupOptions): Promise<void> {
  const database = sqliteFile((url) => [
    `pg_dump --format=custom --file=${file} '${url}'`,
    `pg_restore --clean --if-exists --dbname='${url}' ${file}`,
  ]);
  const began = performance.now();
  giveWay();
  const progress = progressOf("Copying");
  const copied = await withUpkeep(async ({ backupSqlite }) => {
    makeFolder(dirname(resolve(file)));
    return backupSqlite(database, { to: resolve(file), overwrite: force, onProgress: progress.show });
  }).finally(progress.close);
  const seconds = secondsSince(began);
  if (json) return sayJson({ database, ...copied, seconds });
  say(
    `Backed up ${shortPath(database)} to ${shortPath(copied.file)}: ${sizeText(copied.bytes)}, in ${spanText(seconds)}.`,
  );
  say(`The copy was read from end to end and is intact; its schema is ${copied.schema}.`);
  if (existsSync(`${database}.key`)) {
    note(
      `The secrets of its blocks need the key in ${shortPath(`${database}.key`)}: keep a copy of that apart from it.`,
    );
  }
}

/** Lowers the priority, because checking a copy keeps a core busy and servers on this machine come first. */
function giveWay(): void {
  try {
    setPriority(constants.priority.PRIORITY_LOW);
  } catch {
    // Some containers forbid it; back up anyway.
  }
}

/** Replaces the database by a copy of a backup. */
export async function restore(file: string, { json }: BackupOptions): Promise<void> {
  const database = sqliteFile((url) => [`pg_restore --clean --if-exists --dbname='${url}' ${file}`]);
  await refuseServers(database);
  const progress = progressOf("Restoring");
  const aside = `${database}.before-restore-${new Date().toISOString().replace(/\..*/, "").replace(/\D/g, "")}`;
  const restored = await withUpkeep(async ({ restoreSqlite }) => {
    makeFolder(dirname(database));
    return restoreSqlite(resolve(file), { to: database, aside, onProgress: progress.show });
  }).finally(progress.close);
  const { bytes, schema, previous } = restored;
  if (json) return sayJson({ database, from: resolve(file), bytes, schema, previous });
  say(`Restored ${shortPath(database)} from ${shortPath(resolve(file))}: ${sizeText(bytes)}, schema ${schema}.`);
  if (previous !== null) say(`The previous database is kept as ${shortPath(previous)}.`);
}

/** Rewrites the file without its free space. */
export async function vacuum({ json }: { readonly json?: boolean }): Promise<void> {
  const database = sqliteFile((url) => [`psql '${url}' --command='VACUUM (VERBOSE, ANALYZE)'`]);
  await refuseServers(database);
  if (!json)
    note(`Rewriting ${shortPath(database)}: this needs as much disk space again, and about a second per 100 MB.`);
  const began = performance.now();
  const { bytesBefore, bytes } = await withUpkeep(({ vacuumSqlite }) => vacuumSqlite(database));
  const seconds = secondsSince(began);
  if (json) return sayJson({ database, bytes_before: bytesBefore, bytes, seconds });
  say(
    `${shortPath(database)} takes ${sizeText(bytes)}, before ${sizeText(bytesBefore)}; done in ${spanText(seconds)}.`,
  );
}

/** The file of the database. For PostgreSQL throws an error that names its own tools. */
function sqliteFile(tools: (url: string) => readonly string[]): string {
  const { database }: Config = readConfig();
  if (database.kind === "sqlite") return database.file;
  const commands = tools(withoutPasswords(database.url)).join("\n  ");
  throw new CliError(`This command is for SQLite. PostgreSQL has its own tools for it:\n  ${commands}`);
}

async function refuseServers(database: string): Promise<void> {
  for (const server of registeredServers()) {
    if (server.database !== database || !(await isOurs(server))) continue;
    throw new CliError(
      `A server runs on ${shortPath(database)}: ${server.url} (process ${server.pid}). Stop it first: ostinato server stop --port ${server.port}`,
    );
  }
}

async function withUpkeep<T>(work: (upkeep: Upkeep) => Promise<T>): Promise<T> {
  const upkeep = await import("@ostinato/server/upkeep");
  try {
    return await work(upkeep);
  } catch (error) {
    if (error instanceof upkeep.DatabaseFileRefused) throw new CliError(error.message, { cause: error });
    throw databaseError(error, readConfig()) ?? error;
  }
}

/** A progress line at the bottom of the terminal; does nothing where the output goes elsewhere. */
function progressOf(verb: string): { show(done: number, total: number): void; close(): void } {
  if (!process.stderr.isTTY) return { show: () => {}, close: () => {} };
  const block = openLiveBlock();
  return {
    show: (done, total) => block.show([`${verb} ${Math.floor((100 * done) / Math.max(1, total))} %`]),
    close() {
      block.show([]);
      block.close();
    },
  };
}

function secondsSince(began: number): number {
  return Math.round(performance.now() - began) / 1000;
}
