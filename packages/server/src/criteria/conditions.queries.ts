import { type RawBuilder, type SqlBool, sql } from "kysely";
import { portable } from "../db/portable.ts";
import type { Tables } from "../db/tables.ts";

/** A condition on a row. */
export type Condition = RawBuilder<SqlBool>;
export type Joiner = "and_" | "or_" | null | undefined;
export type Optional<T> = T | null | undefined;

/** The condition of a query without criteria. */
export const everything: Condition = sql<SqlBool>`1 = 1`;

/**
 * Joins conditions; undefined ones do not count, and without any the result is undefined. A condition that is always true decides
 * an OR alone and is dropped from an AND.
 */
export function join(conditions: readonly (Condition | undefined)[], joiner: Joiner): Condition | undefined {
  const given = conditions.filter((condition) => condition !== undefined);
  if (joiner === "or_" && given.includes(everything)) return everything;
  const asking = given.filter((condition) => condition !== everything);
  return balanced(asking, joiner === "or_" ? sql` OR ` : sql` AND `) ?? given[0];
}

/** Joins the conditions as a balanced tree: SQLite nests a flat chain one level per condition, and allows a thousand levels. */
function balanced(conditions: readonly Condition[], joiner: RawBuilder<unknown>): Condition | undefined {
  if (conditions.length < 2) return conditions[0];
  if (conditions.length <= flatConditions) return sql<SqlBool>`(${sql.join(conditions, joiner)})`;
  const half = Math.ceil(conditions.length / 2);
  const halves = [conditions.slice(0, half), conditions.slice(half)].map((some) => balanced(some, joiner));
  return sql<SqlBool>`(${sql.join(halves, joiner)})`;
}

const flatConditions = 100;

/** Narrows a query over this table, and ends it once nobody waits for it. */
export function untilUnwanted(table: keyof Tables, condition: Condition | undefined): Condition | undefined {
  if (condition === undefined || condition === everything) return condition;
  return join([portable.whileWanted(table), condition], "and_");
}

/** `any_` of nothing matches nothing. */
export function anyOf(column: string, values: Optional<readonly string[]>): Condition | undefined {
  if (!present(values)) return undefined;
  if (values.length === 0) return sql<SqlBool>`1 = 0`;
  return sql<SqlBool>`${sql.ref(column)} IN (${sql.join(values)})`;
}

/**
 * Compares by the database's characters and by case, unlike LIKE on SQLite. Prefixes of one length share a look-up: the cost of a
 * row grows with the number of lengths, not of prefixes.
 */
export function beginsWithOne(expression: RawBuilder<unknown>, prefixes: readonly string[]): Condition | undefined {
  const byLength = Map.groupBy(prefixes, (prefix) => Array.from(prefix).length);
  const conditions = Array.from(byLength, ([length, texts]) => {
    return sql<SqlBool>`substr(${expression}, 1, ${sql.lit(length)}) IN (${sql.join(texts)})`;
  });
  return join(conditions, "or_");
}

export function lower(ids: Optional<readonly string[]>): Optional<readonly string[]> {
  return ids?.map((id) => id.toLowerCase());
}

export function present<T>(value: Optional<T>): value is T {
  return value !== null && value !== undefined;
}
