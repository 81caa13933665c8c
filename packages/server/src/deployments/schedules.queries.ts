import type { Timestamp } from "@ostinato/core";
import { type Selectable, sql, type Updateable } from "kysely";
import { columnTypes } from "../db/columns.ts";
import type { Reader, Writer } from "../db/dialect.ts";
import { insertRows } from "../db/insert-rows.ts";
import { portable } from "../db/portable.ts";
import { type Tables, tables } from "../db/tables.ts";

export type ScheduleRow = Selectable<Tables["deployment_schedule"]>;

/** The schedules of these deployments, in Prefect's order: the one that was changed last comes first. */
export async function schedulesOf(reader: Reader, deploymentIds: readonly string[]): Promise<ScheduleRow[]> {
  if (deploymentIds.length === 0) return [];
  return reader
    .selectFrom("deployment_schedule")
    .selectAll()
    .where("deployment_id", "in", deploymentIds)
    .orderBy("updated", "desc")
    .orderBy("created", "desc")
    .orderBy("id", "desc")
    .execute();
}

const columns = columnTypes(tables.deployment_schedule);

export async function insertSchedules(tx: Writer, rows: readonly ScheduleRow[]): Promise<void> {
  await insertRows(tx, { into: "deployment_schedule", columns, rows });
}

export async function updateSchedule(
  tx: Writer,
  id: string,
  change: Updateable<Tables["deployment_schedule"]>,
): Promise<void> {
  await tx.updateTable("deployment_schedule").set(change).where("id", "=", id).execute();
}

/** Frees the slugs, so that others can have them. */
export async function clearSlugs(tx: Writer, ids: readonly string[]): Promise<void> {
  if (ids.length > 0) await tx.updateTable("deployment_schedule").set({ slug: null }).where("id", "in", ids).execute();
}

export async function deleteSchedules(tx: Writer, ids: readonly string[]): Promise<void> {
  if (ids.length > 0) await tx.deleteFrom("deployment_schedule").where("id", "in", ids).execute();
}

/** What the scheduler notes of a schedule. */
export type Progress = Pick<ScheduleRow, "id" | "scheduled_until" | "due" | "problem">;

export async function noteProgress(tx: Writer, progress: readonly Progress[]): Promise<void> {
  if (progress.length === 0) return;
  const noted = portable.rowsOf(JSON.stringify(progress), {
    id: "uuid",
    scheduled_until: "moment",
    due: "moment",
    problem: "text",
  });
  await sql`UPDATE deployment_schedule
    SET scheduled_until = noted.scheduled_until, due = noted.due, problem = noted.problem
    FROM ${noted} AS noted WHERE deployment_schedule.id = noted.id`.execute(tx);
}

/** Leaves all schedules of a deployment alone. */
export async function stopSchedules(tx: Writer, deploymentId: string): Promise<void> {
  await tx
    .updateTable("deployment_schedule")
    .set({ scheduled_until: null, due: null })
    .where("deployment_id", "=", deploymentId)
    .execute();
}

/**
 * Holds the deployments of schedules that need a look, and gives the ids of those, the longest due first. Those that another unit of
 * work holds are left out.
 */
export async function holdDueSchedules(tx: Writer, now: Timestamp, limit: number): Promise<readonly string[]> {
  const rows = await tx
    .selectFrom("deployment_schedule")
    .innerJoin("deployment", "deployment.id", "deployment_schedule.deployment_id")
    .select("deployment_schedule.id")
    .where("deployment_schedule.due", "<=", now)
    .orderBy("deployment_schedule.due")
    .orderBy("deployment_schedule.id")
    .limit(limit)
    .modifyEnd(portable.freeRowLock("deployment"))
    .execute();
  return rows.map(({ id }) => id);
}

export async function dueSchedulesByIds(tx: Writer, ids: readonly string[], now: Timestamp): Promise<ScheduleRow[]> {
  if (ids.length === 0) return [];
  return tx
    .selectFrom("deployment_schedule")
    .selectAll()
    .where("id", "in", ids)
    .where("due", "<=", now)
    .orderBy("due")
    .orderBy("id")
    .execute();
}

/** When the next schedule needs a look. */
export async function nextDue(reader: Reader): Promise<Timestamp | undefined> {
  const row = await reader
    .selectFrom("deployment_schedule")
    .select("due")
    .where("due", "is not", null)
    .orderBy("due")
    .limit(1)
    .executeTakeFirst();
  return row?.due ?? undefined;
}
