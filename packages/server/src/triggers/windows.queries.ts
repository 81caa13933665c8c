import { addSeconds, type Timestamp } from "@ostinato/core";
import { type Selectable, sql } from "kysely";
import { columnTypes } from "../db/columns.ts";
import type { Reader, Writer } from "../db/dialect.ts";
import { insertRows } from "../db/insert-rows.ts";
import { portable } from "../db/portable.ts";
import { type Tables, tables } from "../db/tables.ts";

export type WindowRow = Selectable<Tables["automation_bucket"]>;
export type ChildFiringRow = Selectable<Tables["automation_child_firing"]>;

/** What names a window. */
export type WindowKey = Pick<WindowRow, "trigger_id" | "key">;

const keyColumns = { trigger_id: "uuid", key: "text" } as const;
const windowColumns = columnTypes(tables.automation_bucket);
const firingColumns = columnTypes(tables.automation_child_firing);

export async function windowsOf(reader: Reader, keys: readonly WindowKey[]): Promise<WindowRow[]> {
  if (keys.length === 0) return [];
  const { rows } = await sql<WindowRow>`SELECT automation_bucket.* FROM automation_bucket
    JOIN ${portable.rowsOf(JSON.stringify(keys), keyColumns)} AS given
      ON automation_bucket.trigger_id = given.trigger_id AND automation_bucket.key = given.key`.execute(reader);
  return rows;
}

/** The windows that have to be looked at by then, the earliest first. */
export function dueWindows(reader: Reader, until: Timestamp, limit: number): Promise<WindowRow[]> {
  return reader
    .selectFrom("automation_bucket")
    .selectAll()
    .where("due", "<=", until)
    .orderBy("due")
    .limit(limit)
    .execute();
}

export async function earliestDue(reader: Reader): Promise<Timestamp | undefined> {
  const row = await reader.selectFrom("automation_bucket").select("due").orderBy("due").limit(1).executeTakeFirst();
  return row?.due;
}

/** Puts off when windows are forgotten. Those that are looked at for their deadline, which is when they end, are left alone. */
export async function forgetLater(tx: Writer, seconds: number): Promise<void> {
  const later = sql<Timestamp>`due + ${addSeconds(0 as Timestamp, seconds)}`;
  await tx
    .updateTable("automation_bucket")
    .set({ due: later })
    .where("due", ">", ({ ref }) => ref("ends"))
    .execute();
}

export async function putWindows(tx: Writer, rows: readonly WindowRow[]): Promise<void> {
  if (rows.length === 0) return;
  await insertRows(tx, {
    into: "automation_bucket",
    columns: windowColumns,
    rows,
    ending: `ON CONFLICT (trigger_id, key) DO UPDATE SET starts = excluded.starts, ends = excluded.ends,
      count = excluded.count, last_event_id = excluded.last_event_id, due = excluded.due`,
  });
}

export async function deleteWindows(tx: Writer, keys: readonly WindowKey[]): Promise<void> {
  if (keys.length === 0) return;
  const given = portable.rowsOf(JSON.stringify(keys), keyColumns);
  await sql`DELETE FROM automation_bucket WHERE (trigger_id, key) IN
    (SELECT given.trigger_id, given.key FROM ${given} AS given)`.execute(tx);
}

/** The kept firings of these compounds and sequences, in the order in which they were noticed. */
export function childFiringsOf(reader: Reader, parentIds: readonly string[]): Promise<ChildFiringRow[]> {
  if (parentIds.length === 0) return Promise.resolve([]);
  return reader
    .selectFrom("automation_child_firing")
    .selectAll()
    .where("parent_trigger_id", "in", parentIds)
    .orderBy("fired_at")
    .orderBy("firing_id")
    .execute();
}

/** Keeps these firings of the compounds and sequences, and no others. */
export async function replaceChildFirings(
  tx: Writer,
  parentIds: readonly string[],
  rows: readonly ChildFiringRow[],
): Promise<void> {
  if (parentIds.length === 0) return;
  await tx.deleteFrom("automation_child_firing").where("parent_trigger_id", "in", parentIds).execute();
  if (rows.length > 0) await insertRows(tx, { into: "automation_child_firing", columns: firingColumns, rows });
}
