import type { Automation, CompositeTrigger, Event, Trigger } from "@ostinato/protocol";
import type { Enabled } from "../automations/enabled.service.ts";
import type { KnownTrigger } from "./counting.rules.ts";
import { type Known, nothingKnown, type Part } from "./known.ts";
import { eventsOfMetric } from "./metrics.rules.ts";
import { indexOf } from "./trigger-index.rules.ts";

/** What has become of the automations. */
export interface Changes {
  readonly version: number;
  /** The ids of all enabled automations. */
  readonly present: readonly string[];
  /** Those that are new or have changed. */
  readonly read: readonly Enabled[];
}

export function knownAs(version: number, automations: readonly Automation[]): Known {
  const read = automations.map((automation) => ({ automation, countsFrom: 0 }));
  return knownAfter(nothingKnown, { version, present: automations.map(({ id }) => id), read });
}

/** Indexes what has changed; the rest stays indexed as it is, for the most part. */
export function knownAfter(before: Known, { version, present, read }: Changes): Known {
  const readById = new Map(read.map((each) => [each.automation.id, each]));
  const automations = new Map<string, Automation>();
  const countsFrom = new Map<string, number>();
  for (const id of present) {
    const changed = readById.get(id);
    const automation = changed?.automation ?? before.automations.get(id);
    if (automation === undefined) continue;
    automations.set(id, automation);
    countsFrom.set(id, changed?.countsFrom ?? before.countsFrom.get(id) ?? 0);
  }
  const isPresent = (automation: Automation) => automations.get(automation.id) === automation;
  const changed = read.map(({ automation }) => automation);
  const parts = partsWith(before.parts, changed, { isPresent, count: automations.size });
  const find = (event: Event) =>
    parts.flatMap(({ index }) => index.find(event)).filter(({ automation }) => isPresent(automation));
  return {
    version,
    automations,
    countsFrom,
    parts,
    find,
    counting: (event, asOf) => find(event).filter(({ automation: { id } }) => (countsFrom.get(id) ?? 0) <= asOf),
    triggerOf(id) {
      const found = parts.flatMap(({ triggers }) => triggers.get(id) ?? []);
      return found.find(({ automation }) => isPresent(automation));
    },
  };
}

/** A part has at least so many times the automations of the next one, so that there are few and most changes touch only small ones. */
const growth = 4;

interface Presence {
  readonly isPresent: (automation: Automation) => boolean;
  readonly count: number;
}

function partsWith(
  before: readonly Part[],
  read: readonly Automation[],
  { isPresent, count }: Presence,
): readonly Part[] {
  const kept = [...before];
  let added = read.filter(isPresent);
  const isSmall = (part: Part) => part.automations.length < added.length * growth;
  const isMostlyOld = () => sizeOf(kept) + added.length > 2 * count;
  for (let last = kept.at(-1); last !== undefined && (isSmall(last) || isMostlyOld()); last = kept.at(-1)) {
    kept.pop();
    added = [...last.automations.filter(isPresent), ...added];
  }
  return added.length === 0 ? kept : [...kept, partOf(added)];
}

function sizeOf(parts: readonly Part[]): number {
  return parts.reduce((sum, { automations }) => sum + automations.length, 0);
}

function partOf(automations: readonly Automation[]): Part {
  const entries = automations.flatMap(eventTriggersOf);
  return {
    automations,
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
