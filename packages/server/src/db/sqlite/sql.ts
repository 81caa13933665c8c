import { type RawBuilder, type SqlBool, sql } from "kysely";
import type { ColumnTypes } from "../columns.ts";
import type { SqlDialect } from "../dialect.ts";
import { insertRowsBound } from "../insert-rows.ts";
import { writeJson } from "../json-text.ts";
import { caselessPart, patternOf } from "../text-search.ts";
import { whileWanted } from "./while-wanted.ts";

export const sqliteTypes: ColumnTypes = {
  uuid: "text",
  moment: "integer",
  integer: "integer",
  real: "real",
  flag: "integer",
  json: "text",
  searchableJson: "text",
  sequence: "integer PRIMARY KEY AUTOINCREMENT NOT NULL",
  transaction: "integer",
  ownTransaction: "integer NOT NULL DEFAULT 0",
};

export const sqliteSql: SqlDialect = {
  contains: (column, text) => sql`(${holdsPart(column, text)} ${sql.ref(column)} LIKE ${patternOf(text)} ESCAPE '\\')`,
  holdsAll: (column, values) =>
    sql`(${mayHold(column, values, " AND ")} AND NOT EXISTS (SELECT 1 FROM json_each(${writeJson(values)}) AS wanted
      WHERE wanted.value NOT IN (SELECT value FROM json_each(${sql.ref(column)}))))`,
  holdsAny: (column, values) =>
    sql`(${mayHold(column, values, " OR ")} AND EXISTS (SELECT 1 FROM json_each(${sql.ref(column)}) AS held
      WHERE held.value IN (SELECT value FROM json_each(${writeJson(values)}))))`,
  whileWanted,
  isEmptyArray: (column) => sql`json_array_length(${sql.ref(column)}) = 0`,
  elementsOf: (column, alias) => sql`json_each(${sql.ref(column)}) AS ${sql.ref(alias)}`,
  jsonField: (column, key) => sql`json_extract(${sql.ref(column)}, ${`$.${JSON.stringify(key)}`})`,
  jsonFieldBefore: (column, key, text) =>
    sql`json_extract(${sql.ref(column)}, ${`$.${JSON.stringify(key)}`}) < ${text}`,
  rowsOf(json, columns) {
    const fields = Object.keys(columns).map((name) => sql`value ->> ${sql.lit(`$.${name}`)} AS ${sql.ref(name)}`);
    return sql`(SELECT ${sql.join(fields)} FROM json_each(${json}))`;
  },
  insertRows: insertRowsBound,
  rowLock: () => sql``,
  sharedRowLock: () => sql``,
  freeRowLock: () => sql``,
  isSettled: () => sql`1 = 1`,
  isAfter(table, other) {
    const seq = typeof other === "string" ? sql.ref(`${other}.seq`) : sql`${other.seq}`;
    return sql`(${sql.ref(`${table}.xid`)} = 0 AND ${sql.ref(`${table}.seq`)} > ${seq})`;
  },
  isForeign: () => sql`1 = 0`,
  version: () => sql`NULL`,
  ownVersion: () => sql`NULL`,
  tryLock: () => sql`1`,
};

/** Looks for the values as they are written: rules most rows out at a tenth of what reading their JSON costs. */
function mayHold(column: string, values: readonly string[], joiner: " AND " | " OR "): RawBuilder<SqlBool> {
  if (values.length === 0 || (joiner === " OR " && values.length > quickLooks)) return sql<SqlBool>`1 = 1`;
  const found = values.slice(0, quickLooks).map((value) => sql`instr(${sql.ref(column)}, ${writeJson(value)}) > 0`);
  return sql<SqlBool>`(${sql.join(found, sql.raw(joiner))})`;
}

/** A bound on the look-ups: more would cost more than they save. */
const quickLooks = 20;

function holdsPart(column: string, text: string): RawBuilder<unknown> {
  const part = caselessPart(text);
  return part === undefined ? sql`` : sql`instr(${sql.ref(column)}, ${part}) > 0 AND`;
}
