import { type Timestamp, toTimestamp } from "@ostinato/core";
import type { Automation, CompositeTrigger, Event, EventTrigger, MetricTrigger } from "@ostinato/protocol";
import { afterFiring, type Firing } from "./composites.rules.ts";
import { labelsOf, valuesOf } from "./matching.rules.ts";
import { afterDeadline, afterEvent, type Fired, type Window } from "./windows.rules.ts";

/** An event trigger of an automation, with the triggers around it, the innermost first. */
export interface KnownTrigger {
  readonly automation: Automation;
  readonly trigger: EventTrigger;
  /** The metric trigger that is fed by the events which `trigger` takes. */
  readonly metric?: MetricTrigger;
  readonly around: readonly CompositeTrigger[];
}

/** Names what one trigger has counted for one value of its `for_each`. */
export interface Counter {
  readonly entry: KnownTrigger;
  /** The values of `for_each`. */
  readonly values: readonly string[];
}

/** What triggers have counted until now. */
export interface Counts {
  windowOf(counter: Counter): Window | undefined;
  setWindow(counter: Counter, window: Window | undefined): void;
  /** The firings that a compound or a sequence keeps. */
  firingsIn(trigger: CompositeTrigger): readonly Firing[];
  setFirings(entry: KnownTrigger, trigger: CompositeTrigger, firings: readonly Firing[]): void;
}

/** An automation fires. */
export interface AutomationFiring {
  readonly entry: KnownTrigger;
  readonly firing: Firing;
}

interface MeasuredFiring {
  readonly entry: KnownTrigger;
  readonly firing: Firing;
}

interface Counting {
  readonly counts: Counts;
  readonly newId: () => string;
}

type FiringsCounting = Pick<Counting, "newId"> & { readonly counts: Pick<Counts, "firingsIn" | "setFirings"> };

/** What counts the event for a trigger that takes it. */
export function counterOf(entry: KnownTrigger, event: Event): Counter {
  return { entry, values: valuesOf(entry.trigger, event) };
}

/** Has a trigger count an event. */
export function countEvent(counter: Counter, event: Event, counting: Counting): readonly AutomationFiring[] {
  const { counts } = counting;
  const taken = { id: event.id, name: event.event, occurred: toTimestamp(event.occurred) };
  const { window, fired } = afterEvent(counter.entry.trigger, counts.windowOf(counter), taken);
  counts.setWindow(counter, window);
  return firingsOf(counter, fired, counting);
}

/** Has a proactive trigger notice that a window has ended. */
export function countDeadline(counter: Counter, now: Timestamp, counting: Counting): readonly AutomationFiring[] {
  const { counts } = counting;
  const before = counts.windowOf(counter);
  if (before === undefined) return [];
  const { window, fired } = afterDeadline(counter.entry.trigger, before, now);
  counts.setWindow(counter, window);
  return firingsOf(counter, fired, counting);
}

/** The firings of automations that metrics lead to. What is around a metric does not hear that it resolves. */
export function firingsByMetrics(
  measured: readonly MeasuredFiring[],
  counting: FiringsCounting,
): readonly AutomationFiring[] {
  return measured.flatMap(({ entry, firing: own }): readonly AutomationFiring[] => {
    if (own.resolved === true && entry.around.length > 0) return [];
    const firing = throughTriggers(entry, own, counting);
    return firing === undefined ? [] : [{ entry, firing }];
  });
}

function firingsOf({ entry, values }: Counter, fired: readonly Fired[], counting: Counting) {
  const labels = Object.fromEntries(labelsOf(entry.trigger).map((label, index) => [label, values[index] ?? ""]));
  return fired.flatMap(({ at, eventId }): readonly AutomationFiring[] => {
    const own = { id: counting.newId(), trigger_id: entry.trigger.id, at, labels, event_id: eventId, firings: [] };
    const firing = throughTriggers(entry, own, counting);
    return firing === undefined ? [] : [{ entry, firing }];
  });
}

/** The firing of the outermost trigger, if the firing of the innermost one leads to it. */
function throughTriggers(
  entry: KnownTrigger,
  innermost: Firing,
  { counts, newId }: FiringsCounting,
): Firing | undefined {
  let firing = innermost;
  for (const trigger of entry.around) {
    const { kept, fires } = afterFiring(trigger, counts.firingsIn(trigger), firing);
    counts.setFirings(entry, trigger, kept);
    if (fires === undefined) return undefined;
    const { at, event_id } = firing;
    firing = { id: newId(), trigger_id: trigger.id, at, labels: {}, event_id, firings: fires };
  }
  return firing;
}
