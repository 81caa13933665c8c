import { toTimestamp } from "@ostinato/core";
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

/** One part of a filter: where it is there and asks nothing everything fulfils it, where it is not there it does not count. */
export function part(
  given: Given<object>,
  conditions: readonly (Condition | undefined)[],
  joiner: Joiner = "and_",
): Condition | undefined {
  return present(given) ? (join(conditions, joiner) ?? everything) : undefined;
}

/** `any_` of nothing matches nothing. */
export function anyOf(column: string, values: Given<readonly string[]>): Condition | undefined {
  if (values === null || values === undefined) return undefined;
  if (values.length === 0) return sql<SqlBool>`1 = 0`;
  return sql<SqlBool>`${sql.ref(column)} IN (${sql.join(values)})`;
}

/** Leaves out the values, and rows without any, as the field does. */
function noneOf(column: string, values: Given<readonly string[]>): Condition | undefined {
  if (values === null || values === undefined || values.length === 0) return undefined;
  return sql<SqlBool>`${sql.ref(column)} NOT IN (${sql.join(values)})`;
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

/** Both ends belong to the range. `expression` is what the column falls back to where it has no value. */
export function within(column: string, range: Given<Range>, expression = sql.ref(column)): Condition | undefined {
  return part(range, [
    present(range?.before_) ? sql<SqlBool>`${expression} <= ${toTimestamp(range.before_)}` : undefined,
    present(range?.after_) ? sql<SqlBool>`${expression} >= ${toTimestamp(range.after_)}` : undefined,
    isNull(column, range?.is_null_),
  ]);
}

export interface TagCriteria {
  readonly operator?: Joiner;
  readonly all_?: Given<readonly string[]>;
  readonly any_?: Given<readonly string[]>;
  readonly is_null_?: Given<boolean>;
}

/** `all_` of nothing is no criterion, unlike `any_`. */
export function tagged(dialect: Sql, column: string, tags: Given<TagCriteria>): Condition | undefined {
  const { all_, any_, is_null_, operator } = tags ?? {};
  const empty = dialect.isEmptyArray(column);
  return part(
    tags,
    [
      present(all_) && all_.length > 0 ? dialect.holdsAll(column, all_) : undefined,
      present(any_) ? holdsAny(dialect, column, any_) : undefined,
      is_null_ === true ? empty : undefined,
      is_null_ === false ? sql<SqlBool>`NOT ${empty}` : undefined,
    ],
    operator,
  );
}

function holdsAny(dialect: Sql, column: string, tags: readonly string[]): Condition {
  return tags.length === 0 ? sql<SqlBool>`1 = 0` : dialect.holdsAny(column, tags);
}

export interface NameCriteria {
  readonly any_?: Given<readonly string[]>;
  readonly like_?: Given<string>;
}

export function named(dialect: Sql, column: string, name: Given<NameCriteria>): Condition | undefined {
  const like = name?.like_ ?? "";
  return part(name, [anyOf(column, name?.any_), like === "" ? undefined : dialect.contains(column, like)]);
}

export interface ValueCriteria {
  readonly any_?: Given<readonly string[]>;
  readonly not_any_?: Given<readonly string[]>;
  readonly is_null_?: Given<boolean>;
  readonly operator?: Joiner;
}

/** One of some values, none of others, or none at all. */
export function valued(column: string, values: Given<ValueCriteria>): Condition | undefined {
  const { any_, not_any_, is_null_, operator } = values ?? {};
  return part(values, [anyOf(column, any_), noneOf(column, not_any_), isNull(column, is_null_)], operator);
}

/** Ids are kept in lower case; PostgreSQL compares them as numbers, SQLite as text. */
export function identified(column: string, ids: Given<ValueCriteria>): Condition | undefined {
  return valued(column, present(ids) ? { ...ids, any_: lower(ids.any_), not_any_: lower(ids.not_any_) } : ids);
}

export function lower(ids: Given<readonly string[]>): Given<readonly string[]> {
  return ids?.map((id) => id.toLowerCase());
}

export function present<T>(value: Given<T>): value is T {
  return value !== null && value !== undefined;
}
