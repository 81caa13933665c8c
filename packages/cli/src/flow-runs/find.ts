import { type Client, isNotFound } from "@ostinato/client";
import { isUuid } from "@ostinato/core";
import { type FlowRun, filterFlowRuns, readFlowRun } from "@ostinato/protocol";
import { CliError, usageError } from "../errors.ts";

/** Finds a flow run by its id or its name. */
export async function findFlowRun(client: Client, wanted: string): Promise<FlowRun> {
  return isUuid(wanted) ? byId(client, wanted) : byName(client, wanted);
}

async function byId(client: Client, id: string): Promise<FlowRun> {
  try {
    return await client.call(readFlowRun, { params: { id } });
  } catch (error) {
    throw isNotFound(error) ? noSuchRun("id", id) : error;
  }
}

async function byName(client: Client, name: string): Promise<FlowRun> {
  const [found, ...others] = await client.call(filterFlowRuns, {
    body: { flow_runs: { name: { any_: [name] } }, sort: "START_TIME_DESC", limit: 5 },
  });
  if (found === undefined) throw noSuchRun("name", name);
  if (others.length === 0) return found;
  const ids = [found, ...others].map(({ id }) => id).join(", ");
  throw usageError(`Several flow runs have the name ${JSON.stringify(name)}. Give the id of one: ${ids}`);
}

function noSuchRun(what: string, wanted: string): CliError {
  return new CliError(
    `There is no flow run with the ${what} ${JSON.stringify(wanted)}. "ostinato flow-run ls" lists the newest.`,
  );
}
