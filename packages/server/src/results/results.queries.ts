import type { Timestamp } from "@ostinato/core";
import { type Insertable, sql } from "kysely";
import type { Reader, Sql } from "../db/dialects/dialect.ts";
import { writeJson } from "../db/json-text.ts";
import type { ResultTable } from "../db/tables.ts";

const resultColumns = {
  id: "uuid",
  created: "moment",
  flow_run_id: "uuid",
  task_run_id: "uuid",
  task_key: "text",
  flow_run_attempt: "integer",
  format: "text",
  data: "text",
  location: "text",
  preview: "json",
  reason: "text",
  identity: "text",
  cache_key: "text",
  expires: "moment",
} as const;

export type ResultWrite = Insertable<ResultTable>;

/** Adds the results that are not there yet. */
export async function insertResults(reader: Reader, dialect: Sql, rows: readonly ResultWrite[]): Promise<void> {
  if (rows.length === 0) return;
  const names = listOf(resultColumns);
  await sql`INSERT INTO result (${names})
    SELECT ${names} FROM ${dialect.rowsOf(writeJson(rows), resultColumns)} AS given WHERE 1 = 1
    ON CONFLICT (id) DO NOTHING`.execute(reader);
}

const valueColumns = {
  task_run_id: "uuid",
  inputs: "json",
  inputs_at: "moment",
  result_id: "uuid",
  result_at: "moment",
} as const;

export interface ValueWrite {
  readonly task_run_id: string;
  readonly inputs: string | null;
  readonly inputs_at: Timestamp | null;
  readonly result_id: string | null;
  readonly result_at: Timestamp | null;
}

/** Keeps what belongs to the latest state that brought it, in whatever order states come. One row for each task run. */
export async function upsertValues(reader: Reader, dialect: Sql, rows: readonly ValueWrite[]): Promise<void> {
  if (rows.length === 0) return;
  const names = listOf(valueColumns);
  await sql`INSERT INTO task_run_value AS kept (${names})
    SELECT ${names} FROM ${dialect.rowsOf(writeJson(rows), valueColumns)} AS given WHERE 1 = 1
    ON CONFLICT (task_run_id) DO UPDATE SET
      inputs = CASE WHEN ${isNewer("inputs_at")} THEN excluded.inputs ELSE kept.inputs END,
      inputs_at = CASE WHEN ${isNewer("inputs_at")} THEN excluded.inputs_at ELSE kept.inputs_at END,
      result_id = CASE WHEN ${isNewer("result_at")} THEN excluded.result_id ELSE kept.result_id END,
      result_at = CASE WHEN ${isNewer("result_at")} THEN excluded.result_at ELSE kept.result_at END`.execute(reader);
}

/** False where nothing was brought: a comparison with null is not true. */
function isNewer(moment: "inputs_at" | "result_at") {
  return sql.raw(`excluded.${moment} > coalesce(kept.${moment}, -9223372036854775807)`);
}

function listOf(columns: object) {
  return sql.join(Object.keys(columns).map((name) => sql.ref(name)));
}
