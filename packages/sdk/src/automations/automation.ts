import { UsageError } from "../errors.ts";
import { aBoolean, aName, anything, aString, checkOptions, type Rules, shown, strings } from "../run/option-checks.ts";
import { session } from "../session/session.ts";
import { type Action, isAction } from "./action.ts";
import type { AutomationDefinition, SavedAutomation } from "./definition.ts";
import type { When } from "./when.ts";
import { wireTrigger } from "./wire-trigger.ts";

type Actions = Action | readonly Action[];

export interface AutomationOptions {
  /** Identifies it: saving it again changes the automation of this name. */
  readonly name: string;
  readonly description?: string;
  readonly tags?: readonly string[];
  /** Whether it is on. One that is made is on unless this is false; one that is there stays as it is. */
  readonly enabled?: boolean;
  readonly when: When;
  /** What it does each time, with the event that fired it. */
  readonly then: Actions;
  /** What it does with the event `prefect.automation.triggered`. */
  readonly onTrigger?: Actions;
  /** What it does with the event `prefect.automation.resolved`. */
  readonly onResolve?: Actions;
}

const mark: unique symbol = Symbol.for("ostinato.automation") as never;

/** What `automation()` returns, and `automations` of `ostinato.config.ts` takes. */
export interface Automation {
  readonly [mark]: AutomationDefinition;
  readonly name: string;
  /** Makes it on the server, or changes the one of this name. Rejects with a `UsageError` where something that it names is not there. */
  save(): Promise<SavedAutomation>;
}

const rules: Rules = {
  name: aName,
  description: aString,
  tags: strings,
  enabled: aBoolean,
  when: anything,
  then: anything,
  onTrigger: anything,
  onResolve: anything,
};

/**
 * Describes an automation: what it waits for, and what it does then. It is made by `save()`, or by `ostinato deploy` where it stands in
 * `ostinato.config.ts`.
 *
 * ```ts
 * import { flow } from "ostinato";
 * import { automation, notify, runDeployment, slack } from "ostinato/automations";
 *
 * export const train = flow(async function train() {});
 *
 * export const tellUs = automation({
 *   name: "training fails",
 *   when: { flow: train, state: "Failed", times: 3, within: "10m" },
 *   then: [notify(slack("team"), { subject: "Training fails", body: "{{ flow_run.name }}: {{ flow_run.state.message }}" })],
 * });
 *
 * export const next = automation({
 *   name: "report after training",
 *   when: { flow: train, state: "Completed" },
 *   then: runDeployment("report/daily", { parameters: { day: "{{ event.occurred.date() }}" } }),
 * });
 *
 * export const saved = () => tellUs.save();
 * ```
 */
export function automation(options: AutomationOptions): Automation {
  const definition = defineAutomation(options);
  return {
    [mark]: definition,
    name: definition.name,
    async save() {
      const [{ saveAutomation }, opened] = await Promise.all([import("./saving.ts"), session()]);
      return await saveAutomation(opened, definition);
    },
  };
}

export function isAutomation(value: unknown): value is Automation {
  return typeof value === "object" && value !== null && mark in value;
}

export function automationDefinition(automation: Automation): AutomationDefinition {
  return automation[mark];
}

/** Throws a `UsageError` that names the first wrong option. `owner` names what the automation is a part of: `Deployment "nightly": triggers[0]`. */
export function defineAutomation(options: AutomationOptions, owner?: string): AutomationDefinition {
  const {
    name,
    when,
    then,
    description = "",
    tags = [],
    enabled,
    onTrigger = [],
    onResolve = [],
  } = Object(options) as AutomationOptions;
  const what = owner ?? `Automation ${shown(name)}`;
  checkOptions(what, options, rules);
  if (name === undefined)
    throw new UsageError('automation() needs a name: { name: "training fails", when: …, then: … }');
  if (when === undefined) throw new UsageError(`${what} needs what it waits for: when: { event: "order.paid" }`);
  if (then === undefined) throw new UsageError(`${what} needs what it does: then: notify(slack("team"))`);
  return {
    name,
    description,
    tags,
    enabled,
    trigger: wireTrigger(`${what}: when`, when),
    actions: listed(`${what}: then`, then),
    actions_on_trigger: listed(`${what}: onTrigger`, onTrigger),
    actions_on_resolve: listed(`${what}: onResolve`, onResolve),
  };
}

function listed(what: string, given: Actions): readonly Action[] {
  const actions: readonly unknown[] = Array.isArray(given) ? given : [given];
  const wrong = actions.find((action) => !isAction(action));
  if (wrong === undefined) return actions as readonly Action[];
  throw new UsageError(`${what} has ${shown(wrong)}; give actions of "ostinato/automations", such as cancelRun()`);
}
