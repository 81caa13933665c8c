import { type RawBuilder, sql } from "kysely";
import type { Database } from "../../db/dialect.ts";

const tables = ["flow_run", "task_run", "log", "artifact", "event"] as const;
export type CountedTable = (typeof tables)[number];

export interface CountBounds {
  /** The bound on the reported number of rows of a table. */
  readonly max: number;
  /** Up to this many rows are counted exactly. */
  readonly exactTo: number;
}

/**
 * The number of rows of each table. SQLite counts all rows of a table by the pages of an index, a million in a millisecond.
 * PostgreSQL reads each row, so above `exactTo` rows its planner's estimate is reported, in thousands.
 */
export async function rowCounts(db: Database, bounds: CountBounds): Promise<Readonly<Record<CountedTable, number>>> {
  const rowsOf = db.kind === "sqlite" ? everyRow : (table: CountedTable) => countedOrEstimated(table, bounds);
  const counted = tables.map((table) => sql`${rowsOf(table)} AS ${sql.ref(table)}`);
  const { rows } = await sql<Record<CountedTable, number>>`SELECT ${sql.join(counted)}`.execute(db.slow);
  const [row] = rows;
  const count = (table: CountedTable) => Math.min(bounds.max, Number(row?.[table] ?? 0));
  return Object.fromEntries(tables.map((table) => [table, count(table)])) as Record<CountedTable, number>;
}

function everyRow(table: CountedTable): RawBuilder<number> {
  return sql`(SELECT count(*) FROM ${sql.table(table)})`;
}

/** The planner's estimate is as old as the last ANALYZE, and -1 before the first. */
function countedOrEstimated(table: CountedTable, { max, exactTo }: CountBounds): RawBuilder<number> {
  const estimate = sql`(SELECT reltuples FROM pg_class WHERE oid = ${sql.lit(table)}::regclass)`;
  return sql`CASE WHEN ${estimate} > ${exactTo} THEN 1000 * round(${estimate} / 1000)
    ELSE (SELECT count(*) FROM (SELECT 1 AS one FROM ${sql.table(table)} LIMIT ${max}) AS bounded) END`;
}

export async function newestMigration(db: Database): Promise<string> {
  const { rows } = await sql<{ name: string }>`SELECT name FROM migration ORDER BY name DESC LIMIT 1`.execute(db.read);
  return rows[0]?.name ?? "";
}
