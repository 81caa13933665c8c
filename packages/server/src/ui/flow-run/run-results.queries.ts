import type { StateType, Timestamp } from "@ostinato/core";
import { type RawBuilder, sql } from "kysely";
import type { Database } from "../../db/dialect.ts";
import { portable } from "../../db/portable.ts";
import type { JsonText } from "../../db/tables.ts";
import type { Position } from "../lists/keyset.ts";

export interface TaskResultRow {
  readonly task_run_id: string;
  readonly name: string;
  readonly state_type: StateType | null;
  readonly state_name: string | null;
  readonly expected_start_time: Timestamp;
  /** This and the following fields are null if the result was deleted. */
  readonly preview: JsonText | null;
  readonly made_by: string | null;
  readonly made_in: string | null;
  readonly location: string | null;
  readonly kept: number | null;
  readonly created: Timestamp | null;
  readonly reason: string | null;
  readonly result_id: string | null;
  /** The state's data, if the client keeps its result itself. */
  readonly state_data: JsonText | null;
}

/** An attempt of the flow run, and its time: from its start until that of the next one. */
export interface ResultsAttempt {
  readonly number: number;
  readonly from: Timestamp | undefined;
  readonly until: Timestamp | undefined;
}

export interface TaskResultsQuery {
  readonly flowRunId: string;
  readonly text: string;
  readonly attempt: ResultsAttempt | undefined;
  readonly after: Position | undefined;
  readonly limit: number;
}

/**
 * Task runs of a flow run that have a result or used one again, or whose client keeps their result, in the order in which
 * they were to start.
 */
export async function taskResultRows(db: Database, query: TaskResultsQuery): Promise<TaskResultRow[]> {
  const { flowRunId, text, attempt, after, limit } = query;
  const later =
    after === undefined
      ? sql``
      : sql`AND (task_run.expected_start_time, task_run.id) > (${Number(after.value)}, ${after.id})`;
  const named = text === "" ? sql`` : sql`AND ${portable.contains("task_run.name", text)}`;
  const ofAttempt = attempt === undefined ? sql`` : sql`AND ${isOfAttempt(attempt)}`;
  const { rows } = await sql<TaskResultRow>`
    SELECT task_run.id AS task_run_id, task_run.name, task_run.state_type, task_run.state_name,
      task_run.expected_start_time, result.preview, result.task_run_id AS made_by, result.flow_run_id AS made_in,
      result.location, CASE WHEN result.data IS NULL THEN 0 ELSE 1 END AS kept, result.created, result.reason,
      task_run_value.result_id, state.data AS state_data
    FROM task_run
      LEFT JOIN task_run_value ON task_run_value.task_run_id = task_run.id
      LEFT JOIN result ON result.id = task_run_value.result_id
      LEFT JOIN task_run_state AS state ON task_run_value.result_id IS NULL AND task_run.state_type = 'COMPLETED'
        AND state.id = task_run.state_id AND state.data LIKE '{%"storage_key"%'
    WHERE (task_run_value.result_id IS NOT NULL OR state.id IS NOT NULL) AND task_run.flow_run_id = ${flowRunId} AND task_run.expected_start_time IS NOT NULL ${later} ${named} ${ofAttempt}
    ORDER BY task_run.expected_start_time, task_run.id
    LIMIT ${limit}`.execute(db.slow);
  return rows;
}

/**
 * Clients count the attempt of a task run, from 1. The task run that stands for a subflow is not counted, and may be that of several attempts:
 * the subflow's times tell to which it belongs.
 */
function isOfAttempt({ number, from, until }: ResultsAttempt): RawBuilder<unknown> {
  const child = sql`SELECT 1 FROM flow_run AS child WHERE child.parent_task_run_id = task_run.id`;
  const ranOn = from === undefined ? sql`` : sql`AND child.state_timestamp >= ${from}`;
  const begun = until === undefined ? sql`` : sql`AND task_run.expected_start_time < ${until}`;
  return sql`(EXISTS (${child} ${ranOn} ${begun}) OR (NOT EXISTS (${child})
    AND CASE WHEN task_run.flow_run_run_count < 1 THEN 1 ELSE task_run.flow_run_run_count END = ${number}))`;
}
