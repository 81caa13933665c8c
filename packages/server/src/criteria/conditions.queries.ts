import { toTimestamp } from "@ostinato/core";
import { type RawBuilder, type SqlBool, sql } from "kysely";
import type { Sql } from "../db/dialects/dialect.ts";
import type { Tables } from "../db/tables.ts";

/** A condition on a row. */
export type Condition = RawBuilder<SqlBool>;
export type Joiner = "and_" | "or_" | null | undefined;
type Given<T> = T | null | undefined;

/** For a query without criteria. */
export const everything: Condition = sql<SqlBool>`1 = 1`;

/** Joins conditions; undefined ones do not count. No condition at all is undefined too. */
export function join(conditions: readonly (Condition | undefined)[], joiner: Joiner): Condition | undefined {
  const present = conditions.filter((condition) => condition !== undefined);
  return balanced(present, joiner === "or_" ? sql` OR ` : sql` AND `);
}

/** In one row SQLite takes each condition for one level more of an expression, which has a thousand at the most. */
function balanced(conditions: readonly Condition[], joiner: RawBuilder<unknown>): Condition | undefined {
  if (conditions.length < 2) return conditions[0];
  if (conditions.length <= flatConditions) return sql<SqlBool>`(${sql.join(conditions, joiner)})`;
  const half = Math.ceil(conditions.length / 2);
  const halves = [conditions.slice(0, half), conditions.slice(half)].map((part) => balanced(part, joiner));
  return sql<SqlBool>`(${sql.join(halves, joiner)})`;
}

const flatConditions = 100;

/** What narrows a query over this table, so that it ends when nobody waits for it any more. */
export function untilUnwanted(
  dialect: Sql,
  table: keyof Tables,
  condition: Condition | undefined,
): Condition | undefined {
  return condition && join([dialect.whileWanted(table), condition], "and_");
}

/** `any_` of nothing matches nothing. */
export function anyOf(column: string, values: Given<readonly string[]>): Condition | undefined {
  if (values === null || values === undefined) return undefined;
  if (values.length === 0) return sql<SqlBool>`1 = 0`;
  return sql<SqlBool>`${sql.ref(column)} IN (${sql.join(values)})`;
}

/** A row without a value is not one of the values. */
export function noneOf(column: string, values: Given<readonly string[]>): Condition | undefined {
  if (values === null || values === undefined || values.length === 0) return undefined;
  return sql<SqlBool>`(${sql.ref(column)} IS NULL OR ${sql.ref(column)} NOT IN (${sql.join(values)}))`;
}

export function isNull(column: string, expected: Given<boolean>): Condition | undefined {
  if (expected === null || expected === undefined) return undefined;
  return expected ? sql<SqlBool>`${sql.ref(column)} IS NULL` : sql<SqlBool>`${sql.ref(column)} IS NOT NULL`;
}

export interface Range {
  readonly before_?: Given<string | number>;
  readonly after_?: Given<string | number>;
  readonly is_null_?: Given<boolean>;
}

/** Both ends belong to the range. `expression` is a column, or what the column falls back to. */
export function within(expression: RawBuilder<unknown>, range: Given<Range>): Condition | undefined {
  if (range === null || range === undefined) return undefined;
  return join(
    [
      present(range.before_) ? sql<SqlBool>`${expression} <= ${toTimestamp(range.before_)}` : undefined,
      present(range.after_) ? sql<SqlBool>`${expression} >= ${toTimestamp(range.after_)}` : undefined,
      range.is_null_ === true ? sql<SqlBool>`${expression} IS NULL` : undefined,
      range.is_null_ === false ? sql<SqlBool>`${expression} IS NOT NULL` : undefined,
    ],
    "and_",
  );
}

export interface TagCriteria {
  readonly operator?: Joiner;
  readonly all_?: Given<readonly string[]>;
  readonly any_?: Given<readonly string[]>;
  readonly is_null_?: Given<boolean>;
}

/** `all_` of nothing is no criterion, unlike `any_`. */
export function tagged(dialect: Sql, column: string, tags: Given<TagCriteria>): Condition | undefined {
  if (tags === null || tags === undefined) return undefined;
  const { all_, any_, is_null_ } = tags;
  const empty = dialect.isEmptyArray(column);
  return join(
    [
      present(all_) && all_.length > 0 ? dialect.holdsAll(column, all_) : undefined,
      present(any_) && any_.length > 0 ? dialect.holdsAny(column, any_) : undefined,
      is_null_ === true ? empty : undefined,
      is_null_ === false ? sql<SqlBool>`NOT ${empty}` : undefined,
    ],
    tags.operator,
  );
}

export interface NameCriteria {
  readonly any_?: Given<readonly string[]>;
  readonly like_?: Given<string>;
}

export function named(dialect: Sql, column: string, name: Given<NameCriteria>): Condition | undefined {
  if (name === null || name === undefined) return undefined;
  return join(
    [anyOf(column, name.any_), present(name.like_) ? dialect.contains(column, name.like_) : undefined],
    "and_",
  );
}

export function present<T>(value: Given<T>): value is T {
  return value !== null && value !== undefined;
}
