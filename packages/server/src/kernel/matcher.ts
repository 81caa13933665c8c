import { type Timestamp, toTimestamp } from "@ostinato/core";

/** Decides about one row in memory. */
export type Matcher<R> = (row: R) => boolean;

/** Makes a matcher of the value of one leaf of a filter; undefined where the value does not ask for anything. */
export type MatcherLeaf<V, R> = (asked: V) => Matcher<R> | undefined;

/**
 * A matcher for each leaf of a filter, and such a table for each group of leaves. The compiler refuses a table that lacks a key of
 * the filter's schema, and one that has a key too many. Matchers are asked in the order of the table: the cheap ones go first.
 */
export type MatcherTable<F, R> = {
  readonly [K in Exclude<keyof F, "operator">]-?: MatcherEntry<NonNullable<F[K]>, R>;
};

type MatcherEntry<V, R> = IsLeaf<V> extends true ? MatcherLeaf<V, R> : MatcherTable<V, R>;

/** Values, lists and records are leaves of a filter, and so is a part that may be given once or as a list. */
export type IsLeaf<V> = [V] extends [boolean | number | string | readonly unknown[]]
  ? true
  : [Extract<V, readonly unknown[]>] extends [never]
    ? string extends keyof V
      ? true
      : false
    : true;

/** Ties matchers to the filter `F` of the protocol. The result makes one matcher of a filter; undefined where it does not ask for anything. */
export function matcherOf<F extends object, R>(
  table: MatcherTable<F, R>,
): (filter: F | null | undefined) => Matcher<R> | undefined {
  const entries = Object.entries(table as UntypedTable<R>);
  return (filter) => (given(filter) ? matcherOfGroup(entries, filter) : undefined);
}

/** A moment of a row, read once: both bounds of a range ask for it, and so does everybody who listens. */
export function momentOf(text: string): Timestamp {
  if (text !== lastText) {
    lastMoment = toTimestamp(text);
    lastText = text;
  }
  return lastMoment;
}

let lastText = "";
let lastMoment = 0 as Timestamp;

interface UntypedTable<R> {
  readonly [key: string]: MatcherLeaf<never, R> | UntypedTable<R>;
}
type Entries<R> = readonly (readonly [key: string, entry: MatcherLeaf<never, R> | UntypedTable<R>])[];

function matcherOfGroup<R>(entries: Entries<R>, filter: object, isInner = false): Matcher<R> | undefined {
  const values = filter as Readonly<Record<string, unknown>>;
  const matchers: Matcher<R>[] = [];
  for (const [key, entry] of entries) {
    const asked = values[key];
    if (!given(asked)) continue;
    const matcher =
      typeof entry === "function"
        ? entry(asked as never)
        : matcherOfGroup(Object.entries(entry), asked as object, true);
    if (matcher !== undefined) matchers.push(matcher);
    // As in the database, every row meets an empty group, except one nested in another group.
    else if (typeof entry !== "function" && !isInner) matchers.push(everyRow);
  }
  return values.operator === "or_" ? orOf(matchers) : andOf(matchers.filter((matcher) => matcher !== everyRow));
}

function everyRow(): boolean {
  return true;
}

function andOf<R>(matchers: readonly Matcher<R>[]): Matcher<R> | undefined {
  return matchers.length < 2 ? matchers[0] : (row) => matchers.every((matches) => matches(row));
}

function orOf<R>(matchers: readonly Matcher<R>[]): Matcher<R> | undefined {
  return matchers.length < 2 ? matchers[0] : (row) => matchers.some((matches) => matches(row));
}

function given<T>(value: T | null | undefined): value is T {
  return value !== null && value !== undefined;
}
