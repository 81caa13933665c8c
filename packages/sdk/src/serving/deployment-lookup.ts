import { isNotFound } from "@ostinato/client";
import { isUuid } from "@ostinato/core";
import type { Deployment, readDeployment, readDeploymentByName, readFlow } from "@ostinato/protocol";
import { UsageError } from "../errors.ts";
import type { Api } from "../session/roles.ts";

/** The deployment; undefined where the server has none of that name. */
export async function findDeployment(
  { client }: Pick<Api, "client">,
  flow_name: string,
  deployment_name: string,
): Promise<Deployment | undefined> {
  try {
    return await client.call<typeof readDeploymentByName>("GET /deployments/name/{flow_name}/{deployment_name}", {
      params: { flow_name, deployment_name },
    });
  } catch (error) {
    if (!isNotFound(error)) throw error;
    return undefined;
  }
}

/** Finds a deployment by its name, `flow/deployment`, or by its id. Throws a UsageError where there is none. */
export async function requireDeployment(
  opened: Pick<Api, "client">,
  wanted: string,
): Promise<{ row: Deployment; flowName: string }> {
  const { client } = opened;
  if (isUuid(wanted)) {
    const row = await client
      .call<typeof readDeployment>("GET /deployments/{id}", { params: { id: wanted } })
      .catch((error: unknown) => {
        throw isNotFound(error) ? noDeployment(wanted) : error;
      });
    const flow = await client.call<typeof readFlow>("GET /flows/{id}", { params: { id: row.flow_id } });
    return { row, flowName: flow.name };
  }
  const [flowName = "", name, ...more] = wanted.split("/");
  if (name === undefined || more.length > 0) {
    throw new UsageError(`"${wanted}" is not the name of a deployment: give "flow/deployment", or its id`);
  }
  const row = await findDeployment(opened, flowName, name);
  if (row === undefined) throw noDeployment(wanted);
  return { row, flowName };
}

function noDeployment(wanted: string): UsageError {
  return new UsageError(`There is no deployment "${wanted}". "ostinato deployment ls" lists them`);
}
