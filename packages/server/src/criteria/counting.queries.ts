import { sql } from "kysely";
import type { Reader } from "../db/dialect.ts";
import type { Tables } from "../db/tables.ts";
import type { Condition } from "./conditions.queries.ts";

/**
 * Counts the matching rows of the table. An unnarrowed count has no WHERE at all: SQLite then counts by the pages of an index,
 * twenty times as fast as by its rows.
 */
export async function countMatching(
  reader: Reader,
  table: keyof Tables,
  condition: Condition | undefined,
): Promise<number> {
  const where = condition === undefined ? sql`` : sql`WHERE ${condition}`;
  const { rows } = await sql<{ count: number }>`SELECT count(*) AS count FROM ${sql.table(table)} ${where}`.execute(
    reader,
  );
  return Number(rows[0]?.count ?? 0);
}
