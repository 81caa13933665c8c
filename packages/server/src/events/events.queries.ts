import { type Insertable, sql } from "kysely";
import type { Reader, Sql } from "../db/dialects/dialect.ts";
import { writeJson } from "../db/json-text.ts";
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
  rows: readonly Insertable<EventTable>[],
): Promise<ReadonlySet<string>> {
  const names = sql.join(Object.keys(eventColumns).map((name) => sql.ref(name)));
  const { rows: added } = await sql<{ id: string }>`INSERT INTO event (${names})
    SELECT ${names} FROM ${dialect.rowsOf(writeJson(rows), eventColumns)} AS given WHERE 1 = 1
    ON CONFLICT (id) DO NOTHING RETURNING id`.execute(reader);
  return new Set(added.map(({ id }) => id));
}

const resourceColumns = { resource_id: "text", occurred: "moment", event_id: "uuid", resource_role: "text" } as const;

export async function insertEventResources(
  reader: Reader,
  dialect: Sql,
  rows: readonly Insertable<EventResourceTable>[],
): Promise<void> {
  const names = sql.join(Object.keys(resourceColumns).map((name) => sql.ref(name)));
  await sql`INSERT INTO event_resource (${names})
    SELECT ${names} FROM ${dialect.rowsOf(writeJson(rows), resourceColumns)} AS given WHERE 1 = 1
    ON CONFLICT DO NOTHING`.execute(reader);
}
