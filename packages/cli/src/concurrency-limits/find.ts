import { type Client, isNotFound } from "@ostinato/client";
import { didYouMean } from "@ostinato/core";
import { filterConcurrencyLimits, type GlobalConcurrencyLimit, readConcurrencyLimit } from "@ostinato/protocol";
import { CliError } from "../errors.ts";
import { pageRows } from "../pages.ts";

/** Finds a concurrency limit by its name or its id. */
export async function findLimit(client: Client, wanted: string): Promise<GlobalConcurrencyLimit> {
  try {
    return await client.call(readConcurrencyLimit, { params: { id_or_name: wanted } });
  } catch (error) {
    if (!isNotFound(error)) throw error;
  }
  const limits = await client.call(filterConcurrencyLimits, { body: { limit: pageRows } });
  const near = didYouMean(
    wanted,
    limits.map(({ name }) => name),
  );
  throw new CliError(
    `There is no concurrency limit ${JSON.stringify(wanted)}.${near || ' "ostinato concurrency-limit ls" lists them.'}`,
  );
}
