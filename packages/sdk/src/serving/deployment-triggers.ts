import { runDeployment } from "../automations/actions.ts";
import { defineAutomation } from "../automations/automation.ts";
import type { AutomationDefinition } from "../automations/definition.ts";
import { type OwnedPlan, planOwned } from "../automations/owned.ts";
import { UsageError } from "../errors.ts";
import type { DeploymentOptions, DeploymentTrigger } from "../flow/deployment-options.ts";
import {
  aBoolean,
  aDuration,
  aName,
  anObject,
  anything,
  aString,
  checkOptions,
  type Rules,
} from "../run/option-checks.ts";
import type { Api } from "../session/roles.ts";

const rules: Rules = {
  when: anything,
  name: aName,
  description: aString,
  enabled: aBoolean,
  parameters: anObject,
  jobVariables: anObject,
  after: aDuration,
};

/** Throws a `UsageError` that names the first wrong option of the triggers. */
export function checkTriggers(what: string, triggers: readonly DeploymentTrigger[]): void {
  for (const [index, trigger] of triggers.entries()) {
    checkOptions(`${what}: triggers[${index}]`, trigger, rules);
    if (trigger.when === undefined)
      throw new UsageError(`${what}: triggers[${index}] needs what starts a run: when: { event: "order.paid" }`);
  }
  triggerAutomations(what, "", triggers);
}

/** The automations that a deployment owns for its triggers. */
function triggerAutomations(
  deployment: string,
  deploymentId: string,
  triggers: readonly DeploymentTrigger[],
): readonly AutomationDefinition[] {
  return triggers.map(({ name, when, description, enabled, parameters, jobVariables, after }, index) =>
    defineAutomation(
      {
        name: name ?? `${deployment}: trigger ${index + 1}`,
        when,
        then: runDeployment(deploymentId, {
          ...(parameters === undefined ? {} : { parameters }),
          ...(jobVariables === undefined ? {} : { jobVariables }),
          ...(after === undefined ? {} : { after }),
        }),
        ...(description === undefined ? {} : { description }),
        ...(enabled === undefined ? {} : { enabled }),
      },
      `${deployment}: triggers[${index}]`,
    ),
  );
}

/** Compares the triggers of a deployment that is there with those of its options. */
export function planTriggers(
  api: Pick<Api, "client">,
  { id, name }: { readonly id: string; readonly name: string },
  { triggers = [] }: Pick<DeploymentOptions, "triggers">,
): Promise<OwnedPlan> {
  return planOwned(api, `prefect.deployment.${id}`, triggerAutomations(name, id, triggers));
}
