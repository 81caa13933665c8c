import { toTimestamp } from "@ostinato/core";
import { type RawBuilder, type SqlBool, sql } from "kysely";
import { portable } from "../db/portable.ts";
import { anyOf, beginsWithOne, type Condition, join } from "./conditions.queries.ts";
import { containsText } from "./text.queries.ts";

/** Makes a condition of the value of one leaf of a filter; undefined where the value does not ask for anything. */
export type Criterion<V> = (value: V) => Condition | undefined;

/** An empty list selects no row. */
export function oneOf(column: string): Criterion<readonly string[]> {
  return (values) => anyOf(column, values);
}

/** Rows without a value are left out too; an empty list does not ask for anything. */
export function otherThan(column: string): Criterion<readonly string[]> {
  return (values) => (values.length === 0 ? undefined : sql<SqlBool>`${sql.ref(column)} NOT IN (${sql.join(values)})`);
}

/** Ids are kept in lower case; PostgreSQL compares them as numbers, SQLite as text. */
export function oneOfIds(column: string): Criterion<readonly string[]> {
  const isOne = oneOf(column);
  return (ids) => isOne(lower(ids));
}

export function otherThanIds(column: string): Criterion<readonly string[]> {
  const isOther = otherThan(column);
  return (ids) => isOther(lower(ids));
}

export function isMissing(column: string): Criterion<boolean> {
  const value = sql.ref(column);
  return (expected) => (expected ? sql<SqlBool>`${value} IS NULL` : sql<SqlBool>`${value} IS NOT NULL`);
}

export function isPresent(column: string): Criterion<boolean> {
  const isAbsent = isMissing(column);
  return (expected) => isAbsent(!expected);
}

/** A part of the text, whatever its case. */
export function contains(column: string): Criterion<string> {
  return (text) => (text === "" ? undefined : portable.contains(column, text));
}

/** Finds rows whose columns match a search with its words and signs. */
export function meetsSearch(...columns: readonly string[]): Criterion<string> {
  return (query) => containsText(columns, query);
}

export function beginsWith(column: string): Criterion<readonly string[]> {
  return (prefixes) => beginsWithOne(sql.ref(column), prefixes);
}

/** Includes the time itself. `moment` is a column, or an expression in microseconds. */
export function notAfter(moment: string | RawBuilder<unknown>): Criterion<string | number> {
  const at = expressionOf(moment);
  return (limit) => sql<SqlBool>`${at} <= ${toTimestamp(limit)}`;
}

export function notBefore(moment: string | RawBuilder<unknown>): Criterion<string | number> {
  const at = expressionOf(moment);
  return (limit) => sql<SqlBool>`${at} >= ${toTimestamp(limit)}`;
}

export function atMost(column: string): Criterion<number> {
  return (limit) => sql<SqlBool>`${sql.ref(column)} <= ${limit}`;
}

export function atLeast(column: string): Criterion<number> {
  return (limit) => sql<SqlBool>`${sql.ref(column)} >= ${limit}`;
}

/** For a column of 0 and 1. */
export function isTrue(column: string): Criterion<boolean> {
  return (expected) => sql<SqlBool>`${sql.ref(column)} = ${expected ? 1 : 0}`;
}

/** The column is a JSON array of strings. An empty list does not ask for anything. */
export function holdsAll(column: string): Criterion<readonly string[]> {
  return (values) => (values.length === 0 ? undefined : portable.holdsAll(column, values));
}

/** An empty list selects no row. */
export function holdsOne(column: string): Criterion<readonly string[]> {
  return (values) => (values.length === 0 ? nothing : portable.holdsAny(column, values));
}

export function isEmptyList(column: string): Criterion<boolean> {
  return (expected) => {
    const isEmpty = portable.isEmptyArray(column);
    return expected ? isEmpty : sql<SqlBool>`NOT ${isEmpty}`;
  };
}

/** The column is a JSON object, or null. */
export function oneOfField(column: string, field: string): Criterion<readonly string[]> {
  return (values) => {
    if (values.length === 0) return nothing;
    return sql<SqlBool>`${portable.jsonField(column, field)} IN (${sql.join(values)})`;
  };
}

export function oneOfFieldIds(column: string, field: string): Criterion<readonly string[]> {
  const isOne = oneOfField(column, field);
  return (ids) => isOne(lower(ids));
}

/** `rows` is a SELECT of the rows of another table that belong to this row. */
export function has(rows: RawBuilder<unknown>): Criterion<boolean> {
  return (expected) => (expected ? sql<SqlBool>`EXISTS (${rows})` : sql<SqlBool>`NOT EXISTS (${rows})`);
}

export function hasNo(rows: RawBuilder<unknown>): Criterion<boolean> {
  const hasSome = has(rows);
  return (expected) => hasSome(!expected);
}

/** One of the rows of another table meets the criterion. `rows` is a SELECT that has a condition already. */
export function someOf<V>(rows: RawBuilder<unknown>, criterion: Criterion<V>): Criterion<V> {
  return (value) => {
    const condition = criterion(value);
    return condition && sql<SqlBool>`EXISTS (${rows} AND ${condition})`;
  };
}

/** For a criterion on a list: an empty one does not ask for anything. */
export function unlessEmpty<V>(criterion: Criterion<readonly V[]>): Criterion<readonly V[]> {
  return (values) => (values.length === 0 ? undefined : criterion(values));
}

/** For a column that is not null. */
export function opposite<V>(criterion: Criterion<V>): Criterion<V> {
  return (value) => {
    const condition = criterion(value);
    return condition && sql<SqlBool>`NOT (${condition})`;
  };
}

export function either<V>(...criteria: readonly Criterion<V>[]): Criterion<V> {
  return (value) =>
    join(
      criteria.map((criterion) => criterion(value)),
      "or_",
    );
}

const nothing = sql<SqlBool>`1 = 0`;

function lower(ids: readonly string[]): readonly string[] {
  return ids.map((id) => id.toLowerCase());
}

function expressionOf(moment: string | RawBuilder<unknown>): RawBuilder<unknown> {
  return typeof moment === "string" ? sql.ref(moment) : moment;
}
