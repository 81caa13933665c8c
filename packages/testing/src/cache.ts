import { cpSync } from "node:fs";
import { mkdir, mkdtemp, rename, rm, stat } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

/** A cache between runs for data that is costly to make; `npm ci` empties it with the rest of node_modules. */
export const cacheFolder = fileURLToPath(new URL("../../../node_modules/.cache/ostinato", import.meta.url));

/**
 * Returns the folder `path`, made by `fill` on the first call. `fill` writes into another folder, which is renamed at the end, so that
 * neither two simultaneous processes nor a killed one leave a partial folder.
 */
export async function folderMadeOnce(path: string, fill: (staging: string) => Promise<void>): Promise<string> {
  if (await exists(path)) return path;
  await mkdir(dirname(path), { recursive: true });
  const staging = await mkdtemp(join(dirname(path), `.${basename(path)}-`));
  try {
    await fill(staging);
    await rename(staging, path);
  } catch (error) {
    await rm(staging, { recursive: true, force: true });
    if (!(await exists(path))) throw error;
  }
  return path;
}

/** Synchronous, because the asynchronous `cp` takes eight times as long for the thousand small files of a PostgreSQL. */
export function copyFolder(from: string, to: string): void {
  cpSync(from, to, { recursive: true, verbatimSymlinks: true });
}

export async function exists(path: string): Promise<boolean> {
  return await stat(path).then(
    () => true,
    () => false,
  );
}
