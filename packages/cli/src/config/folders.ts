import { accessSync, constants, mkdirSync, statSync } from "node:fs";
import { dirname } from "node:path";
import { codeOf } from "../errors.ts";

/**
 * Makes a folder and its parents, accessible to their owner only, and checks that it is writable. Throws the system's error with the path
 * that failed. Node's recursive `mkdir` never returns on /proc, where nothing can be created in an existing folder.
 */
export function makeFolder(folder: string): void {
  if (!isFolder(folder)) {
    if (dirname(folder) !== folder) makeFolder(dirname(folder));
    makeOne(folder);
  }
  accessSync(folder, constants.W_OK);
}

function isFolder(path: string): boolean {
  try {
    return statSync(path).isDirectory();
  } catch (error) {
    if (codeOf(error) === "ENOENT") return false;
    throw error;
  }
}

function makeOne(folder: string): void {
  try {
    mkdirSync(folder, 0o700);
  } catch (error) {
    // Another process created it first.
    if (codeOf(error) === "EEXIST" && isFolder(folder)) return;
    // The parent exists, but nothing can be created in it: /proc reports this code.
    if (codeOf(error) === "ENOENT") throw Object.assign(new Error("no entry"), { code: "EACCES", path: folder });
    throw error;
  }
}
