import { existsSync, mkdirSync, rmSync, statSync } from "node:fs";
import { dirname } from "node:path";
import { DatabaseSync } from "node:sqlite";
import type { DatabaseFile, Observers, SavedFile } from "../dialect.ts";
import { makeNewPrivateFile } from "../private-files.ts";
import { type FileWatch, refuseWhereLost } from "./file.ts";

export interface OpenFile extends DatabaseFile {
  /** Saves the database if it would be lost with this process. */
  saveForGood(): void;
}

export function openDatabaseFile({
  file,
  reader,
  watch,
  log,
}: {
  readonly file: string;
  readonly reader: DatabaseSync;
  readonly watch: FileWatch;
  readonly log: Observers["log"];
}): OpenFile {
  let claim: FileClaim | undefined;
  const save = () => {
    const moment = new Date().toISOString().replace(/\..*/, "").replace(/\D/g, "");
    return saveOpenFile(reader, `${file}.saved-${moment}`);
  };
  return {
    check() {
      watch.look();
      refuseWhereLost(watch);
    },
    save,
    claim() {
      claim ??= claimFile(file);
      return claim !== undefined;
    },
    saveForGood() {
      claim?.release();
      if (watch.look()?.kind !== "gone" || !existsSync(dirname(file))) return;
      try {
        log?.error(`Saved what was in the open database to ${save().file}, before the server ends.`);
      } catch (error) {
        log?.error({ err: error }, "What is in the open database could not be saved, and ends with the server");
      }
    },
  };
}

/**
 * Writes what an open connection for reading sees into a file of its own, whatever has become of the file that it was opened from,
 * and of those that were saved before.
 */
function saveOpenFile(reader: DatabaseSync, name: string): SavedFile {
  mkdirSync(dirname(name), { recursive: true });
  // SQLite writes into an empty file, and into no other.
  const to = makeNewPrivateFile(name);
  try {
    // A connection that only reads would not even write another file.
    reader.exec("PRAGMA query_only = 0");
    reader.prepare("VACUUM INTO ?").run(to);
    return { file: to, bytes: statSync(to).size };
  } catch (error) {
    rmSync(to, { force: true });
    throw error;
  } finally {
    reader.exec("PRAGMA query_only = 1");
  }
}

interface FileClaim {
  release(): void;
}

/**
 * Makes this process the only one that serves a file, unless another one is: it holds a lock for as long as it lives, by which
 * SQLite's own locks are put to use. The file beside the database stays empty.
 */
function claimFile(file: string): FileClaim | undefined {
  const lock = new DatabaseSync(`${file}-server`, { timeout: 0 });
  try {
    lock.exec("BEGIN EXCLUSIVE");
    return { release: () => lock.isOpen && lock.close() };
  } catch {
    lock.close();
    return undefined;
  }
}
