import { accessSync, constants, mkdirSync, statSync } from "node:fs";
import { dirname } from "node:path";
import { codeOf } from "../errors.ts";

/**
 * Makes a folder with those above it, for its owner only, and makes sure that files can be written there. Throws the system's error, with the path
 * that stood in the way. Node's own way of making nested folders never returns on /proc, where a folder exists in which
 * nothing can be made.
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
    // Another process was quicker.
    if (codeOf(error) === "EEXIST" && isFolder(folder)) return;
    // The folder above is there, and nothing can be made in it: /proc says so in this way.
    if (codeOf(error) === "ENOENT") throw Object.assign(new Error("no entry"), { code: "EACCES", path: folder });
    throw error;
  }
}
