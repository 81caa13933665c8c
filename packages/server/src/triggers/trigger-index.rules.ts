import type { Event, EventTrigger, ResourceSpecification } from "@ostinato/protocol";
import { beginningOf, isPattern } from "./glob.rules.ts";
import { specificationsOf, takes } from "./matching.rules.ts";

/** Finds the triggers that take an event, in their order, without a look at most of those that don't. */
export interface TriggerIndex<T> {
  find(event: Event): readonly T[];
}

/** A trigger with whatever belongs to it. */
export interface Indexed {
  readonly trigger: EventTrigger;
}

/** Triggers that want events of one name or beginning, by a label whose values they spell out. */
interface Group<T> {
  /** By label and value of the resource itself. */
  readonly own: Map<string, T[]>;
  /** By label and value of a related resource. */
  readonly related: Map<string, T[]>;
  readonly others: T[];
}

export function indexOf<T extends Indexed>(entries: readonly T[]): TriggerIndex<T> {
  const places = new Map(entries.map((entry, place) => [entry, place]));
  const placeOf = (entry: T) => places.get(entry) ?? 0;
  const named = new Map<string, Group<T>>();
  const beginning = new Map<string, Group<T>>();
  const lengths = new Set<number>();
  const labels = { own: new Set<string>(), related: new Set<string>() };
  for (const entry of entries) {
    const anchor = anchorOf(entry.trigger);
    if (anchor !== undefined) labels[anchor.of].add(anchor.label);
    for (const pattern of patternsOf(entry.trigger)) {
      const groups = isPattern(pattern) ? beginning : named;
      const key = beginningOf(pattern);
      if (groups === beginning) lengths.add(key.length);
      const group: Group<T> = groups.get(key) ?? { own: new Map(), related: new Map(), others: [] };
      groups.set(key, group);
      addTo(group, entry, anchor);
    }
  }

  function* groupsFor(name: string): Generator<Group<T>> {
    const exact = named.get(name);
    if (exact !== undefined) yield exact;
    for (const length of lengths) {
      const group = length <= name.length ? beginning.get(name.slice(0, length)) : undefined;
      if (group !== undefined) yield group;
    }
  }

  return {
    find(event) {
      const found = new Set<T>();
      for (const group of groupsFor(event.event)) {
        for (const entry of candidates(group, event, labels)) if (takes(entry.trigger, event)) found.add(entry);
      }
      return [...found].sort((one, other) => placeOf(one) - placeOf(other));
    },
  };
}

/** A trigger that expects every event is found by the beginning that every name has. */
export function patternsOf({ expect, after }: EventTrigger): readonly string[] {
  return expect.length === 0 ? ["*"] : [...new Set([...expect, ...after])];
}

interface Anchor {
  readonly of: "own" | "related";
  readonly label: string;
  readonly values: readonly string[];
}

export const idLabel = "prefect.resource.id";

/** A label whose values the trigger spells out, so that it is found by each of them; an id where there is one. */
export function anchorOf({ match, match_related }: EventTrigger): Anchor | undefined {
  const own = spelledOut(match).map((label) => ({ of: "own" as const, ...label }));
  const related = specificationsOf(match_related).flatMap((specification) =>
    spelledOut(specification).map((label) => ({ of: "related" as const, ...label })),
  );
  const all = [...own, ...related];
  return all.find(({ label }) => label === idLabel) ?? all[0];
}

function spelledOut(specification: ResourceSpecification): readonly Omit<Anchor, "of">[] {
  return Object.entries(specification)
    .map(([label, patterns]) => ({ label, values: [patterns].flat() as readonly string[] }))
    .filter(({ values }) => values.every((value) => !value.startsWith("!") && !isPattern(value)));
}

function addTo<T>(group: Group<T>, entry: T, anchor: Anchor | undefined): void {
  if (anchor === undefined) {
    group.others.push(entry);
    return;
  }
  const place = group[anchor.of];
  for (const value of new Set(anchor.values)) {
    const key = keyOf(anchor.label, value);
    const before = place.get(key);
    if (before === undefined) place.set(key, [entry]);
    else before.push(entry);
  }
}

interface Labels {
  readonly own: ReadonlySet<string>;
  readonly related: ReadonlySet<string>;
}

function* candidates<T>({ own, related, others }: Group<T>, event: Event, labels: Labels): Generator<T> {
  yield* others;
  if (own.size > 0) for (const label of labels.own) yield* own.get(keyOf(label, event.resource[label])) ?? [];
  if (related.size === 0) return;
  for (const resource of event.related) {
    for (const label of labels.related) yield* related.get(keyOf(label, resource[label])) ?? [];
  }
}

function keyOf(label: string, value: string | undefined): string {
  return `${label}=${value ?? ""}`;
}
