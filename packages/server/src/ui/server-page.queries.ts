import { sql } from "kysely";
import type { Database } from "../db/dialects/dialect.ts";

const tables = ["flow_run", "task_run", "log", "artifact", "event"] as const;
export type CountedTable = (typeof tables)[number];

/** How many rows each table has, up to `most`. */
export async function rowCounts(db: Database, most: number): Promise<Readonly<Record<CountedTable, number>>> {
  const counted = tables.map(
    (table) =>
      sql`(SELECT count(*) FROM (SELECT 1 AS one FROM ${sql.table(table)} LIMIT ${most}) AS bounded) AS ${sql.ref(table)}`,
  );
  const { rows } = await sql<Record<CountedTable, number>>`SELECT ${sql.join(counted)}`.execute(db.slow);
  const [row] = rows;
  return Object.fromEntries(tables.map((table) => [table, Number(row?.[table] ?? 0)])) as Record<CountedTable, number>;
}

export async function newestMigration(db: Database): Promise<string> {
  const { rows } = await sql<{ name: string }>`SELECT name FROM migration ORDER BY name DESC LIMIT 1`.execute(db.read);
  return rows[0]?.name ?? "";
}
