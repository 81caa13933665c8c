import { statSync } from "node:fs";
import { DatabaseUnavailable } from "../dialect.ts";
import { isDamaged } from "../unavailable.ts";
import { headerWatch } from "./header.ts";

/** Checks that the open database is still the file of its name. */
export interface FileWatch {
  /** Why nothing is to be written any more, and what to do; undefined while all is well. */
  readonly trouble: FileTrouble | undefined;
  /** Looks now; it also looks once a second. */
  look(): FileTrouble | undefined;
  /** Call it with the error of a statement: the file may be the cause. */
  met(error: unknown): void;
  stop(): void;
}

export interface FileTrouble {
  readonly kind: "gone" | "overwritten" | "damaged";
  readonly message: string;
}

export interface FileReports {
  /** Called once for each trouble. */
  readonly lost: (trouble: FileTrouble) => void;
  /** The file is in its place again. */
  readonly found: () => void;
}

const lookMillis = 1000;

/**
 * A file can be removed, renamed or overwritten while it is open, and SQLite continues with the old one: its commits are then
 * lost to everybody. The watch costs four system calls a second, and writers nothing.
 */
export function watchFile(file: string, { lost, found }: FileReports): FileWatch {
  const places = new Map<string, string>();
  const isWrittenOver = headerWatch(file);
  let trouble: FileTrouble | undefined;

  function say(now: FileTrouble | undefined): FileTrouble | undefined {
    const before = trouble;
    trouble = now;
    if (now !== undefined && now.kind !== before?.kind) lost(now);
    if (now === undefined && before !== undefined) found();
    return now;
  }

  /** SQLite makes the other two files when it first needs them, and keeps them as long as anybody has the database open. */
  function misplaced(name: string): "removed" | "replaced" | undefined {
    const place = placeOf(name);
    const before = places.get(name);
    if (before === undefined && place !== undefined) places.set(name, place);
    if (before === undefined || place === before) return undefined;
    return place === undefined ? "removed" : "replaced";
  }

  function look(): FileTrouble | undefined {
    // An overwritten or damaged file does not recover by itself.
    if (trouble !== undefined && trouble.kind !== "gone") return trouble;
    for (const ending of ["", "-wal", "-shm"]) {
      const how = misplaced(file + ending);
      if (how !== undefined) return say(gone(file + ending, how));
    }
    return say(isWrittenOver() ? overwritten(file) : undefined);
  }

  const timer = setInterval(look, lookMillis).unref();
  look();
  return {
    get trouble() {
      return trouble;
    },
    look,
    met(error) {
      if (trouble === undefined && isDamaged(error)) say(damaged(file, error));
    },
    stop: () => clearInterval(timer),
  };
}

/** Identifies the file; undefined if there is none. An unreadable place counts as unchanged. */
function placeOf(name: string): string | undefined {
  const stats = statSync(name, { throwIfNoEntry: false });
  return stats === undefined ? undefined : `${stats.dev}:${stats.ino}`;
}

/** The error to throw if nothing may be written. */
export function troubleWith({ trouble }: FileWatch): DatabaseUnavailable | undefined {
  return trouble === undefined ? undefined : new DatabaseUnavailable(trouble.message);
}

export function refuseWhereLost(watch: FileWatch): void {
  const trouble = troubleWith(watch);
  if (trouble !== undefined) throw trouble;
}

const restoring = 'stop the server and put a backup in its place: "ostinato server restore <file>"';

function gone(name: string, how: "removed" | "replaced"): FileTrouble {
  return {
    kind: "gone",
    message: `The file ${name} was ${how === "removed" ? "removed or renamed" : "replaced by another one"} while the server has it open: nothing is written until it is back. What is in the open file can be saved while the server runs, with "ostinato server save"; then stop the server and put that in its place with "ostinato server restore <file>".`,
  };
}

function overwritten(file: string): FileTrouble {
  return {
    kind: "overwritten",
    message: `The database file ${file} was written over by another program while the server has it open: nothing is written any more, and what was in it is lost but for backups. Now ${restoring}.`,
  };
}

function damaged(file: string, error: unknown): FileTrouble {
  const reason = error instanceof Error ? error.message : String(error);
  return {
    kind: "damaged",
    message: `The database file ${file} is damaged (${reason}): nothing is written any more. See how far by sqlite3 ${file} "PRAGMA quick_check", then ${restoring}.`,
  };
}
