import { type Selectable, sql } from "kysely";
import { columnTypes } from "../db/columns.ts";
import type { Database, Writer } from "../db/dialect.ts";
import { insertRows } from "../db/insert-rows.ts";
import { portable } from "../db/portable.ts";
import { type Tables, tables } from "../db/tables.ts";

export type EventCount = Selectable<Tables["event_count"]>;

export async function hasChanges({ read }: Database): Promise<boolean> {
  return (await read.selectFrom("event_count_change").select("seq").limit(1).executeTakeFirst()) !== undefined;
}

/** Removes the oldest changes, at most so many, and gives them. Those of the same rows that come later stay behind. */
export async function takeChanges(tx: Writer, limit: number): Promise<readonly EventCount[]> {
  const { rows } = await sql<EventCount>`DELETE FROM event_count_change WHERE seq IN (
    SELECT seq FROM event_count_change ORDER BY seq LIMIT ${limit}) RETURNING hour, event, count`.execute(tx);
  return rows.map(({ hour, event, count }) => ({ hour, event, count: Number(count) }));
}

const countColumns = columnTypes(tables.event_count);
const { count: _count, ...keyColumns } = countColumns;

/** Adds to the counts, at most one number to each. What becomes 0 is removed. */
export async function addToCounts(tx: Writer, rows: readonly EventCount[]): Promise<void> {
  await insertRows(tx, {
    into: "event_count",
    columns: countColumns,
    rows,
    ending: "ON CONFLICT (hour, event) DO UPDATE SET count = event_count.count + excluded.count",
  });
  const lessened = rows.filter(({ count }) => count <= 0);
  if (lessened.length === 0) return;
  const given = portable.rowsOf(JSON.stringify(lessened), keyColumns);
  await sql`DELETE FROM event_count WHERE count = 0 AND (hour, event) IN
    (SELECT given.hour, given.event FROM ${given} AS given)`.execute(tx);
}
