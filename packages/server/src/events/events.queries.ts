import { type Selectable, type SqlBool, sql } from "kysely";
import { columnTypes } from "../db/columns.ts";
import type { Reader } from "../db/dialect.ts";
import { insertRows } from "../db/insert-rows.ts";
import { idRows, portable } from "../db/portable.ts";
import { type Tables, tables } from "../db/tables.ts";

const eventColumns = columnTypes(tables.event);

/** Adds the events that are not there yet, and gives their ids. */
export async function insertEvents(
  reader: Reader,
  rows: readonly Selectable<Tables["event"]>[],
): Promise<ReadonlySet<string>> {
  const added = await insertRows<{ id: string }, keyof typeof eventColumns>(reader, {
    into: "event",
    columns: eventColumns,
    rows,
    ending: "ON CONFLICT (id) DO NOTHING RETURNING id",
  });
  return new Set(added.map(({ id }) => id));
}

const resourceColumns = columnTypes(tables.event_resource);

export async function insertEventResources(
  reader: Reader,
  rows: readonly Selectable<Tables["event_resource"]>[],
): Promise<void> {
  await insertRows(reader, {
    into: "event_resource",
    columns: resourceColumns,
    rows,
    ending: "ON CONFLICT DO NOTHING",
  });
}

export async function deleteEventResources(
  reader: Reader,
  rows: readonly Selectable<Tables["event_resource"]>[],
): Promise<void> {
  const given = portable.rowsOf(JSON.stringify(rows), resourceColumns);
  await sql`DELETE FROM event_resource WHERE (resource_id, occurred, event_id) IN
    (SELECT given.resource_id, given.occurred, given.event_id FROM ${given} AS given)`.execute(reader);
}

export async function deleteEvents(reader: Reader, ids: readonly string[]): Promise<number> {
  const given = idRows(ids);
  const result = await reader
    .deleteFrom("event")
    .where(sql<SqlBool>`id IN (SELECT given.id FROM ${given} AS given)`)
    .executeTakeFirst();
  return Number(result.numDeletedRows);
}
