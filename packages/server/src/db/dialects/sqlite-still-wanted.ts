import type { DatabaseSync } from "node:sqlite";
import { type RawBuilder, type SqlBool, sql } from "kysely";

/**
 * SQLite has no time limit, and `node:sqlite` no way to interrupt a statement from another thread. So statements that may take
 * long ask a function of ours now and then, which ends them by throwing.
 */
export function stillWanted(database: DatabaseSync, isWanted: () => boolean): void {
  database.function("still_wanted", () => {
    if (!isWanted()) throw new Error("Nobody waits for this any more");
    return 1;
  });
}

/** The condition that asks, for every 256th row: for every row it took longer than the search, and so it takes a fifth of it. */
export function whileWanted(table: string): RawBuilder<SqlBool> {
  return sql<SqlBool>`((${sql.ref(`${table}.rowid`)} & 255) <> 0 OR still_wanted())`;
}
