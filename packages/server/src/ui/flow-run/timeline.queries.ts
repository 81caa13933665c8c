import type { StateType, Timestamp } from "@ostinato/core";
import { sql } from "kysely";
import type { Database } from "../../db/dialect.ts";
import { idRows } from "../../db/portable.ts";
import type { TimelineTask } from "./timeline.rules.ts";

/** Task runs of a flow run, oldest first; the one that stands for a subflow with the subflow's own times and state. */
export async function timelineRows(db: Database, flowRunId: string, limit: number): Promise<TimelineTask[]> {
  const { rows } = await sql<TimelineTask>`
    SELECT task_run.id, task_run.name, task_run.task_key, task_run.dynamic_key,
      coalesce(child.state_type, task_run.state_type) AS state_type,
      coalesce(child.state_name, task_run.state_name) AS state_name,
      coalesce(child.expected_start_time, task_run.expected_start_time) AS expected_start_time,
      CASE WHEN child.id IS NULL THEN task_run.start_time ELSE child.start_time END AS start_time,
      CASE WHEN child.id IS NULL THEN task_run.end_time ELSE child.end_time END AS end_time,
      coalesce(child.run_count, task_run.run_count) AS run_count,
      coalesce(child.total_run_time, task_run.total_run_time) AS total_run_time,
      task_run.task_inputs, task_run.labels, child.id AS child_flow_run_id, child.name AS child_name, child_flow.name AS child_flow_name,
      task_run.flow_run_run_count AS flow_run_attempt, child.state_timestamp AS child_changed
    FROM task_run LEFT JOIN flow_run AS child ON child.parent_task_run_id = task_run.id
      LEFT JOIN flow AS child_flow ON child_flow.id = child.flow_id
    WHERE task_run.flow_run_id = ${flowRunId}
    ORDER BY task_run.expected_start_time, task_run.id
    LIMIT ${limit}`.execute(db.slow);
  return rows;
}

export interface SegmentRow {
  readonly run_id: string;
  readonly timestamp: Timestamp;
  readonly type: StateType;
  readonly name: string;
}

const histories = {
  task: { table: sql`task_run_state`, run: sql`state.task_run_id` },
  flow: { table: sql`flow_run_state`, run: sql`state.flow_run_id` },
} as const;

/** All states of these runs, in their order. */
export async function segmentRows(
  db: Database,
  of: keyof typeof histories,
  ids: readonly string[],
  limit: number,
): Promise<SegmentRow[]> {
  if (ids.length === 0) return [];
  const { table, run } = histories[of];
  const { rows } = await sql<SegmentRow>`
    SELECT ${run} AS run_id, state.timestamp, state.type, state.name
    FROM ${idRows(ids)} AS wanted JOIN ${table} AS state ON ${run} = wanted.id
    ORDER BY ${run}, state.timestamp
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
