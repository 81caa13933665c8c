import type { StateType, Timestamp } from "@ostinato/core";
import { sql } from "kysely";
import { columnTypes, type RowOf } from "../db/columns.ts";
import type { Reader } from "../db/dialect.ts";
import { insertRows } from "../db/insert-rows.ts";
import { writeJson } from "../db/json-text.ts";
import { idRows, portable } from "../db/portable.ts";
import { tables, taskRunColumns } from "../db/tables.ts";

export interface KnownFlowRun {
  readonly state_type: StateType | null;
  readonly state_timestamp: Timestamp | null;
}

/** The existing ones of the flow runs, with the types of their states; locked, so that none is ended meanwhile. */
export async function knownFlowRuns(
  reader: Reader,
  ids: readonly string[],
): Promise<ReadonlyMap<string, KnownFlowRun>> {
  if (ids.length === 0) return new Map();
  const wanted = idRows(ids);
  const { rows } = await sql<KnownFlowRun & { id: string }>`SELECT id, state_type, state_timestamp FROM flow_run
    WHERE id IN (SELECT id FROM ${wanted} AS wanted) ORDER BY id ${portable.rowLock("flow_run")}`.execute(reader);
  return new Map(rows.map((row) => [row.id, row]));
}

export interface NaturalKey {
  readonly flow_run_id: string;
  readonly task_key: string;
  readonly dynamic_key: string;
}

export interface KeyedTaskRun extends NaturalKey {
  readonly id: string;
}

/** The task runs that exist under the keys. */
export async function taskRunsByKey(reader: Reader, keys: readonly NaturalKey[]): Promise<readonly KeyedTaskRun[]> {
  if (keys.length === 0) return [];
  const wanted = portable.rowsOf(writeJson(keys), { flow_run_id: "uuid", task_key: "text", dynamic_key: "text" });
  const { rows } = await sql<KeyedTaskRun>`SELECT id, flow_run_id, task_key, dynamic_key FROM task_run
    WHERE (flow_run_id, task_key, dynamic_key) IN (SELECT flow_run_id, task_key, dynamic_key FROM ${wanted} AS wanted)`.execute(
    reader,
  );
  return rows;
}

/** A task run from an event. JSON columns hold strings. */
export interface TaskRunWrite extends RowOf<typeof taskRunColumns> {
  readonly state_id: string;
  readonly state_type: StateType;
  readonly state_name: string;
  readonly state_timestamp: Timestamp;
  readonly expected_start_time: Timestamp;
}

const runColumns = columnTypes(taskRunColumns);
/** The columns that identify the task run, which never change. */
const keys = new Set(["id", "created", "flow_run_id", "task_key", "dynamic_key"]);
const changes = Object.keys(runColumns)
  .filter((name) => !keys.has(name))
  .map((name) => `${name} = excluded.${name}`);
const moveToLater = `ON CONFLICT (id) DO UPDATE SET ${changes.join(", ")}, last_word = NULL
  WHERE task_run.state_id IS NULL
    OR (excluded.state_timestamp, excluded.state_id)
      > (coalesce(task_run.last_word + 1, task_run.state_timestamp), task_run.state_id)
  RETURNING id, created`;

export interface WrittenTaskRun {
  readonly id: string;
  readonly created: Timestamp;
}

/** Adds task runs, and moves those that are in an earlier state. Gives the rows that it wrote. */
export function upsertTaskRuns(reader: Reader, rows: readonly TaskRunWrite[]): Promise<WrittenTaskRun[]> {
  return insertRows(reader, { into: "task_run", columns: runColumns, rows, ending: moveToLater });
}

const stateColumns = columnTypes(tables.task_run_state);

export type StateWrite = RowOf<typeof tables.task_run_state>;

export async function insertStates(reader: Reader, rows: readonly StateWrite[]): Promise<void> {
  await insertRows(reader, {
    into: "task_run_state",
    columns: stateColumns,
    rows,
    ending: "ON CONFLICT (id) DO NOTHING",
  });
}
