import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { startPostgres } from "@ostinato/testing/postgres";
import { mariadbMissing, startMariadb } from "./mariadb.ts";

/** A database for a suite of tests. */
export interface StartedDatabase {
  readonly url: string;
  stop(): Promise<void>;
}

/** One database of each kind, and why it can't be had on this machine. */
export interface DatabaseKind {
  readonly kind: "PostgreSQL" | "MySQL" | "SQLite" | "DuckDB";
  readonly missing: string | undefined;
  start(): Promise<StartedDatabase>;
}

export const databaseKinds: readonly DatabaseKind[] = [
  {
    kind: "PostgreSQL",
    missing: undefined,
    async start() {
      const { url, dispose } = await startPostgres();
      return { url: url.replace("postgresql:", "postgresql+psycopg2:"), stop: dispose };
    },
  },
  { kind: "MySQL", missing: mariadbMissing, start: startMariadb },
  {
    kind: "SQLite",
    missing: undefined,
    start: () => inFolder((folder) => `sqlite+pysqlite:///${join(folder, "shop.db")}?timeout=60`),
  },
  { kind: "DuckDB", missing: undefined, start: () => inFolder((folder) => `duckdb:///${join(folder, "shop.duckdb")}`) },
];

async function inFolder(urlIn: (folder: string) => string): Promise<StartedDatabase> {
  const folder = await mkdtemp(join(tmpdir(), "ostinato-sql-"));
  return { url: urlIn(folder), stop: () => rm(folder, { recursive: true, force: true, maxRetries: 5 }) };
}
