import type { createFlow, keepParameterSchema } from "@ostinato/protocol";
import { logLevels } from "@ostinato/protocol/log-levels";
import { describedParameters } from "../blocks/described-parameters.ts";
import { failureMessage } from "../failures/failure-text.ts";
import { notice } from "../logging/console-output.ts";
import { redactInside } from "../secrets/redaction.ts";
import type { Session } from "../session/session.ts";
import type { FlowDefinition } from "./flow-definition.ts";

/** The id of the flow on the server. Registers the flow, with the schema of its parameters, once per session. */
export function flowId(session: Session, definition: FlowDefinition): Promise<string> {
  const key = `${definition.name}\n${definition.version}`;
  const known = session.flowIds.get(key);
  if (known !== undefined) return known;
  const registered = register(session, definition);
  session.flowIds.set(key, registered);
  registered.catch(() => session.flowIds.delete(key));
  return registered;
}

async function register(session: Session, definition: FlowDefinition): Promise<string> {
  const { name, options } = definition;
  const { id } = await session.client.call<typeof createFlow>("POST /flows/", {
    body: { name, tags: redactInside([...(options.tags ?? [])]) },
  });
  if (session.server !== undefined && options.parameters !== undefined) sendSchema(session, definition, id);
  if (definition.actions.length > 0) await keepAutomations(session, definition, id);
  return id;
}

/** Before the run begins, so that the server acts for it too. A run matters more than what is told of it. */
async function keepAutomations(session: Session, { name, actions }: FlowDefinition, id: string): Promise<void> {
  try {
    const { automationsOfFlow, keepAutomationsOfFlow } = await import("./flow-automations.ts");
    await keepAutomationsOfFlow(session, id, automationsOfFlow(name, actions));
  } catch (error) {
    notice(logLevels.warning, `the actions of flow "${name}" are not on the server: ${failureMessage(error)}`);
  }
}

/** Sends the schema, from which pages make forms, while the run goes on. The end of the run waits for it. */
function sendSchema(session: Session, { name, version, options }: FlowDefinition, id: string): void {
  const sending = (async () => {
    await afterThisTurn();
    const schema = await describedParameters(options);
    if (schema === undefined) return;
    await session.client.call<typeof keepParameterSchema>("PUT /flows/{id}/parameter_schema", {
      params: { id },
      // A default value may be a secret.
      body: { version, schema: redactInside(schema) },
    });
  })().catch((error: unknown) =>
    notice(
      logLevels.warning,
      `the parameters of flow "${name}" could not be sent to the server: ${failureMessage(error)}`,
    ),
  );
  session.background.add(sending);
  void sending.then(() => session.background.delete(sending));
}

/** Waits until this iteration of the event loop has sent its requests. */
function afterThisTurn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
