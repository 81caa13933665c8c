import { mkdtempSync, statSync } from "node:fs";
import { rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { DriverError } from "../driver-error.ts";

export interface WorkingFolder {
  readonly path: string;
  readonly isTemporary: boolean;
}

/** The folder of the configuration, which must exist, or a new temporary one. */
export function workingFolder(configured: unknown): WorkingFolder {
  if (configured === undefined || configured === null || configured === "") {
    return { path: mkdtempSync(join(tmpdir(), "ostinato-run-")), isTemporary: true };
  }
  if (typeof configured !== "string") {
    throw new DriverError(`working_dir is ${JSON.stringify(configured)}; give the path of a folder.`);
  }
  const path = resolve(configured);
  if (!isFolder(path)) {
    throw new DriverError(
      `working_dir is ${JSON.stringify(configured)}, which is not a folder on the worker's machine. Create it, name another, or leave it out for a temporary one.`,
    );
  }
  return { path, isTemporary: false };
}

/** What can't be removed stays: it holds up no run. */
export async function removeFolder(path: string | undefined): Promise<void> {
  if (path !== undefined) await rm(path, { recursive: true, force: true, maxRetries: 3 }).catch(() => {});
}

function isFolder(path: string): boolean {
  try {
    return statSync(path).isDirectory();
  } catch {
    return false;
  }
}
