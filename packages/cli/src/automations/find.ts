import { type Client, isNotFound } from "@ostinato/client";
import { didYouMean, isUuid } from "@ostinato/core";
import { type Automation, filterAutomations, readAutomation } from "@ostinato/protocol";
import { CliError } from "../errors.ts";
import { pageRows } from "../pages.ts";

/** Finds an automation by its id or its name. Several may have one name. */
export async function findAutomation(client: Client, wanted: string): Promise<Automation> {
  if (isUuid(wanted)) return await byId(client, wanted);
  const named = { name: { any_: [wanted] } };
  const found = await client.call(filterAutomations, { body: { automations: named, limit: pageRows } });
  const [first, second] = found;
  if (first !== undefined && second === undefined) return first;
  if (first === undefined) throw await noneNamed(client, wanted);
  const ids = found.map(({ id }) => id).join(", ");
  throw new CliError(
    `${found.length} automations have the name ${JSON.stringify(wanted)}. Give the id of one: ${ids}.`,
  );
}

async function byId(client: Client, id: string): Promise<Automation> {
  try {
    return await client.call(readAutomation, { params: { id } });
  } catch (error) {
    if (!isNotFound(error)) throw error;
  }
  throw new CliError(`There is no automation with the id ${JSON.stringify(id)}. "ostinato automation ls" lists them.`);
}

async function noneNamed(client: Client, wanted: string): Promise<CliError> {
  const all = await client.call(filterAutomations, { body: { limit: pageRows } });
  const near = didYouMean(wanted, new Set(all.map(({ name }) => name)));
  return new CliError(
    `There is no automation ${JSON.stringify(wanted)}.${near || ' "ostinato automation ls" lists them.'}`,
  );
}
