import type { StateType, Timestamp } from "@ostinato/core";
import { sql } from "kysely";
import type { Database } from "../../db/dialect.ts";
import { idRows, portable } from "../../db/portable.ts";
import { isFailure } from "../../db/state-sql.ts";

export interface FailedRun {
  readonly id: string;
  readonly name: string;
  readonly flow_id: string;
  readonly flow_name: string;
  readonly state_id: string;
  readonly state_type: StateType | null;
  readonly run_count: number;
  /** The beginning of it. */
  readonly message: string | null;
}

/** An attempt of a flow run. */
export interface FailedAttempt {
  readonly id: string;
  /** Null where the run has only one. */
  readonly attempt: number | null;
  readonly since: Timestamp | null;
  readonly until: Timestamp | null;
}

/** What failed within a flow run: a task run of its own, or a subflow with the task run that stands for it. */
export interface FailedCall {
  readonly flow_run_id: string;
  readonly task_run_id: string;
  readonly task_run_name: string;
  readonly task_key: string;
  readonly dynamic_key: string;
  readonly run_count: number;
  readonly state_id: string | null;
  readonly child_flow_run_id: string | null;
  readonly start_time: Timestamp | null;
  readonly ended: Timestamp | null;
}

/** Enough to tell whether an error is that of a task, and to tell it in a list. */
const maxCharacters = 2000;

/** These flow runs, or those of them that have failed or crashed, in no order. */
export async function runsWithMessages(
  db: Database,
  ids: readonly string[],
  { failed = false }: { readonly failed?: boolean } = {},
): Promise<FailedRun[]> {
  if (ids.length === 0) return [];
  const { rows } = await sql<FailedRun>`
    SELECT flow_run.id, flow_run.name, flow_run.flow_id, flow.name AS flow_name, flow_run.state_id, flow_run.state_type,
      flow_run.run_count, substr(state.message, 1, ${sql.lit(maxCharacters)}) AS message
    FROM ${idRows(ids)} AS wanted
    JOIN flow_run ON flow_run.id = wanted.id
    JOIN flow ON flow.id = flow_run.flow_id
    JOIN flow_run_state AS state ON state.id = flow_run.state_id
    WHERE ${failed ? isFailure("flow_run.state_type") : sql`1 = 1`}`.execute(db.slow);
  return rows;
}

export interface RunState {
  readonly flow_run_id: string;
  readonly id: string;
  readonly type: StateType;
  readonly timestamp: Timestamp;
}

/** The states of these flow runs, in no order. */
export async function statesOfRuns(db: Database, ids: readonly string[]): Promise<RunState[]> {
  if (ids.length === 0) return [];
  const { rows } = await sql<RunState>`
    SELECT state.flow_run_id, state.id, state.type, state.timestamp
    FROM ${idRows(ids)} AS wanted JOIN flow_run_state AS state ON state.flow_run_id = wanted.id`.execute(db.slow);
  return rows;
}

/** A bound on the failed calls of all attempts together. */
const maxCalls = 50_000;

/** The task runs that failed in these attempts, and the failed subflows of runs with only one attempt, in no order. */
export async function failedCalls(db: Database, attempts: readonly FailedAttempt[]): Promise<FailedCall[]> {
  if (attempts.length === 0) return [];
  const wanted = portable.rowsOf(JSON.stringify(attempts), { id: "uuid", attempt: "integer" });
  const once = idRows(attempts.filter(({ attempt }) => attempt === null).map(({ id }) => id));
  const { rows } = await sql<FailedCall>`
    SELECT task_run.flow_run_id, task_run.id AS task_run_id, task_run.name AS task_run_name, task_run.task_key,
      task_run.dynamic_key, task_run.run_count, task_run.state_id, child.id AS child_flow_run_id, task_run.start_time,
      coalesce(task_run.end_time, task_run.expected_start_time) AS ended
    FROM ${wanted} AS wanted JOIN task_run ON task_run.flow_run_id = wanted.id
    LEFT JOIN flow_run AS child ON child.parent_task_run_id = task_run.id
    WHERE ${isFailure("task_run.state_type")} AND child.id IS NULL
      AND (wanted.attempt IS NULL OR task_run.flow_run_run_count = wanted.attempt)
    UNION ALL
    SELECT task_run.flow_run_id, task_run.id, task_run.name, task_run.task_key, task_run.dynamic_key, child.run_count,
      child.state_id, child.id, child.start_time, coalesce(child.end_time, child.expected_start_time)
    FROM ${once} AS wanted JOIN task_run ON task_run.flow_run_id = wanted.id
    JOIN flow_run AS child ON child.parent_task_run_id = task_run.id
    WHERE ${isFailure("task_run.state_type")} AND ${isFailure("child.state_type")}
    LIMIT ${sql.lit(maxCalls)}`.execute(db.slow);
  return rows;
}

/** A subflow with the task run that stands for it. */
export type Subflow = Omit<FailedCall, "run_count" | "state_id" | "start_time" | "ended" | "child_flow_run_id"> & {
  readonly child_flow_run_id: string;
};

/** All subflows of flow runs, in no order. */
export async function subflowsOf(db: Database, ids: readonly string[]): Promise<Subflow[]> {
  if (ids.length === 0) return [];
  const { rows } = await sql<Subflow>`
    SELECT task_run.flow_run_id, task_run.id AS task_run_id, task_run.name AS task_run_name, task_run.task_key,
      task_run.dynamic_key, child.id AS child_flow_run_id
    FROM ${idRows(ids)} AS wanted JOIN task_run ON task_run.flow_run_id = wanted.id
    JOIN flow_run AS child ON child.parent_task_run_id = task_run.id
    LIMIT ${sql.lit(maxCalls)}`.execute(db.slow);
  return rows;
}

/** The beginnings of the messages of states, by their ids. */
export async function messagesOf(
  db: Database,
  of: "task_run" | "flow_run",
  ids: readonly string[],
): Promise<ReadonlyMap<string, string | null>> {
  if (ids.length === 0) return new Map();
  const { rows } = await sql<{ id: string; message: string | null }>`
    SELECT state.id, substr(state.message, 1, ${sql.lit(maxCharacters)}) AS message
    FROM ${idRows(ids)} AS wanted JOIN ${sql.table(`${of}_state`)} AS state ON state.id = wanted.id`.execute(db.slow);
  return new Map(rows.map(({ id, message }) => [id, message]));
}

export interface StateText {
  readonly message: string | null;
  readonly state_details: string;
}

/** The whole message and the details of the state of a task run or flow run. */
export async function stateText(
  db: Database,
  { of, id }: { readonly of: "task_run" | "flow_run"; readonly id: string | null },
): Promise<StateText | undefined> {
  const { rows } = await sql<StateText>`
    SELECT message, state_details FROM ${sql.table(`${of}_state`)} WHERE id = ${id}`.execute(db.read);
  return rows[0];
}
