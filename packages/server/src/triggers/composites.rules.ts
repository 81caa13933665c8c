import { addSeconds, type Timestamp } from "@ostinato/core";
import type { CompositeTrigger } from "@ostinato/protocol";

/** A trigger has fired. */
export interface Firing {
  readonly id: string;
  readonly trigger_id: string;
  /** When it fired by the times of its events, in microseconds. */
  readonly at: Timestamp;
  /** The values of its `for_each`. */
  readonly labels: Readonly<Record<string, string>>;
  /** The event that fired it, or the last one before the deadline. */
  readonly event_id: string | null;
  /** The firings of its triggers. */
  readonly firings: readonly Firing[];
  /** What a metric trigger measured. */
  readonly value?: number;
  /** The figure of a metric trigger is back. */
  readonly resolved?: true;
}

/** What a trigger inside another one leads to. */
export interface Composed {
  /** The firings that are kept, the latest of each trigger. */
  readonly kept: readonly Firing[];
  /** The firings by which the trigger fires; undefined where it does not fire yet. */
  readonly fires: readonly Firing[] | undefined;
}

/** A trigger inside a compound or a sequence has fired; `known` are the firings of the others that are still kept. */
export function afterFiring(trigger: CompositeTrigger, known: readonly Firing[], firing: Firing): Composed {
  if (neededFirings(trigger) === 1 && trigger.triggers.length > 0) return { kept: known, fires: [firing] };
  const others = known.filter(({ trigger_id }) => trigger_id !== firing.trigger_id);
  const before = known.find(({ trigger_id }) => trigger_id === firing.trigger_id);
  // Where a firing is noticed late, the later one of the same trigger stays.
  const latest = before !== undefined && before.at > firing.at ? before : firing;
  const kept = withinTime(trigger, [...others, latest]);
  return isComplete(trigger, kept) ? { kept: [], fires: kept } : { kept, fires: undefined };
}

function withinTime({ within }: CompositeTrigger, firings: readonly Firing[]): readonly Firing[] {
  if (within === null) return firings;
  const last = Math.max(...firings.map(({ at }) => at)) as Timestamp;
  const earliest = addSeconds(last, -within);
  return firings.filter(({ at }) => at >= earliest);
}

/** A sequence asks for its order. Of firings at the same moment the one that was noticed first comes first. */
function isComplete(trigger: CompositeTrigger, firings: readonly Firing[]): boolean {
  if (trigger.type === "compound") return firings.length >= neededFirings(trigger);
  const order = firings.toSorted((one, other) => one.at - other.at).map(({ trigger_id }) => trigger_id);
  return order.length === trigger.triggers.length && trigger.triggers.every(({ id }, index) => id === order[index]);
}

/** How many triggers of a compound or a sequence have to fire. */
function neededFirings(trigger: CompositeTrigger): number {
  if (trigger.type === "sequence" || trigger.require === "all") return trigger.triggers.length;
  return trigger.require === "any" ? 1 : trigger.require;
}
