import { type Selectable, type SqlBool, sql } from "kysely";
import type { Reader, Sql } from "../db/dialect.ts";
import type { EventResourceTable, EventTable } from "../db/tables.ts";

const eventColumns = {
  id: "uuid",
  occurred: "moment",
  received: "moment",
  event: "text",
  resource_id: "text",
  resource: "json",
  related: "json",
  payload: "json",
  follows: "uuid",
} as const;

/** Adds the events that are not there yet, and gives their ids. */
export async function insertEvents(
  reader: Reader,
  dialect: Sql,
  rows: readonly Selectable<EventTable>[],
): Promise<ReadonlySet<string>> {
  const added = await dialect.insertRows<{ id: string }, keyof typeof eventColumns>(reader, {
    into: "event",
    columns: eventColumns,
    rows,
    ending: "ON CONFLICT (id) DO NOTHING RETURNING id",
  });
  return new Set(added.map(({ id }) => id));
}

const resourceColumns = { resource_id: "text", occurred: "moment", event_id: "uuid" } as const;

export async function insertEventResources(
  reader: Reader,
  dialect: Sql,
  rows: readonly Selectable<EventResourceTable>[],
): Promise<void> {
  await dialect.insertRows(reader, {
    into: "event_resource",
    columns: resourceColumns,
    rows,
    ending: "ON CONFLICT DO NOTHING",
  });
}

export async function deleteEventResources(
  reader: Reader,
  dialect: Sql,
  rows: readonly Selectable<EventResourceTable>[],
): Promise<void> {
  const given = dialect.rowsOf(JSON.stringify(rows), resourceColumns);
  await sql`DELETE FROM event_resource WHERE (resource_id, occurred, event_id) IN
    (SELECT given.resource_id, given.occurred, given.event_id FROM ${given} AS given)`.execute(reader);
}

export async function deleteEvents(reader: Reader, dialect: Sql, ids: readonly string[]): Promise<number> {
  const given = dialect.rowsOf(JSON.stringify(ids.map((id) => ({ id }))), { id: "uuid" });
  const result = await reader
    .deleteFrom("event")
    .where(sql<SqlBool>`id IN (SELECT given.id FROM ${given} AS given)`)
    .executeTakeFirst();
  return Number(result.numDeletedRows);
}
