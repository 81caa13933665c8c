import { sql } from "kysely";
import type { Database } from "../db/dialects/dialect.ts";

const tables = ["flow_run", "task_run", "log", "artifact", "event"] as const;
export type CountedTable = (typeof tables)[number];

/**
 * How many rows each table has, up to `most`. SQLite counts all rows of a table by the pages of an index, a million in a
 * millisecond, but looks at each row where there is a limit; PostgreSQL always looks at each.
 */
export async function rowCounts(db: Database, most: number): Promise<Readonly<Record<CountedTable, number>>> {
  const rowsOf = (table: CountedTable) =>
    db.kind === "sqlite"
      ? sql`(SELECT count(*) FROM ${sql.table(table)})`
      : sql`(SELECT count(*) FROM (SELECT 1 AS one FROM ${sql.table(table)} LIMIT ${most}) AS bounded)`;
  const counted = tables.map((table) => sql`${rowsOf(table)} AS ${sql.ref(table)}`);
  const { rows } = await sql<Record<CountedTable, number>>`SELECT ${sql.join(counted)}`.execute(db.slow);
  const [row] = rows;
  const count = (table: CountedTable) => Math.min(most, Number(row?.[table] ?? 0));
  return Object.fromEntries(tables.map((table) => [table, count(table)])) as Record<CountedTable, number>;
}

export async function newestMigration(db: Database): Promise<string> {
  const { rows } = await sql<{ name: string }>`SELECT name FROM migration ORDER BY name DESC LIMIT 1`.execute(db.read);
  return rows[0]?.name ?? "";
}
