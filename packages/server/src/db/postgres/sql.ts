import { type RawBuilder, sql } from "kysely";
import type { ColumnTypes } from "../columns.ts";
import type { SqlDialect } from "../dialect.ts";
import { insertRowsAsJson } from "../insert-rows.ts";
import { writeJson } from "../json-text.ts";
import { caselessPart, patternOf } from "../text-search.ts";

export const postgresTypes: ColumnTypes = {
  uuid: "uuid",
  moment: "bigint",
  integer: "integer",
  real: "double precision",
  flag: "smallint",
  json: "text",
  searchableJson: "jsonb",
  sequence: "bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY",
  transaction: "xid8",
  ownTransaction: "xid8 NOT NULL DEFAULT pg_current_xact_id()",
};

export const postgresSql: SqlDialect = {
  contains: (column, text) =>
    sql`(${holdsPart(column, text)} ${sql.ref(column)} ${collationToSearch(text)} ILIKE ${patternOf(text)})`,
  holdsAll: (column, values) => sql`${sql.ref(column)} @> ${writeJson(values)}::jsonb`,
  holdsAny: (column, values) => sql`${sql.ref(column)} ?| ${values}::text[]`,
  // Abandoned reads are cancelled on their connection instead.
  whileWanted: () => sql`1 = 1`,
  isEmptyArray: (column) => sql`jsonb_array_length(${sql.ref(column)}) = 0`,
  elementsOf: (column, alias) => sql`jsonb_array_elements(${sql.ref(column)}::jsonb) AS ${sql.ref(alias)}(value)`,
  jsonField: (column, key) => sql`${sql.ref(column)}::jsonb ->> ${key}`,
  jsonFieldBefore: (column, key, text) => sql`(${sql.ref(column)}::jsonb ->> ${key}) COLLATE "C" < ${text}`,
  rowsOf(json, columns) {
    const fields = Object.entries(columns).map(
      ([name, type]) => sql`${sql.ref(name)} ${sql.raw(type === "text" ? "text" : postgresTypes[type])}`,
    );
    return sql`(SELECT * FROM jsonb_to_recordset(${json}::jsonb) AS input(${sql.join(fields)}))`;
  },
  insertRows: (reader, insert) => insertRowsAsJson(reader, insert, postgresTypes),
  version: (table) => sql`${sql.ref(`${table}.xmin`)}::text`,
  ownVersion: () => sql`pg_current_xact_id()::xid::text`,
  tryLock: (number) => sql`pg_try_advisory_xact_lock(${sql.lit(number)})`,
  sharedRowLock: (table) => sql`FOR SHARE OF ${sql.ref(table)}`,
  rowLock: (table) => sql`FOR NO KEY UPDATE OF ${sql.ref(table)}`,
  freeRowLock: (table) => sql`FOR NO KEY UPDATE OF ${sql.ref(table)} SKIP LOCKED`,
  isSettled: (column) => sql`${sql.ref(column)} < coalesce(${firstUnderWay}, pg_snapshot_xmax(pg_current_snapshot()))`,
  isAfter(table, other) {
    const place =
      typeof other === "string"
        ? sql`${sql.ref(`${other}.xid`)}, ${sql.ref(`${other}.seq`)}`
        : sql`${other.xid}, ${other.seq}`;
    return sql`(${sql.ref(`${table}.xid`)}, ${sql.ref(`${table}.seq`)}) > (${place})`;
  },
  isForeign: (column) => sql`${sql.ref(column)} >= pg_snapshot_xmax(pg_current_snapshot())`,
};

function holdsPart(column: string, text: string): RawBuilder<unknown> {
  const part = caselessPart(text);
  return part === undefined ? sql`` : sql`${sql.ref(column)} LIKE ${patternOf(part)} AND`;
}

/** Ignoring case by the rules of a language takes three times as long, and finds no more where only ASCII is looked for. */
function collationToSearch(text: string): RawBuilder<unknown> {
  return /^[\x20-\x7e]*$/.test(text) ? sql`COLLATE "C"` : sql``;
}

/**
 * The first of the transactions under way that may be of this database. `pg_snapshot_xmin` is of the whole PostgreSQL: an hour's
 * work in another database would hold everything up. One that is not seen to be elsewhere counts as ours.
 */
const firstUnderWay = sql`(SELECT running FROM pg_snapshot_xip(pg_current_snapshot()) AS running
  WHERE NOT EXISTS (SELECT 1 FROM pg_locks JOIN pg_stat_activity USING (pid)
    WHERE locktype = 'transactionid' AND mode = 'ExclusiveLock' AND transactionid = running::xid
      AND datid <> (SELECT oid FROM pg_database WHERE datname = current_database()))
  ORDER BY running LIMIT 1)`;
