import type { Timestamp } from "@ostinato/core";
import type { Selectable } from "kysely";
import { columnTypes } from "../db/columns.ts";
import type { Reader, Writer } from "../db/dialect.ts";
import { insertRows } from "../db/insert-rows.ts";
import { type Tables, tables } from "../db/tables.ts";

export type ActionRow = Selectable<Tables["automation_action"]>;

const columns = columnTypes(tables.automation_action);

export async function insertActions(tx: Writer, rows: readonly ActionRow[]): Promise<void> {
  if (rows.length > 0) await insertRows(tx, { into: "automation_action", columns, rows });
}

/** The span of time in which no action is due. */
export interface NotDue {
  readonly now: Timestamp;
  /** What is due after it is due now. */
  readonly latest: Timestamp;
}

/** The actions whose time has come, the first ones first. */
export function dueActions(reader: Reader, { now, latest }: NotDue, limit: number): Promise<ActionRow[]> {
  return reader
    .selectFrom("automation_action")
    .selectAll()
    .where((row) => row.or([row("due", "<=", now), row("due", ">", latest)]))
    .orderBy("due")
    .orderBy("id")
    .limit(limit)
    .execute();
}

export async function nextDue(reader: Reader): Promise<Timestamp | undefined> {
  const row = await reader.selectFrom("automation_action").select("due").orderBy("due").limit(1).executeTakeFirst();
  return row?.due;
}

/** Gives whether the action was still to be done. */
export async function deleteAction(tx: Writer, id: string): Promise<boolean> {
  const result = await tx.deleteFrom("automation_action").where("id", "=", id).executeTakeFirst();
  return result.numDeletedRows > 0n;
}

/** The same. */
export async function postponeAction(
  tx: Writer,
  id: string,
  changes: Pick<ActionRow, "attempts" | "due" | "delivered">,
): Promise<boolean> {
  const result = await tx.updateTable("automation_action").set(changes).where("id", "=", id).executeTakeFirst();
  return result.numUpdatedRows > 0n;
}

/** The idempotency key of a flow run; undefined where it has none, or is gone. */
export async function keyOfRun(reader: Reader, id: string): Promise<string | undefined> {
  const row = await reader.selectFrom("flow_run").select("idempotency_key").where("id", "=", id).executeTakeFirst();
  return row?.idempotency_key ?? undefined;
}

export type WaitingAction = Pick<ActionRow, "id" | "action" | "action_index" | "attempts" | "triggered_event_id">;

/** The actions of firings that are still to be done. */
export function waitingActions(reader: Reader, firingIds: readonly string[]): Promise<WaitingAction[]> {
  return reader
    .selectFrom("automation_action")
    .select(["id", "action", "action_index", "attempts", "triggered_event_id"])
    .where("triggered_event_id", "in", firingIds)
    .execute();
}
