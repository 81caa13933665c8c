import { isPlainObject } from "@ostinato/core";
import type { TaskInputs } from "@ostinato/protocol";
import { type Provenance, producerOf } from "../identity/provenance.ts";
import { isFuture, type RunFuture } from "../run/future.ts";
import { isLink, type Link } from "../run/links.ts";

/** Longer arrays are data, and are not searched for futures. */
const maxSearchedItems = 1000;

/** The dependencies of a value: the futures in it, and the runs that made parts of it. */
export interface Dependencies {
  readonly links: readonly Link[];
  readonly producers: readonly string[];
}

const none: Dependencies = { links: [], producers: [] };

/**
 * Finds futures and results of tasks in a value, in arrays and in plain objects; strings and numbers count where `provenance` knows their
 * run.
 */
export function dependenciesOf(value: unknown, provenance?: Provenance): Dependencies {
  if (typeof value !== "object" || value === null) {
    const producer = provenance?.producerOf(value);
    return producer === undefined ? none : { links: [], producers: [producer] };
  }
  const links: Link[] = [];
  const producers: string[] = [];
  // An explicit stack, because values may be nested deeper than calls can be.
  const found: Search = { links, producers, provenance, seen: undefined, todo: [value] };
  while (found.todo.length > 0) search(found.todo.pop(), found, true);
  return { links, producers };
}

interface Search {
  readonly links: Link[];
  readonly producers: string[];
  readonly provenance: Provenance | undefined;
  seen: Set<object> | undefined;
  /** In reverse: the last one is visited next. */
  readonly todo: unknown[];
}

function search(value: unknown, found: Search, deep: boolean): void {
  if (typeof value !== "object" || value === null) {
    const maker = deep ? found.provenance?.producerOf(value) : undefined;
    if (maker !== undefined) found.producers.push(maker);
    return;
  }
  if (isFuture(value) || isLink(value)) {
    found.links.push(isLink(value) ? value : { future: value, whenFailed: "throw" });
    return;
  }
  const producer = producerOf(value);
  if (producer !== undefined) {
    found.producers.push(producer);
    return;
  }
  if (!deep) return;
  const isArray = Array.isArray(value);
  if (!isArray && !isPlainObject(value)) return;
  found.seen ??= new Set();
  if (found.seen.has(value)) return;
  found.seen.add(value);
  if (isArray && value.length > maxSearchedItems) for (const item of value) search(item, found, false);
  else {
    const parts = isArray ? value : Object.values(value);
    for (let index = parts.length - 1; index >= 0; index -= 1) found.todo.push(parts[index]);
  }
}

/** A copy of the value in which settled futures are replaced by their values. The value itself does not change. */
export function fillIn(value: unknown): unknown {
  return fill(value, [], true);
}

function fill(value: unknown, above: readonly object[], deep: boolean): unknown {
  if (typeof value !== "object" || value === null) return value;
  if (isLink(value)) return valueIn(value);
  if (isFuture(value)) return valueIn({ future: value, whenFailed: "throw" });
  if (!deep || producerOf(value) !== undefined || above.includes(value)) return value;
  const path = [...above, value];
  if (Array.isArray(value)) return fillList(value, path);
  return isPlainObject(value) ? fillRecord(value, path) : value;
}

function fillList(list: readonly unknown[], path: readonly object[]): readonly unknown[] {
  const deep = list.length <= maxSearchedItems;
  let copy: unknown[] | undefined;
  list.forEach((item, index) => {
    const filled = fill(item, path, deep);
    if (filled === item) return;
    copy ??= [...list];
    copy[index] = filled;
  });
  return copy ?? list;
}

function fillRecord(record: Readonly<Record<string, unknown>>, path: readonly object[]): Record<string, unknown> {
  let copy: Record<string, unknown> | undefined;
  for (const [key, item] of Object.entries(record)) {
    const filled = fill(item, path, true);
    if (filled === item) continue;
    copy ??= { ...record };
    copy[key] = filled;
  }
  return copy ?? record;
}

/** Resolves when all futures have settled; rejects with the first failure that is not allowed, and the future that failed. */
export async function allOver(links: readonly Link[]): Promise<Failure | undefined> {
  for (const { future, whenFailed } of links) {
    const final = future.final ?? (await future.outcome);
    if (final.type !== "COMPLETED" && whenFailed === "throw") return { future, error: final.error };
  }
  return undefined;
}

export interface Failure {
  readonly future: RunFuture<unknown>;
  readonly error: Error;
}

/** The value with its futures replaced by their values, once they have settled. Throws the error of a failed one. */
export async function resolved(value: unknown): Promise<unknown> {
  const { links } = dependenciesOf(value);
  if (links.length === 0) return value;
  for (const { future } of links) future.observe();
  const failure = await allOver(links);
  if (failure !== undefined) throw failure.error;
  return fillIn(value);
}

/** Prefect's record of where each argument came from. */
export function taskInputs(named: ReadonlyMap<string, Dependencies>): TaskInputs {
  const inputs: TaskInputs = {};
  for (const [name, { links, producers }] of named) {
    const ids = new Set([...links.flatMap(({ future }) => producerIds(future)), ...producers]);
    inputs[name] = [...ids].map((id) => ({ input_type: "task_run" as const, id }));
  }
  return inputs;
}

function producerIds(future: RunFuture<unknown>): readonly string[] {
  return future.taskRunIds();
}

function valueIn({ future, whenFailed }: Link): unknown {
  const { final } = future;
  if (final === undefined) throw new Error(`${future.name} has not finished`);
  if (final.type === "COMPLETED") return final.value;
  if (whenFailed === "give") return final.error;
  throw final.error;
}
