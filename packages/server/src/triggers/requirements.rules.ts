import type { Event, EventTrigger, ResourceSpecification } from "@ostinato/protocol";
import { beginningOf, isPattern } from "./glob.rules.ts";
import { specificationsOf } from "./matching.rules.ts";

/** What a trigger asks of an event: its name, a label of its resource, or a label of one of its related resources. */
export interface Fact {
  readonly of: "name" | "own" | "related";
  readonly label: string;
}

/** A trigger takes only events whose fact has one of these values, or a value with one of these beginnings. */
export interface Requirement {
  readonly fact: Fact;
  readonly values: readonly string[];
  readonly beginnings: readonly string[];
}

const idLabel = "prefect.resource.id";

/** What an event must have for the trigger to take it. An event may have all of it and not be taken. */
export function requirementsOf(trigger: EventTrigger): readonly Requirement[] {
  const { match, match_related } = trigger;
  return [
    ...requirement({ of: "name", label: "" }, patternsOf(trigger)),
    ...requirementsBy("own", match),
    ...specificationsOf(match_related).flatMap((each) => requirementsBy("related", each)),
  ];
}

/** A trigger that names no events expects all of them. */
export function patternsOf({ expect, after }: EventTrigger): readonly string[] {
  return expect.length === 0 ? ["*"] : [...new Set([...expect, ...after])];
}

/** The ids of resources of which the trigger asks for one; undefined where it does not spell them out. */
export function idsRequiredBy(trigger: EventTrigger): readonly string[] | undefined {
  const isSpelledOut = ({ fact, beginnings }: Requirement) => fact.label === idLabel && beginnings.length === 0;
  return requirementsOf(trigger).find(isSpelledOut)?.values;
}

/** The values that an event has for a fact. */
export function valuesOfFact({ event, resource, related }: Event, { of, label }: Fact): readonly string[] {
  if (of === "name") return [event];
  const resources = of === "own" ? [resource] : related;
  return [...new Set(resources.flatMap((each) => each[label] ?? []))];
}

function requirementsBy(of: "own" | "related", specification: ResourceSpecification): readonly Requirement[] {
  return Object.entries(specification).flatMap(([label, patterns]) => requirement({ of, label }, [patterns].flat()));
}

/** None where every value may fit one of the patterns. */
function requirement(fact: Fact, patterns: readonly string[]): readonly Requirement[] {
  if (patterns.some((pattern) => isNegated(fact, pattern) || (isPattern(pattern) && beginningOf(pattern) === "")))
    return [];
  const distinct = [...new Set(patterns)];
  return [
    {
      fact,
      values: distinct.filter((pattern) => !isPattern(pattern)),
      beginnings: [...new Set(distinct.filter(isPattern).map(beginningOf))],
    },
  ];
}

/** Names of events are not negated. */
function isNegated({ of }: Fact, pattern: string): boolean {
  return of !== "name" && pattern.startsWith("!");
}
