import type { Automation, CompositeTrigger, Trigger } from "@ostinato/protocol";
import type { KnownTrigger } from "./counting.rules.ts";
import { eventsOfMetric } from "./metrics.rules.ts";
import { indexOf, type TriggerIndex } from "./trigger-index.rules.ts";

/** The enabled automations as of one version. */
export interface Known {
  readonly version: number;
  /** The triggers that take an event. */
  readonly index: TriggerIndex<KnownTrigger>;
  /** Event triggers by their id. */
  readonly triggers: ReadonlyMap<string, KnownTrigger>;
}

export function knownAs(version: number, automations: readonly Automation[]): Known {
  const entries = automations.flatMap(eventTriggersOf);
  return {
    version,
    index: indexOf(entries),
    triggers: new Map(entries.map((entry) => [entry.trigger.id, entry])),
  };
}

export function eventTriggersOf(automation: Automation): readonly KnownTrigger[] {
  return eventTriggers(automation, automation.trigger, []);
}

function eventTriggers(
  automation: Automation,
  trigger: Trigger,
  around: readonly CompositeTrigger[],
): readonly KnownTrigger[] {
  if (trigger.type === "event") return [{ automation, trigger, around }];
  if (trigger.type === "metric") return [{ automation, trigger: eventsOfMetric(trigger), metric: trigger, around }];
  return trigger.triggers.flatMap((each) => eventTriggers(automation, each, [trigger, ...around]));
}
