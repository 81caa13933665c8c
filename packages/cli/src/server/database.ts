import { withoutPasswords } from "@ostinato/core";
import { type Config, readConfig } from "@ostinato/server/config";
import { confirmed } from "../output/confirm.ts";
import { note, say, sayJson } from "../output/output.ts";
import { askServer, authString } from "./ask-server.ts";
import { prepareDatabase } from "./prepare-database.ts";
import { registeredServers } from "./registration.ts";
import { shortPath } from "./short-path.ts";
import { databaseError } from "./start-error.ts";

interface DatabaseOptions {
  readonly json?: boolean;
}

export async function upgrade({ json }: DatabaseOptions): Promise<void> {
  const config = readConfig();
  const applied = await withDatabase(config, ({ upgradeDatabase }) => upgradeDatabase(config));
  const database = nameOf(config);
  if (json) return sayJson({ database, applied });
  if (applied.length === 0) return say(`${database} is up to date.`);
  say(`Upgraded ${database}: ${applied.join(", ")}`);
}

export async function reset({ json, yes }: DatabaseOptions & { readonly yes?: boolean }): Promise<void> {
  const config = readConfig();
  const database = nameOf(config);
  await warnOfServers();
  if (!(await confirmed(`All flows, runs, logs, artifacts and results in ${database} will be deleted.`, yes))) {
    return note("Nothing was changed.");
  }
  await withDatabase(config, ({ resetDatabase }) => resetDatabase(config));
  if (json) sayJson({ database, reset: true });
  else say(`${database} is empty.`);
}

async function withDatabase<T>(
  config: Config,
  work: (upkeep: typeof import("@ostinato/server/upkeep")) => Promise<T>,
): Promise<T> {
  try {
    await prepareDatabase(config);
    return await work(await import("@ostinato/server/upkeep"));
  } catch (error) {
    throw databaseError(error, config) ?? error;
  }
}

/** A running server continues with the empty tables; its present runs then report to rows that are gone. */
async function warnOfServers(): Promise<void> {
  for (const { url } of registeredServers()) {
    const answer = await askServer(`${url}/api`, authString());
    if (answer.kind === "ostinato" || answer.kind === "locked")
      note(`A server is running at ${url}; runs that report to it now will be lost.`);
  }
}

function nameOf({ database }: Config): string {
  return database.kind === "sqlite" ? shortPath(database.file) : withoutPasswords(database.url);
}
