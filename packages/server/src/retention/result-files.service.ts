import { rm, stat } from "node:fs/promises";
import { join } from "node:path";
import { toMillis } from "@ostinato/core";
import type { Context } from "../kernel/context.ts";
import { usedLocations } from "./old-results.queries.ts";

/** Where the SDK's local store says that a result is: a file below the folder `results` of the home folder. */
const localPattern = /^local:([\w-]{2})\/([\w-]+)$/;

/** A file as young as this may just have been written for a result that is still on its way to the server. */
const youngMillis = 24 * 3600 * 1000;

/**
 * Removes the files of results that are gone, where they are in this server's home folder and no other result has the same
 * data. What lies on other machines, or in other stores, is for their owners: this server can't reach it.
 */
export async function removeFiles(context: Context, locations: readonly string[]): Promise<void> {
  const local = [...new Set(locations)].filter((location) => localPattern.test(location));
  if (local.length === 0) return;
  const used = await usedLocations(context.db, local);
  for (const location of local) if (!used.has(location)) await removeFile(context, location);
}

async function removeFile({ config, clock, log }: Context, location: string): Promise<void> {
  const [, shelf = "", name = ""] = localPattern.exec(location) ?? [];
  const file = join(config.home, "results", shelf, name);
  try {
    const { mtimeMs } = await stat(file);
    if (toMillis(clock.now()) - mtimeMs > youngMillis) await rm(file);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ENOENT")
      log.warn({ err: error }, "a result's file could not be removed");
  }
}
