import type { AutomationUpdate } from "@ostinato/protocol";
import type { Automation } from "../api/types.ts";
import { metricNames, metricOperators } from "./metric-form.ts";
import type { ActionInput, TriggerInput } from "./trigger-form.ts";

/** An automation while it is written: all that is sent when it is saved. */
export type AutomationDraft = Omit<AutomationUpdate, "actions" | "trigger"> & {
  readonly trigger: TriggerInput;
  readonly actions: readonly ActionInput[];
};

/** All of an automation that can be changed, as it was saved. */
export function draftOf(automation: Automation): AutomationDraft {
  const { id: _id, created: _created, updated: _updated, trigger, ...kept } = automation;
  return { ...kept, trigger: withoutIds(trigger) } as unknown as AutomationDraft;
}

/** The server gives triggers new ids whenever they are saved. */
function withoutIds(trigger: object): object {
  const { id: _id, triggers, ...rest } = trigger as { readonly id?: string; readonly triggers?: readonly object[] };
  return triggers === undefined ? rest : { ...rest, triggers: triggers.map(withoutIds) };
}

/** Whether something that was written as JSON has the shape that the form and the sentences read. The server checks the rest. */
export function isDraft(value: unknown): value is AutomationDraft {
  if (!isObject(value)) return false;
  const { name = "", actions = [], tags = [] } = value;
  return (
    typeof name === "string" &&
    isTrigger(value.trigger) &&
    isStrings(tags) &&
    Array.isArray(actions) &&
    actions.every((action) => isObject(action) && typeof action.type === "string")
  );
}

const maxNested = 20;

function isTrigger(value: unknown, nested = 0): boolean {
  if (!isObject(value) || nested > maxNested) return false;
  const { type, triggers, after = [], expect = [], for_each = [], match = {}, match_related = {}, within = 0 } = value;
  const { metric } = value;
  if (within !== null && typeof within !== "number" && typeof within !== "string") return false;
  if (type === "compound" || type === "sequence") {
    return Array.isArray(triggers) && triggers.every((each) => isTrigger(each, nested + 1));
  }
  const labels = [match, ...[match_related].flat()];
  if (!labels.every((each) => isObject(each) && Object.values(each).every((one) => isStrings([one].flat()))))
    return false;
  if (type === "metric") return isMetric(metric);
  return type === "event" && [after, expect, for_each].every(isStrings);
}

function isMetric(value: unknown): boolean {
  if (!isObject(value)) return false;
  const { name, operator, threshold, range = 0, firing_for = 0 } = value;
  const isTime = (time: unknown) => typeof time === "number" || typeof time === "string";
  return (
    metricNames.some((each) => each === name) &&
    metricOperators.some((each) => each === operator) &&
    typeof threshold === "number" &&
    [range, firing_for].every(isTime)
  );
}

function isStrings(value: unknown): value is readonly string[] {
  return Array.isArray(value) && value.every((each) => typeof each === "string");
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
