import type { Automation, automationsRelatedTo, deleteAutomation } from "@ostinato/protocol";
import type { Api } from "../session/roles.ts";
import { type AutomationFields, automationFields, isSameField, presentFields, wantedFields } from "./comparing.ts";
import type { AutomationDefinition } from "./definition.ts";
import { resolvedLists, writeNew, writeOver } from "./saving.ts";

type Server = Pick<Api, "client">;

/** An automation that a resource owns, or is to own. */
interface Owned {
  readonly name: string;
  readonly fields: AutomationFields;
}

/** What is to be done so that a resource owns the wanted automations and no others. */
export interface OwnedPlan {
  readonly before: readonly Owned[];
  readonly after: readonly Owned[];
  readonly isSame: boolean;
  apply(): Promise<void>;
}

/** Compares the automations that a resource owns, such as `prefect.deployment.<id>`, with those that it is to own. Those that stay as they are keep what they have counted. */
export async function planOwned(
  api: Server,
  owner: string,
  definitions: readonly AutomationDefinition[],
): Promise<OwnedPlan> {
  const left = [...(await ownedBy(api, owner))];
  const before = left.map((row) => ({ name: row.name, fields: presentFields(row) }));
  const after: Owned[] = [];
  const steps: (() => Promise<unknown>)[] = [];
  for (const definition of definitions) {
    const { name } = definition;
    const place = left.findIndex((row) => row.name === name);
    const [existing] = place === -1 ? [] : left.splice(place, 1);
    const fields = wantedFields(definition, await resolvedLists(api, definition), existing);
    after.push({ name, fields });
    if (existing === undefined) steps.push(() => writeNew(api, { name, fields, owner }));
    else if (!isSame(fields, presentFields(existing))) steps.push(() => writeOver(api, existing.id, { name, fields }));
  }
  for (const { id } of left)
    steps.push(() => api.client.call<typeof deleteAutomation>("DELETE /automations/{id}", { params: { id } }));
  return {
    before,
    after,
    isSame: steps.length === 0,
    async apply() {
      for (const step of steps) await step();
    },
  };
}

function isSame(one: AutomationFields, other: AutomationFields): boolean {
  return automationFields.every((field) => isSameField(one[field], other[field]));
}

async function ownedBy({ client }: Server, owner: string): Promise<readonly Automation[]> {
  return await client.call<typeof automationsRelatedTo>("GET /automations/related-to/{resource_id}", {
    params: { resource_id: owner },
    query: { owned: true },
  });
}
