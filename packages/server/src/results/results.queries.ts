import type { StateType, Timestamp } from "@ostinato/core";
import { type Selectable, type SqlBool, sql } from "kysely";
import { columnTypes } from "../db/columns.ts";
import type { Reader, Writer } from "../db/dialect.ts";
import { insertRows } from "../db/insert-rows.ts";
import { idRows } from "../db/portable.ts";
import { type JsonText, type Tables, tables } from "../db/tables.ts";
import type { StateColumnsOfRun } from "../orchestration/state.rows.ts";

const resultColumns = columnTypes(tables.result);

export type ResultWrite = Selectable<Tables["result"]>;

/** Adds the results that are not there yet. */
export async function insertResults(reader: Reader, rows: readonly ResultWrite[]): Promise<void> {
  await insertRows(reader, {
    into: "result",
    columns: resultColumns,
    rows,
    ending: "ON CONFLICT (id) DO NOTHING",
  });
}

const valueColumns = columnTypes(tables.task_run_value);

export type ValueWrite = Selectable<Tables["task_run_value"]>;

/** Keeps what belongs to the latest state that brought it, in whatever order states come. One row for each task run. */
export async function upsertValues(reader: Reader, rows: readonly ValueWrite[]): Promise<void> {
  await insertRows(reader, {
    into: "task_run_value AS kept",
    columns: valueColumns,
    rows,
    ending: `ON CONFLICT (task_run_id) DO UPDATE SET
      inputs = CASE WHEN ${isLater("inputs")} THEN excluded.inputs ELSE kept.inputs END,
      inputs_at = CASE WHEN ${isLater("inputs")} THEN excluded.inputs_at ELSE kept.inputs_at END,
      result_id = CASE WHEN ${isLater("result_id")} THEN excluded.result_id ELSE kept.result_id END,
      result_at = CASE WHEN ${isLater("result_id")} THEN excluded.result_at ELSE kept.result_at END`,
  });
}

/** Equal times are ordered by the values themselves, so that the order of arrival makes no difference. */
function isLater(column: "inputs" | "result_id"): string {
  const moment = column === "inputs" ? "inputs_at" : "result_at";
  return `excluded.${moment} IS NOT NULL AND (kept.${moment} IS NULL
    OR (excluded.${moment}, excluded.${column}) > (kept.${moment}, kept.${column}))`;
}

export type ResultRow = Selectable<Tables["result"]>;

export function resultById(reader: Reader, id: string): Promise<ResultRow | undefined> {
  return reader.selectFrom("result").selectAll().where("id", "=", id).executeTakeFirst();
}

export async function resultsByIds(reader: Reader, ids: readonly string[]): Promise<ResultRow[]> {
  if (ids.length === 0) return [];
  return reader.selectFrom("result").selectAll().where("id", "in", ids).execute();
}

export interface TaskRunValues {
  readonly state_type: StateType | null;
  readonly state_name: string | null;
  readonly state_data: JsonText | null;
  readonly inputs: string | null;
  readonly result_id: string | null;
}

/** The reported values of a task run; undefined if it does not exist. */
export function taskRunValues(reader: Reader, taskRunId: string): Promise<TaskRunValues | undefined> {
  return reader
    .selectFrom("task_run")
    .leftJoin("task_run_value", "task_run_value.task_run_id", "task_run.id")
    .leftJoin("task_run_state", "task_run_state.id", "task_run.state_id")
    .select(["task_run.state_type", "task_run.state_name", "task_run_state.data as state_data"])
    .select(["task_run_value.inputs", "task_run_value.result_id"])
    .where("task_run.id", "=", taskRunId)
    .executeTakeFirst();
}

export interface EndOfTaskRun extends StateColumnsOfRun {
  readonly id: string;
  readonly result_id: string | null;
  /** Of the data of its result. */
  readonly characters: number;
}

/** The states of those of the task runs that exist, and which results they have. */
export async function endsOfTaskRuns(reader: Reader, ids: readonly string[]): Promise<readonly EndOfTaskRun[]> {
  const { rows } =
    await sql<EndOfTaskRun>`SELECT task_run.id, task_run.state_id, task_run.state_type, task_run.state_name,
      task_run.state_timestamp, task_run_state.message AS state_message, task_run_state.state_details,
      task_run_state.data AS state_data, result.id AS result_id, coalesce(length(result.data), 0) AS characters
    FROM task_run
      LEFT JOIN task_run_state ON task_run_state.id = task_run.state_id
      LEFT JOIN task_run_value ON task_run_value.task_run_id = task_run.id
      LEFT JOIN result ON result.id = task_run_value.result_id
    WHERE task_run.id IN (SELECT id FROM ${idRows(ids)} AS wanted)`.execute(reader);
  return rows;
}

