import type { Event, EventTrigger, Resource, ResourceSpecification } from "@ostinato/protocol";
import { fits } from "./glob.rules.ts";

/** Whether the trigger counts the event, or begins to count with it. */
export function takes(trigger: EventTrigger, event: Event): boolean {
  const isNamed = expects(trigger, event.event) || startsWith(trigger, event.event);
  if (!isNamed || !matches(trigger.match, event.resource)) return false;
  return specificationsOf(trigger.match_related).every(
    (each) => isEmpty(each) || event.related.some((resource) => matches(each, resource)),
  );
}

/** A trigger that names no events expects all of them. */
export function expects({ expect }: EventTrigger, name: string): boolean {
  return expect.length === 0 || expect.some((pattern) => fits(name, pattern));
}

/** Whether the trigger begins to count with such an event. */
export function startsWith({ after }: EventTrigger, name: string): boolean {
  return after.some((pattern) => fits(name, pattern));
}

/** The specifications of which each asks for a related resource. */
export function specificationsOf(related: EventTrigger["match_related"]): readonly ResourceSpecification[] {
  return Array.isArray(related) ? related : [related as ResourceSpecification];
}

function isEmpty(specification: ResourceSpecification): boolean {
  return Object.keys(specification).length === 0;
}

function matches(specification: ResourceSpecification, resource: Resource): boolean {
  return conditionsOf(specification).every(({ label, patterns }) => {
    const value = resource[label];
    return value !== undefined && patterns.some((pattern) => fitsValue(value, pattern));
  });
}

interface Condition {
  readonly label: string;
  /** The value fits one of them. */
  readonly patterns: readonly string[];
}

const known = new WeakMap<ResourceSpecification, readonly Condition[]>();

/** Taken apart once: an event may be held against hundreds of triggers. */
function conditionsOf(specification: ResourceSpecification): readonly Condition[] {
  let conditions = known.get(specification);
  if (conditions === undefined) {
    conditions = Object.entries(specification).map(([label, patterns]) => ({ label, patterns: [patterns].flat() }));
    known.set(specification, conditions);
  }
  return conditions;
}

function fitsValue(value: string, pattern: string): boolean {
  return pattern.startsWith("!") ? !fits(value, pattern.slice(1)) : fits(value, pattern);
}

/** The labels by which a trigger counts apart, in the order of their values. */
export function labelsOf({ for_each }: EventTrigger): readonly string[] {
  return for_each.toSorted();
}

/** The values by which the event is counted apart from others. */
export function valuesOf(trigger: EventTrigger, event: Event): readonly string[] {
  return labelsOf(trigger).map((label) => labelOf(event, label) ?? "");
}

/** `related:<role>:<label>` is a label of the first related resource in that role; any other one is of the resource itself. */
function labelOf({ resource, related }: Event, given: string): string | undefined {
  const split = given.lastIndexOf(":");
  const label = given.slice(split + 1);
  if (!given.startsWith("related:") || split < "related:".length) return resource[label];
  const role = given.slice("related:".length, split);
  const first = related.find((each) => each["prefect.resource.role"] === role);
  return first === undefined ? resource[label] : first[label];
}
