import { defineAutomation } from "../automations/automation.ts";
import type { AutomationDefinition } from "../automations/definition.ts";
import { planOwned } from "../automations/owned.ts";
import type { Api } from "../session/roles.ts";
import type { StateActions } from "./flow-hooks.ts";

/** The automations that do the actions of a flow's hooks, of which the flow is the owner. */
export function automationsOfFlow(name: string, actions: StateActions): readonly AutomationDefinition[] {
  return actions.map(({ hook, types, actions: then }) =>
    defineAutomation({
      name: `${name}: ${hook}`,
      description: `Made by the option ${hook} of the flow "${name}".`,
      // By type, since a run may give its states names of its own.
      when: { trigger: ofTypes(name, types) },
      then,
    }),
  );
}

function ofTypes(name: string, types: readonly string[]) {
  return {
    type: "event" as const,
    posture: "Reactive" as const,
    match: { "prefect.resource.id": "prefect.flow-run.*", "prefect.state-type": [...types] },
    match_related: { "prefect.resource.role": "flow", "prefect.resource.name": name },
    after: [],
    expect: ["prefect.flow-run.*"],
    for_each: [],
    threshold: 1,
    within: 0,
  };
}

/** Makes the automations of a flow what its options say. */
export async function keepAutomationsOfFlow(
  api: Pick<Api, "client">,
  flowId: string,
  definitions: readonly AutomationDefinition[],
): Promise<void> {
  await (await planOwned(api, `prefect.flow.${flowId}`, definitions)).apply();
}
