import type { Automation, createAutomation, filterAutomations, replaceAutomation } from "@ostinato/protocol";
import { UsageError } from "../errors.ts";
import { redactInside } from "../secrets/redaction.ts";
import type { Api } from "../session/roles.ts";
import {
  type AutomationFields,
  automationFields,
  isSameField,
  presentFields,
  type ResolvedActions,
  wantedFields,
} from "./comparing.ts";
import type { AutomationDefinition, SavedAutomation } from "./definition.ts";
import { type Expected, resolvedActions } from "./resolving.ts";

type Server = Pick<Api, "client">;

export async function saveAutomation(api: Server, definition: AutomationDefinition): Promise<SavedAutomation> {
  const { name } = definition;
  const existing = await findAutomation(api, name);
  const wanted = wantedFields(definition, await resolvedLists(api, definition), existing);
  if (existing === undefined) {
    const { id } = await writeNew(api, { name, fields: wanted });
    return { id, name, outcome: "created" };
  }
  const { id } = existing;
  const present = presentFields(existing);
  if (automationFields.every((field) => isSameField(wanted[field], present[field])))
    return { id, name, outcome: "unchanged" };
  await writeOver(api, id, { name, fields: wanted });
  return { id, name, outcome: "changed" };
}

/** The automation of this name; undefined where there is none. Throws a `UsageError` where there are several. */
export async function findAutomation({ client }: Server, name: string): Promise<Automation | undefined> {
  const automations = { name: { any_: [name] } };
  const found = await client.call<typeof filterAutomations>("POST /automations/filter", {
    body: { automations, limit: 10 },
  });
  if (found.length <= 1) return found[0];
  const ids = found.map(({ id }) => id).join(", ");
  throw new UsageError(`${found.length} automations have the name "${name}": ${ids}. Delete or rename all but one.`);
}

export async function resolvedLists(
  api: Server,
  definition: AutomationDefinition,
  isExpected?: Expected,
): Promise<ResolvedActions> {
  const what = `Automation "${definition.name}"`;
  const options = { what, ...(isExpected === undefined ? {} : { isExpected }) };
  return {
    actions: await resolvedActions(api, definition.actions, options),
    actions_on_trigger: await resolvedActions(api, definition.actions_on_trigger, options),
    actions_on_resolve: await resolvedActions(api, definition.actions_on_resolve, options),
  };
}

export interface Writing {
  readonly name: string;
  readonly fields: AutomationFields;
  /** The resource with which it goes. */
  readonly owner?: string | undefined;
}

export async function writeNew({ client }: Server, { name, fields, owner }: Writing): Promise<Automation> {
  const body = { name, ...redactInside(fields), ...(owner === undefined ? {} : { owner_resource: owner }) };
  return await client.call<typeof createAutomation>("POST /automations/", {
    encodedBody: JSON.stringify(body),
    repeatable: false,
  });
}

export async function writeOver({ client }: Server, id: string, { name, fields }: Writing): Promise<void> {
  await client.call<typeof replaceAutomation>("PUT /automations/{id}", {
    params: { id },
    encodedBody: JSON.stringify({ name, ...redactInside(fields) }),
  });
}
