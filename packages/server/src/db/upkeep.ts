import { type Clock, systemClock } from "@ostinato/core";
import type { Config } from "../kernel/config.ts";
import type { Database } from "./dialect.ts";
import { migrate, reset } from "./migrate.ts";
import { openDatabase } from "./open.ts";

export { backupSqlite, DatabaseFileRefused, restoreSqlite, vacuumSqlite } from "./sqlite/backup.ts";

/** Brings the schema up to date without starting a server; gives the names of the migrations that were missing. */
export async function upgradeDatabase(config: Config): Promise<readonly string[]> {
  return (await withDatabase(config, migrate)).applied;
}

/** Deletes everything and makes the tables anew. */
export function resetDatabase(config: Config): Promise<void> {
  return withDatabase(config, reset);
}

async function withDatabase<T>(config: Config, work: (database: Database, clock: Clock) => Promise<T>): Promise<T> {
  const database = await openDatabase(config, systemClock({ keepAlive: true }));
  try {
    return await work(database, systemClock());
  } finally {
    await database.close();
  }
}
