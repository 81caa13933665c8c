import type { StateType, Timestamp } from "@ostinato/core";
import { sql } from "kysely";
import type { Database } from "../../db/dialect.ts";
import { idRows } from "../../db/portable.ts";
import type { TimelineTask } from "./timeline.rules.ts";

/** Task runs of a flow run, oldest first; the one that stands for a subflow with the subflow's own times and state. */
export async function timelineRows(db: Database, flowRunId: string, limit: number): Promise<TimelineTask[]> {
  const { rows } = await sql<TimelineTask>`
    SELECT task_run.id, task_run.name, task_run.task_key,
      coalesce(child.state_type, task_run.state_type) AS state_type,
      coalesce(child.state_name, task_run.state_name) AS state_name,
      coalesce(child.expected_start_time, task_run.expected_start_time) AS expected_start_time,
      CASE WHEN child.id IS NULL THEN task_run.start_time ELSE child.start_time END AS start_time,
      CASE WHEN child.id IS NULL THEN task_run.end_time ELSE child.end_time END AS end_time,
      coalesce(child.run_count, task_run.run_count) AS run_count,
      task_run.task_inputs, child.id AS child_flow_run_id
    FROM task_run LEFT JOIN flow_run AS child ON child.parent_task_run_id = task_run.id
    WHERE task_run.flow_run_id = ${flowRunId}
    ORDER BY task_run.expected_start_time, task_run.id
    LIMIT ${limit}`.execute(db.slow);
  return rows;
}

export interface SegmentRow {
  readonly task_run_id: string;
  readonly timestamp: Timestamp;
  readonly type: StateType;
  readonly name: string;
}

/** All states of these task runs, in their order. */
export async function segmentRows(db: Database, taskRunIds: readonly string[], limit: number): Promise<SegmentRow[]> {
  if (taskRunIds.length === 0) return [];
  const wanted = idRows(taskRunIds);
  const { rows } = await sql<SegmentRow>`
    SELECT state.task_run_id, state.timestamp, state.type, state.name
    FROM ${wanted} AS wanted JOIN task_run_state AS state ON state.task_run_id = wanted.id
    ORDER BY state.task_run_id, state.timestamp
    LIMIT ${limit}`.execute(db.slow);
  return rows;
}

export async function taskRunCount(db: Database, flowRunId: string): Promise<number> {
  const { rows } = await sql<{ count: number }>`
    SELECT count(*) AS count FROM task_run WHERE flow_run_id = ${flowRunId}`.execute(db.slow);
  return Number(rows[0]?.count ?? 0);
}

/** When the flow run began, or was created; undefined when there is none. */
export async function beginOf(db: Database, flowRunId: string): Promise<Timestamp | undefined> {
  const { rows } = await sql<{ begin: Timestamp }>`
    SELECT coalesce(start_time, created) AS begin FROM flow_run WHERE id = ${flowRunId}`.execute(db.read);
  return rows[0]?.begin;
}
