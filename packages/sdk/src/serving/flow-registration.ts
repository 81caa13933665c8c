import type { createFlow, keepParameterSchema } from "@ostinato/protocol";
import { keepAutomationsOfFlow } from "../flow/flow-automations.ts";
import { redactInside } from "../secrets/redaction.ts";
import type { Api } from "../session/roles.ts";
import type { DescribedFlow } from "./run-job.ts";

/** Makes the flow known to the server, with the schema of its parameters, and gives its id. */
export async function registerFlow(
  { client, server }: Pick<Api, "client" | "server">,
  flow: DescribedFlow,
): Promise<string> {
  const { id } = await client.call<typeof createFlow>("POST /flows/", {
    body: { name: flow.name, tags: redactInside([...flow.tags]) },
  });
  await keepAutomationsOfFlow({ client }, id, flow.automations);
  if (server === undefined || !flow.isOwnSchema || flow.parameterSchema === undefined) return id;
  await client.call<typeof keepParameterSchema>("PUT /flows/{id}/parameter_schema", {
    params: { id },
    // A default value may be a secret.
    body: { version: flow.version, schema: redactInside(flow.parameterSchema) },
  });
  return id;
}
