import { type RawBuilder, type SqlBool, sql } from "kysely";

/** The condition that asks, for every 256th row: for every row it took longer than the search, and so it takes a fifth of it. */
export function whileWanted(table: string): RawBuilder<SqlBool> {
  return sql<SqlBool>`((${sql.ref(`${table}.rowid`)} & 255) <> 0 OR still_wanted())`;
}
