import { cpSync } from "node:fs";
import { mkdir, mkdtemp, rename, rm, stat } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

/** Where what is costly to make is kept between runs; `npm ci` empties it with the rest of node_modules. */
export const cacheFolder = fileURLToPath(new URL("../../../node_modules/.cache/ostinato", import.meta.url));

/**
 * Gives the folder `path`, made by `fill` on the first call. `fill` writes into another folder, renamed at the end, so
 * that two processes that come at once, or one that is killed halfway, never leave a half-filled one.
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

/** In one go: for the thousand small files of a PostgreSQL the asynchronous `cp` takes eight times as long. */
export function copyFolder(from: string, to: string): void {
  cpSync(from, to, { recursive: true, verbatimSymlinks: true });
}

export async function exists(path: string): Promise<boolean> {
  return await stat(path).then(
    () => true,
    () => false,
  );
}
