import { type Client, isNotFound } from "@ostinato/client";
import { didYouMean } from "@ostinato/core";
import { filterWorkPools, readWorkPool, type WorkPool } from "@ostinato/protocol";
import { CliError } from "../errors.ts";
import { pageRows } from "../pages.ts";

/** Finds a work pool by its name. */
export async function findPool(client: Client, name: string): Promise<WorkPool> {
  try {
    return await client.call(readWorkPool, { params: { name } });
  } catch (error) {
    if (!isNotFound(error)) throw error;
  }
  const pools = await client.call(filterWorkPools, { body: { limit: pageRows } });
  const names = pools.map((pool) => pool.name);
  const few =
    names.length > 0 && names.length <= 10
      ? ` There are: ${names.join(", ")}.`
      : ' "ostinato work-pool ls" lists them.';
  const none = ` There are none yet: ostinato work-pool create ${name} --type process`;
  throw new CliError(
    `There is no work pool ${JSON.stringify(name)}.${didYouMean(name, names) || (names.length === 0 ? none : few)}`,
  );
}
