import type { createFlow, keepParameterSchema } from "@ostinato/protocol";
import type { FlowDefinition } from "./flow-definition.ts";
import { jsonSchemaOf } from "./parameter-schema.ts";
import { redactInside } from "./redaction.ts";
import type { Session } from "./session.ts";

/** The id of the flow on the server, which is told of it, and of the schema of its parameters, once per session. */
export function flowId(session: Session, definition: FlowDefinition): Promise<string> {
  const key = `${definition.name}\n${definition.version}`;
  const known = session.flowIds.get(key);
  if (known !== undefined) return known;
  const asked = register(session, definition);
  session.flowIds.set(key, asked);
  asked.catch(() => session.flowIds.delete(key));
  return asked;
}

async function register(session: Session, { name, version, options }: FlowDefinition): Promise<string> {
  const flow = await session.client.call<typeof createFlow>("POST /flows/", {
    body: { name, tags: redactInside([...(options.tags ?? [])]) },
  });
  if (session.server === undefined || options.parameters === undefined) return flow.id;
  const schema = await jsonSchemaOf(options.parameters);
  if (schema !== undefined) {
    await session.client.call<typeof keepParameterSchema>("PUT /flows/{id}/parameter_schema", {
      params: { id: flow.id },
      // A default value may be a secret.
      body: { version, schema: redactInside(schema) },
    });
  }
  return flow.id;
}
