import type { Event, EventTrigger } from "@ostinato/protocol";
import { takes } from "./matching.rules.ts";
import { type Fact, type Requirement, requirementsOf, valuesOfFact } from "./requirements.rules.ts";

/** Finds the triggers that take an event, in their order, without a look at most of those that don't. */
export interface TriggerIndex<T> {
  find(event: Event): readonly T[];
}

/** A trigger with whatever belongs to it. */
export interface Indexed {
  readonly trigger: EventTrigger;
}

/** Each trigger is held against an event by `takes` where a look-up of all that it requires leads to it. */
export function indexOf<T extends Indexed>(entries: readonly T[]): TriggerIndex<T> {
  const places = new Map(entries.map((entry, place) => [entry, place]));
  const placeOf = (entry: T) => places.get(entry) ?? 0;
  const root = nodeOf(entries.map((entry) => ({ entry, left: requirementsOf(entry.trigger) })));
  return {
    find(event) {
      const found = new Set<T>();
      for (const entry of candidatesIn(root, factsOf(event))) if (takes(entry.trigger, event)) found.add(entry);
      return [...found].sort((one, other) => placeOf(one) - placeOf(other));
    },
  };
}

/** Triggers that are told apart by one requirement of each, and below that by another one. */
interface Node<T> {
  /** Those that are not told apart. */
  readonly walked: T[];
  readonly branches: readonly Branch<T>[];
}

/** Triggers by what they require of one fact. */
interface Branch<T> {
  readonly fact: Fact;
  readonly values: ReadonlyMap<string, Node<T>>;
  readonly beginnings: ReadonlyMap<string, Node<T>>;
  /** The lengths of the beginnings, the shortest first. */
  readonly lengths: readonly number[];
}

/** An entry with the requirements that the nodes above have not looked at. */
interface Filed<T> {
  readonly entry: T;
  readonly left: readonly Requirement[];
}

/** So few are held against the event one by one: it takes no longer than a look-up. */
const maxWalked = 2;

function nodeOf<T>(filed: readonly Filed<T>[]): Node<T> {
  if (filed.length <= maxWalked) return { walked: filed.map(({ entry }) => entry), branches: [] };
  const sizes = sizesOf(filed);
  const walked: T[] = [];
  const branches = new Map<string, Gathered<T>>();
  for (const { entry, left } of filed) {
    const chosen = mainRequirement(left, sizes, filed.length);
    if (chosen === undefined) walked.push(entry);
    else gather(branches, chosen, { entry, left: left.filter((each) => each !== chosen) });
  }
  return { walked, branches: [...branches.values()].map(branchOf) };
}

interface Sizes {
  readonly values: ReadonlyMap<string, number>;
  readonly beginnings: ReadonlyMap<string, number>;
}

/** How many of the entries require each value and each beginning of each fact. */
function sizesOf(filed: readonly Filed<unknown>[]): Sizes {
  const values = new Map<string, number>();
  const beginnings = new Map<string, number>();
  for (const { fact, ...required } of filed.flatMap(({ left }) => left)) {
    for (const value of required.values) add(values, nameOf(fact, value));
    for (const beginning of required.beginnings) add(beginnings, nameOf(fact, beginning));
  }
  return { values, beginnings };
}

function add(sizes: Map<string, number>, name: string): void {
  sizes.set(name, (sizes.get(name) ?? 0) + 1);
}

/** The requirement that an entry shares with the fewest others; undefined where all share each. */
function mainRequirement(left: readonly Requirement[], sizes: Sizes, all: number): Requirement | undefined {
  let best: Requirement | undefined;
  let fewest = all;
  for (const each of left) {
    const size = Math.max(largest(each, each.values, sizes.values), largest(each, each.beginnings, sizes.beginnings));
    if (size >= fewest) continue;
    best = each;
    fewest = size;
  }
  return best;
}

function largest({ fact }: Requirement, keys: readonly string[], sizes: ReadonlyMap<string, number>): number {
  return keys.reduce((most, key) => Math.max(most, sizes.get(nameOf(fact, key)) ?? 0), 0);
}

interface Gathered<T> {
  readonly fact: Fact;
  readonly values: Map<string, Filed<T>[]>;
  readonly beginnings: Map<string, Filed<T>[]>;
}

function gather<T>(branches: Map<string, Gathered<T>>, { fact, values, beginnings }: Requirement, filed: Filed<T>) {
  const name = nameOf(fact, "");
  const branch = branches.get(name) ?? { fact, values: new Map(), beginnings: new Map() };
  branches.set(name, branch);
  for (const value of values) append(branch.values, value, filed);
  for (const beginning of beginnings) append(branch.beginnings, beginning, filed);
}

function append<T>(lists: Map<string, T[]>, key: string, item: T): void {
  const before = lists.get(key);
  if (before === undefined) lists.set(key, [item]);
  else before.push(item);
}

function branchOf<T>({ fact, values, beginnings }: Gathered<T>): Branch<T> {
  return {
    fact,
    values: new Map([...values].map(([value, filed]) => [value, nodeOf(filed)])),
    beginnings: new Map([...beginnings].map(([beginning, filed]) => [beginning, nodeOf(filed)])),
    lengths: [...new Set([...beginnings.keys()].map(({ length }) => length))].sort((one, other) => one - other),
  };
}

function nameOf({ of, label }: Fact, value: string): string {
  return `${of} ${label}=${value}`;
}

type Facts = (fact: Fact) => readonly string[];

/** The values of an event, each looked for once. */
function factsOf(event: Event): Facts {
  const known = new Map<string, readonly string[]>();
  return (fact) => {
    const name = nameOf(fact, "");
    const before = known.get(name);
    if (before !== undefined) return before;
    const values = valuesOfFact(event, fact);
    known.set(name, values);
    return values;
  };
}

function* candidatesIn<T>({ walked, branches }: Node<T>, facts: Facts): Generator<T> {
  yield* walked;
  for (const branch of branches) {
    for (const value of facts(branch.fact))
      for (const node of nodesFor(branch, value)) yield* candidatesIn(node, facts);
  }
}

function* nodesFor<T>({ values, beginnings, lengths }: Branch<T>, value: string): Generator<Node<T>> {
  const exact = values.get(value);
  if (exact !== undefined) yield exact;
  for (const length of lengths) {
    if (length > value.length) return;
    const beginning = beginnings.get(value.slice(0, length));
    if (beginning !== undefined) yield beginning;
  }
}
