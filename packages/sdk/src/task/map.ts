import { isPlainObject } from "@ostinato/core";
import { UsageError } from "../errors.ts";
import type { Argument } from "../inputs/argument-types.ts";
import { resolved } from "../inputs/arguments.ts";
import { isFuture, type RunFuture } from "../run/future.ts";
import { Limiter } from "../run/limiter.ts";
import { aConcurrency, anything, checkOptions, type Rules } from "../run/option-checks.ts";
import { MapFuture } from "./map-future.ts";
import type { CallOptions } from "./task-call.ts";
import type { TaskFuture } from "./task-future.ts";

export interface MapOptions {
  /** How many items are processed at once. Unlimited by default. */
  readonly concurrency?: number;
  /** Futures, also in arrays or plain objects, that must complete first. */
  readonly waitFor?: unknown;
}

const mark: unique symbol = Symbol.for("ostinato.unmapped") as never;

/** A value that is the same for all items of a map. */
export interface Unmapped<T> {
  readonly [mark]: true;
  readonly value: T;
}

/**
 * Gives `map` a value that is the same for all items, although it may be a list.
 *
 * ```ts
 * import { flow, task, unmapped } from "ostinato";
 *
 * const score = task(function score(model: string, rows: number[]) { return model.length + rows.length; });
 * export const compare = flow(async function compare() {
 *   return await score.map(["linear", "forest"], unmapped([1, 2, 3]), { concurrency: 2 });
 * });
 * ```
 */
export function unmapped<T>(value: T): Unmapped<T> {
  return { [mark]: true, value };
}

/** The argument of `map` where the function takes a `T`: a list of them, a future of a list, or one unmapped value. */
type MapArgument<T> =
  | readonly Argument<T>[]
  | ReadonlySet<T>
  | RunFuture<readonly T[]>
  | RunFuture<T[]>
  | Unmapped<Argument<T>>;

/** Options may take the place of the first omitted parameter. */
export type MapArguments<A extends readonly unknown[]> = {
  [K in keyof A]: MapArgument<A[K]> | (undefined extends A[K] ? MapOptions : never);
};

const rules: Rules = { concurrency: aConcurrency, waitFor: anything };

type Start = (args: readonly unknown[], options: CallOptions) => TaskFuture<unknown>;

/** Starts one run per item. The last argument may be options: a plain object is not iterable. */
export function mapTask(taskName: string, start: Start, args: readonly unknown[]): MapFuture<unknown> {
  const last = args.at(-1);
  const hasOptions = args.length > 1 && isPlainObject(last) && !isUnmapped(last);
  const options: MapOptions = hasOptions ? last : {};
  checkOptions(`map() of task "${taskName}"`, options, rules);
  const lists = hasOptions ? args.slice(0, -1) : args;
  const limiter = options.concurrency === undefined ? undefined : new Limiter(options.concurrency);
  const startAll = (known: readonly unknown[]) =>
    rowsOf(known).map((row) => start(row, { limiter, waitFor: options.waitFor }));
  return new MapFuture(`map of ${taskName}`, lists.some(isFuture) ? awaitLists(lists).then(startAll) : startAll(lists));
}

/** Waits for lists that come from futures; the items keep their origin through their values. */
function awaitLists(lists: readonly unknown[]): Promise<readonly unknown[]> {
  return Promise.all(lists.map((list) => (isFuture(list) ? resolved(list) : list)));
}

function rowsOf(lists: readonly unknown[]): unknown[][] {
  const columns = lists.map((list) => (isUnmapped(list) ? list : itemsOf(list)));
  const lengths = new Set(columns.flatMap((column) => (isUnmapped(column) ? [] : [column.length])));
  if (lengths.size === 0) throw new UsageError("map() needs at least one list: all arguments are unmapped()");
  if (lengths.size > 1) {
    throw new UsageError(
      `map() goes through its lists side by side, and they differ in length: ${[...lengths].join(", ")}`,
    );
  }
  const [length = 0] = lengths;
  return Array.from({ length }, (_, index) =>
    columns.map((column) => (isUnmapped(column) ? column.value : column[index])),
  );
}

function itemsOf(list: unknown): readonly unknown[] {
  if (Array.isArray(list)) return list;
  if (typeof list === "object" && list !== null && Symbol.iterator in list) return [...(list as Iterable<unknown>)];
  throw new UsageError(
    `map() was given ${typeof list === "string" ? "a string" : String(list)} where a list is needed: use unmapped() for a value that is the same for all items`,
  );
}

function isUnmapped(value: unknown): value is Unmapped<unknown> {
  return typeof value === "object" && value !== null && mark in value;
}
