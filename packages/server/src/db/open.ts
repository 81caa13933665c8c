import type { Clock } from "@ostinato/core";
import type { Config } from "../kernel/config.ts";
import type { Database, Observers } from "./dialect.ts";
import { closeHome } from "./private-files.ts";

/** Opens the database that the address names; the driver of the other one is not even loaded. */
export async function openDatabase(config: Config, clock: Clock, { metrics, log }: Observers = {}): Promise<Database> {
  if (config.database.kind === "sqlite") {
    closeHome(config.home, config.database.file);
    const { openSqlite } = await import("./sqlite/sqlite.ts");
    return openSqlite({ file: config.database.file, clock, synchronous: config.sqliteSynchronous, metrics, log });
  }
  const { openPostgres } = await import("./postgres/postgres.ts");
  return openPostgres({
    url: config.database.url,
    clock,
    poolSize: config.poolSize,
    statementSeconds: 60,
    metrics,
    warn: (message) => log?.warn(message),
  });
}
