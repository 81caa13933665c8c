import type { IsLeaf } from "../kernel/matcher.ts";
import { type Condition, everything, type Joiner, join, present } from "./conditions.queries.ts";
import type { Criterion } from "./operators.queries.ts";

/**
 * A criterion for each leaf of a filter, and such a table for each group of leaves. The compiler refuses a table that lacks a
 * key of the filter's schema, and one that has a key too many.
 */
export type CriteriaTable<F> = {
  readonly [K in Exclude<keyof F, "operator">]-?: Entry<NonNullable<F[K]>>;
};

type Entry<V> = IsLeaf<V> extends true ? Criterion<V> : CriteriaTable<V> | Combined<V>;

/** A group whose conditions are joined in another way than by its operator. */
interface Combined<F> {
  readonly criteria: CriteriaTable<F>;
  readonly combine: (conditions: ConditionsOf<F>, filter: F) => Condition | undefined;
}

type ConditionsOf<F> = { readonly [K in Exclude<keyof F, "operator">]-?: Condition | undefined };

/** One condition for a filter: undefined without a filter, `everything` where the filter does not ask for anything. */
export type FilterCondition<F> = (filter: F | null | undefined) => Condition | undefined;

/** Ties criteria to the filter `F` of the protocol. */
export function criteriaOf<F extends object>(table: CriteriaTable<F>): FilterCondition<F> {
  const group = compile(table as UntypedTable);
  return (filter) => (present(filter) ? (ask(group, filter) ?? everything) : undefined);
}

/** The parts of a filter that are there and do not ask for anything. */
export function idleParts<F extends object>(condition: FilterCondition<F>, filter: F): readonly string[] {
  const parts = Object.entries(filter).filter(([key, part]) => key !== "operator" && present(part));
  return parts.flatMap(([key, part]) => (condition({ [key]: part } as F) === everything ? [key] : []));
}

export function combined<F>(criteria: CriteriaTable<F>, combine: Combined<F>["combine"]): Combined<F> {
  return { criteria, combine };
}

interface UntypedTable {
  readonly [key: string]: Criterion<never> | UntypedTable | Combined<never>;
}

/** A table as it is walked for each request: the groups within it apart from the leaves. */
interface Group {
  readonly leaves: readonly (readonly [key: string, criterion: Criterion<never>])[];
  readonly groups: readonly (readonly [key: string, group: Group])[];
  readonly combine: ((conditions: never, filter: never) => Condition | undefined) | undefined;
}

function compile(table: UntypedTable, combine?: Group["combine"]): Group {
  const entries = Object.entries(table);
  return {
    leaves: entries.flatMap(([key, entry]) => (typeof entry === "function" ? [[key, entry] as const] : [])),
    groups: entries.flatMap(([key, entry]) => (typeof entry === "function" ? [] : [[key, groupOf(entry)] as const])),
    combine,
  };
}

function groupOf(entry: UntypedTable | Combined<never>): Group {
  const { criteria, combine } = entry as Partial<Combined<never>>;
  return typeof combine === "function"
    ? compile(criteria as unknown as UntypedTable, combine)
    : compile(entry as UntypedTable);
}

type Values = Readonly<Record<string, unknown>>;

/** Undefined where nothing in the group asks for anything. */
function ask(group: Group, filter: object, isInner = false): Condition | undefined {
  const values = filter as Values;
  const conditions: Record<string, Condition | undefined> = {};
  for (const [key, criterion] of group.leaves) {
    const value = values[key];
    if (present(value)) conditions[key] = criterion(value as never);
  }
  for (const [key, inner] of group.groups) {
    const value = values[key] as object | null | undefined;
    if (!present(value)) continue;
    const condition = ask(inner, value, true);
    // As on Prefect's server, every row meets an empty group, except one nested in another group.
    conditions[key] = isInner ? condition : (condition ?? everything);
  }
  if (group.combine !== undefined) return group.combine(conditions as never, filter as never);
  return join(Object.values(conditions), values.operator as Joiner);
}
