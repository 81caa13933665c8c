import { rm, stat } from "node:fs/promises";
import { join } from "node:path";
import {
  type LocalResultFile,
  localResultScheme,
  parseLocalResultPlace,
  parseResultLocation,
  toMillis,
} from "@ostinato/core";
import type { Context } from "../kernel/context.ts";
import { usedLocations } from "./old-results.queries.ts";

/** A file as young as this may have been written for a result that is still on its way to the server. */
const youngMillis = 24 * 3600 * 1000;

/**
 * Removes the files of removed results that are in this server's home folder, unless another result has the same data. Files on
 * other machines and objects in other stores stay, because this server cannot reach them: the log says how many.
 */
export async function removeFiles(context: Context, locations: readonly string[]): Promise<void> {
  const byScheme = Map.groupBy(new Set(locations), (location) => parseResultLocation(location)?.scheme ?? "unknown");
  for (const [scheme, found] of byScheme) {
    if (scheme === localResultScheme) await removeLocal(context, found);
    else context.log.info({ scheme, results: found.length }, "the data of removed results stays in its store");
  }
}

async function removeLocal(context: Context, locations: readonly string[]): Promise<void> {
  const used = await usedLocations(context.db, locations);
  for (const location of locations) {
    const file = parseLocalResultPlace(parseResultLocation(location)?.place ?? "");
    if (file !== undefined && !used.has(location)) await removeFile(context, file);
  }
}

async function removeFile({ config, clock, log }: Context, { shelf, name }: LocalResultFile): Promise<void> {
  const file = join(config.home, "results", shelf, name);
  try {
    const { mtimeMs } = await stat(file);
    if (toMillis(clock.now()) - mtimeMs > youngMillis) await rm(file);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ENOENT")
      log.warn({ err: error }, "a result's file could not be removed");
  }
}
