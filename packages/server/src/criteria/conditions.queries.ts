import { type RawBuilder, type SqlBool, sql } from "kysely";
import type { Sql } from "../db/dialect.ts";
import type { Tables } from "../db/tables.ts";

/** A condition on a row. */
export type Condition = RawBuilder<SqlBool>;
export type Joiner = "and_" | "or_" | null | undefined;
type Given<T> = T | null | undefined;

/** For a query without criteria. */
export const everything: Condition = sql<SqlBool>`1 = 1`;

/**
 * Joins conditions; undefined ones do not count. No condition at all is undefined too. What everything fulfils leaves nothing
 * of the others where one is enough, and adds nothing where all are asked.
 */
export function join(conditions: readonly (Condition | undefined)[], joiner: Joiner): Condition | undefined {
  const given = conditions.filter((condition) => condition !== undefined);
  if (joiner === "or_" && given.includes(everything)) return everything;
  const asking = given.filter((condition) => condition !== everything);
  return balanced(asking, joiner === "or_" ? sql` OR ` : sql` AND `) ?? given[0];
}

/** In one row SQLite takes each condition for one level more of an expression, which has a thousand at the most. */
function balanced(conditions: readonly Condition[], joiner: RawBuilder<unknown>): Condition | undefined {
  if (conditions.length < 2) return conditions[0];
  if (conditions.length <= flatConditions) return sql<SqlBool>`(${sql.join(conditions, joiner)})`;
  const half = Math.ceil(conditions.length / 2);
  const halves = [conditions.slice(0, half), conditions.slice(half)].map((some) => balanced(some, joiner));
  return sql<SqlBool>`(${sql.join(halves, joiner)})`;
}

const flatConditions = 100;

/** What narrows a query over this table, so that it ends when nobody waits for it any more. */
export function untilUnwanted(
  dialect: Sql,
  table: keyof Tables,
  condition: Condition | undefined,
): Condition | undefined {
  if (condition === undefined || condition === everything) return condition;
  return join([dialect.whileWanted(table), condition], "and_");
}

/** `any_` of nothing matches nothing. */
export function anyOf(column: string, values: Given<readonly string[]>): Condition | undefined {
  if (!present(values)) return undefined;
  if (values.length === 0) return sql<SqlBool>`1 = 0`;
  return sql<SqlBool>`${sql.ref(column)} IN (${sql.join(values)})`;
}

/**
 * By characters of the database, and with case, unlike LIKE on SQLite. Prefixes of one length are looked up together: a row costs
 * as much as there are lengths, and not as there are prefixes.
 */
export function beginsWithOne(expression: RawBuilder<unknown>, prefixes: readonly string[]): Condition | undefined {
  const byLength = Map.groupBy(prefixes, (prefix) => Array.from(prefix).length);
  const conditions = Array.from(byLength, ([length, texts]) => {
    return sql<SqlBool>`substr(${expression}, 1, ${sql.lit(length)}) IN (${sql.join(texts)})`;
  });
  return join(conditions, "or_");
}

export function lower(ids: Given<readonly string[]>): Given<readonly string[]> {
  return ids?.map((id) => id.toLowerCase());
}

export function present<T>(value: Given<T>): value is T {
  return value !== null && value !== undefined;
}