export interface FlowRunState {
  readonly state_type: StateType | null;
  readonly state_name: string | null;
  readonly state_data: JsonText | null;
  readonly run_count: number;
}

export function flowRunState(reader: Reader, id: string): Promise<FlowRunState | undefined> {
  return reader
    .selectFrom("flow_run")
    .leftJoin("flow_run_state", "flow_run_state.id", "flow_run.state_id")
    .select(["flow_run.state_type", "flow_run.state_name", "flow_run.run_count", "flow_run_state.data as state_data"])
    .where("flow_run.id", "=", id)
    .executeTakeFirst();
}

/** The newest result of the flow run itself. */
export function flowRunResult(reader: Reader, flowRunId: string): Promise<ResultRow | undefined> {
  return reader
    .selectFrom("result")
    .selectAll()
    .where("flow_run_id", "=", flowRunId)
    .where("task_run_id", "is", null)
    .orderBy("id", "desc")
    .limit(1)
    .executeTakeFirst();
}

/** Deletes the flow run's earlier result of the same attempt, which is being reported again. */
export async function deleteFlowRunResult(reader: Reader, flowRunId: string, attempt: number): Promise<void> {
  await reader
    .deleteFrom("result")
    .where("flow_run_id", "=", flowRunId)
    .where("task_run_id", "is", null)
    .where("flow_run_attempt", "=", attempt)
    .execute();
}

export async function setCacheKey(
  tx: Writer,
  id: string,
  key: { readonly cache_key: string; readonly expires: Timestamp | null },
): Promise<void> {
  await tx.updateTable("result").set(key).where("id", "=", id).where("format", "<>", "none").execute();
}

/** Of flow runs only the results that are their own. */
export async function clearKeys(tx: Writer, ids: readonly string[], column: "id" | "flow_run_id"): Promise<void> {
  if (ids.length === 0) return;
  const own = column === "id" ? sql<SqlBool>`1 = 1` : sql<SqlBool>`task_run_id IS NULL`;
  await sql`UPDATE result SET identity = NULL, cache_key = NULL
    WHERE ${sql.ref(column)} IN (SELECT id FROM ${idRows(ids)} AS given) AND ${own}`.execute(tx);
}

/** Gives the number of results that had the key. */
export async function forgetCacheKey(tx: Writer, cacheKey: string): Promise<number> {
  const { numUpdatedRows } = await tx
    .updateTable("result")
    .set({ cache_key: null })
    .where("cache_key", "=", cacheKey)
    .executeTakeFirst();
  return Number(numUpdatedRows);
}

/** A bound on the characters of data in a page of results, which holds at least one. */
const charactersPerPage = 16 * 1024 * 1024;

export interface ResultPage {
  readonly after: string | undefined;
  readonly limit: number;
}

const isKept = sql<SqlBool>`(result.data IS NOT NULL OR result.location IS NOT NULL)`;

/** The results that a flow run can start from again: those of its task runs, of its subflows, and its own, in the order of their ids. */
export async function resultsOfFlowRun(
  reader: Reader,
  flowRunId: string,
  { after, limit }: ResultPage,
): Promise<{ rows: readonly ResultRow[]; more: boolean }> {
  const later = after === undefined ? sql<SqlBool>`1 = 1` : sql<SqlBool>`result.id > ${after}`;
  const { rows } = await sql<ResultRow & { readonly before: number }>`
    SELECT page.*, sum(coalesce(length(data), 0)) OVER (ORDER BY id) - coalesce(length(data), 0) AS before FROM (
      SELECT result.* FROM result
        WHERE result.flow_run_id = ${flowRunId} AND ${isKept} AND ${later}
      UNION ALL
      SELECT result.* FROM task_run AS parent
        JOIN flow_run AS child ON child.parent_task_run_id = parent.id
        JOIN result ON result.flow_run_id = child.id AND result.task_run_id IS NULL
        WHERE parent.flow_run_id = ${flowRunId} AND ${isKept} AND ${later}
      ORDER BY id LIMIT ${limit + 1}) AS page
    ORDER BY id`.execute(reader);
  const held = rows.filter(({ before }, index) => index < limit && Number(before) < charactersPerPage);
  return { rows: held.map(({ before: _before, ...row }) => row), more: held.length < rows.length };
}

/** The newest kept result under the key that has not expired. */
export function cachedResult(reader: Reader, cacheKey: string, now: Timestamp): Promise<ResultRow | undefined> {
  return reader
    .selectFrom("result")
    .selectAll()
    .where("cache_key", "=", cacheKey)
    .where(sql<SqlBool>`(result.expires IS NULL OR result.expires > ${now})`)
    .where(isKept)
    .orderBy("created", "desc")
    .orderBy("id", "desc")
    .limit(1)
    .executeTakeFirst();
}
