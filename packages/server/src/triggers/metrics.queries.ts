import type { Timestamp } from "@ostinato/core";
import { type Selectable, sql } from "kysely";
import { columnTypes } from "../db/columns.ts";
import type { Reader, Writer } from "../db/dialect.ts";
import { insertRows } from "../db/insert-rows.ts";
import { type Tables, tables } from "../db/tables.ts";

export type MetricRow = Selectable<Tables["automation_metric"]>;
export type SliceRow = Selectable<Tables["automation_metric_slice"]>;

const metricColumns = columnTypes(tables.automation_metric);
const sliceColumns = columnTypes(tables.automation_metric_slice);

export function metricsOf(reader: Reader, triggerIds: readonly string[]): Promise<MetricRow[]> {
  if (triggerIds.length === 0) return Promise.resolve([]);
  return reader.selectFrom("automation_metric").selectAll().where("trigger_id", "in", triggerIds).execute();
}

export function dueMetrics(reader: Reader, until: Timestamp, limit: number): Promise<MetricRow[]> {
  return reader
    .selectFrom("automation_metric")
    .selectAll()
    .where("due", "<=", until)
    .orderBy("due")
    .limit(limit)
    .execute();
}

export async function earliestLook(reader: Reader): Promise<Timestamp | undefined> {
  const row = await reader
    .selectFrom("automation_metric")
    .select("due")
    .where("due", "is not", null)
    .orderBy("due")
    .limit(1)
    .executeTakeFirst();
  return row?.due ?? undefined;
}

export async function putMetrics(tx: Writer, rows: readonly MetricRow[]): Promise<void> {
  if (rows.length === 0) return;
  await insertRows(tx, {
    into: "automation_metric",
    columns: metricColumns,
    rows,
    ending: `ON CONFLICT (trigger_id) DO UPDATE SET is_triggered = excluded.is_triggered, crossed = excluded.crossed,
      due = excluded.due`,
  });
}

export async function deleteMetrics(tx: Writer, triggerIds: readonly string[]): Promise<void> {
  if (triggerIds.length === 0) return;
  await tx.deleteFrom("automation_metric").where("trigger_id", "in", triggerIds).execute();
}

/** Adds to what slices have counted. */
export async function addToSlices(tx: Writer, rows: readonly SliceRow[]): Promise<void> {
  if (rows.length === 0) return;
  await insertRows(tx, {
    into: "automation_metric_slice",
    columns: sliceColumns,
    rows,
    ending: `ON CONFLICT (trigger_id, starts) DO UPDATE SET runs = automation_metric_slice.runs + excluded.runs,
      total = automation_metric_slice.total + excluded.total`,
  });
}

export async function forgetSlices(tx: Writer, triggerId: string, until: Timestamp): Promise<void> {
  await tx
    .deleteFrom("automation_metric_slice")
    .where("trigger_id", "=", triggerId)
    .where("starts", "<=", until)
    .execute();
}

/** All slices of a trigger together. */
export async function sumOf(reader: Reader, triggerId: string) {
  const { rows } = await sql<{ runs: number | null; total: number | null; oldest: Timestamp | null }>`
    SELECT sum(runs) AS runs, sum(total) AS total, min(starts) AS oldest FROM automation_metric_slice
    WHERE trigger_id = ${triggerId}`.execute(reader);
  const [row] = rows;
  const oldest = row?.oldest ?? null;
  return {
    runs: Number(row?.runs ?? 0),
    total: Number(row?.total ?? 0),
    oldest: oldest === null ? null : (Number(oldest) as Timestamp),
  };
}

export interface RunTimes {
  readonly id: string;
  readonly total_run_time: number;
  readonly start_time: Timestamp | null;
  readonly expected_start_time: Timestamp | null;
}

export function timesOfRuns(reader: Reader, ids: readonly string[]): Promise<RunTimes[]> {
  if (ids.length === 0) return Promise.resolve([]);
  return reader
    .selectFrom("flow_run")
    .select(["id", "total_run_time", "start_time", "expected_start_time"])
    .where("id", "in", ids)
    .execute();
}
