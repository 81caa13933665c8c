import { chmodSync, closeSync, mkdirSync, openSync, statSync } from "node:fs";
import { basename, dirname, join } from "node:path";

// Parameters, logs and results of one user are not for the others of the machine.

export function makePrivateFolder(folder: string): void {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
}

/** Makes an empty file, where there is none, for its owner only. SQLite gives its log and index the same mode. */
export function makePrivateFile(file: string): void {
  try {
    closeSync(openSync(file, "ax", 0o600));
  } catch {
    // It exists already, or cannot be made: opening it gives the better error.
  }
}

/** Makes an empty file that nobody has yet, and gives its name: this one, or with a number behind it where it is taken. */
export function makeNewPrivateFile(name: string): string {
  for (let number = 1; ; number += 1) {
    const file = number === 1 ? name : `${name}-${number}`;
    try {
      closeSync(openSync(file, "wx", 0o600));
      return file;
    } catch (error) {
      if (!(error instanceof Error && "code" in error && error.code === "EEXIST")) throw error;
    }
  }
}

/**
 * Removes the access of other users that earlier versions left to a home folder. A database elsewhere stays as it is: somebody
 * chose its place and its readers.
 */
export function closeHome(home: string, databaseFile: string): void {
  if (dirname(databaseFile) !== home) return;
  // Any other name was chosen by the user, maybe for a folder with other files in it.
  if (basename(home) === ".ostinato") closeToOthers(home);
  closeToOthers(join(home, "results"));
  for (const ending of ["", "-wal", "-shm"]) closeToOthers(databaseFile + ending);
}

function closeToOthers(path: string): void {
  try {
    const { mode } = statSync(path);
    if ((mode & 0o077) !== 0) chmodSync(path, mode & 0o700);
  } catch {
    // It does not exist, belongs to another user, or is on a file system without modes.
  }
}
