import { type Client, isNotFound } from "@ostinato/client";
import { didYouMean, isUuid } from "@ostinato/core";
import {
  type Deployment,
  filterDeployments,
  filterFlows,
  readDeployment,
  readDeploymentByName,
} from "@ostinato/protocol";
import { CliError } from "../errors.ts";
import { pageRows } from "../pages.ts";

/** A deployment with its name for people: `flow/deployment`. */
export interface NamedDeployment {
  readonly row: Deployment;
  readonly fullName: string;
}

/** Finds a deployment by its id or its name, `flow/deployment`. */
export async function findDeployment(client: Client, wanted: string): Promise<NamedDeployment> {
  return isUuid(wanted) ? byId(client, wanted) : byName(client, wanted);
}

async function byId(client: Client, id: string): Promise<NamedDeployment> {
  try {
    const [named] = await withNames(client, [await client.call(readDeployment, { params: { id } })]);
    if (named !== undefined) return named;
  } catch (error) {
    if (!isNotFound(error)) throw error;
  }
  throw new CliError(`There is no deployment with the id ${JSON.stringify(id)}. "ostinato deployment ls" lists them.`);
}

async function byName(client: Client, wanted: string): Promise<NamedDeployment> {
  const slash = wanted.indexOf("/");
  const [flow_name, deployment_name] = [wanted.slice(0, slash), wanted.slice(slash + 1)];
  if (slash > 0 && deployment_name !== "") {
    try {
      const row = await client.call(readDeploymentByName, { params: { flow_name, deployment_name } });
      return { row, fullName: wanted };
    } catch (error) {
      if (!isNotFound(error)) throw error;
    }
  }
  throw noSuchDeployment(wanted, await allNames(client));
}

async function allNames(client: Client): Promise<readonly string[]> {
  const rows = await client.call(filterDeployments, { body: { sort: "NAME_ASC", limit: pageRows } });
  return (await withNames(client, rows)).map(({ fullName }) => fullName);
}

function noSuchDeployment(wanted: string, names: readonly string[]): CliError {
  const few =
    names.length > 0 && names.length <= 10
      ? ` There are: ${names.join(", ")}.`
      : ' "ostinato deployment ls" lists them.';
  const hint = wanted.includes("/") ? "" : " Name it with its flow: flow/deployment.";
  return new CliError(`There is no deployment ${JSON.stringify(wanted)}.${didYouMean(wanted, names) || hint || few}`);
}

/** The deployments with the names of their flows. */
export async function withNames(client: Client, rows: readonly Deployment[]): Promise<readonly NamedDeployment[]> {
  const ids = [...new Set(rows.map(({ flow_id }) => flow_id))];
  if (ids.length === 0) return [];
  const flows = await client.call(filterFlows, { body: { flows: { id: { any_: ids } }, limit: pageRows } });
  const names = new Map(flows.map(({ id, name }) => [id, name]));
  return rows.map((row) => ({ row, fullName: `${names.get(row.flow_id) ?? row.flow_id}/${row.name}` }));
}
