import { formatTimestamp, type StateType, stateNames, type Timestamp } from "@ostinato/core";
import { type SqlBool, sql } from "kysely";
import type { Reader } from "../db/dialect.ts";
import { portable } from "../db/portable.ts";
import { isNamed, isOfType, isOpen } from "../db/state-sql.ts";

/** A run with the state that it was seen in. */
export interface OverdueRun {
  readonly id: string;
  readonly state_id: string;
}

export interface LateRun extends OverdueRun {
  readonly next_scheduled_start_time: Timestamp;
}

/** Scheduled runs whose time was before this one, the earliest first. */
export async function lateRuns(reader: Reader, before: Timestamp, limit: number): Promise<readonly LateRun[]> {
  const { rows } = await sql<LateRun>`SELECT id, state_id, next_scheduled_start_time FROM flow_run
    WHERE ${isNamed("state_name", stateNames.scheduled)} AND next_scheduled_start_time <= ${before}
    ORDER BY next_scheduled_start_time, id LIMIT ${limit}`.execute(reader);
  return rows;
}

/** Paused runs whose pause had to end before the second of this time. */
export async function expiredPauses(reader: Reader, now: Timestamp, limit: number): Promise<readonly OverdueRun[]> {
  // Moments are written with as many digits as they need, so only whole seconds compare as texts.
  const second = formatTimestamp(now).slice(0, "2030-01-01T00:00:00".length);
  const isOver = portable.jsonFieldBefore("state.state_details", "pause_timeout", second);
  const { rows } = await sql<OverdueRun>`SELECT flow_run.id, flow_run.state_id FROM flow_run
    JOIN flow_run_state AS state ON state.id = flow_run.state_id
    WHERE ${isOfType("flow_run.state_type", ["PAUSED"])} AND ${isOver}
    LIMIT ${limit}`.execute(reader);
  return rows;
}

export interface RunPolicyRow {
  readonly id: string;
  readonly run_policy: string;
}

/** Deployments that say what happens to runs which start late, or crash. */
export async function deploymentsWithPolicy(reader: Reader): Promise<readonly RunPolicyRow[]> {
  const { rows } = await sql<RunPolicyRow>`SELECT id, run_policy FROM deployment
    WHERE run_policy <> '{}' ORDER BY id`.execute(reader);
  return rows;
}

export interface DueBefore {
  readonly deploymentId: string;
  readonly before: Timestamp;
}

/** Runs of the deployment that were to start before this time and never did; those that were made later have the time from then on. */
export async function unstartedRuns(
  reader: Reader,
  { deploymentId, before }: DueBefore,
  limit: number,
): Promise<readonly OverdueRun[]> {
  const { rows } = await sql<OverdueRun>`SELECT id, state_id FROM flow_run
    WHERE deployment_id = ${deploymentId} AND next_scheduled_start_time IS NOT NULL AND ${neverStarted}
      AND expected_start_time <= ${before} AND created <= ${before}
    ORDER BY next_scheduled_start_time LIMIT ${limit}`.execute(reader);
  return rows;
}

const neverStarted = sql<SqlBool>`run_count = 0 AND start_time IS NULL`;

export interface LeftSubflow extends OverdueRun {
  readonly state_type: StateType;
  readonly deployment_id: string | null;
}

/** Has the databases walk along the index of open subflows. */
const leastId = "00000000-0000-0000-0000-000000000000";

/** Subflows that have not ended though the run that called them was cancelled: they were made while it was. */
export async function leftSubflows(reader: Reader, limit: number): Promise<readonly LeftSubflow[]> {
  const { rows } = await sql<LeftSubflow>`SELECT child.id, child.state_id, child.state_type, child.deployment_id
    FROM flow_run AS child
    JOIN task_run ON task_run.id = child.parent_task_run_id
    JOIN flow_run AS parent ON parent.id = task_run.flow_run_id
    WHERE child.parent_task_run_id > ${sql.lit(leastId)} AND ${isOpen("child.state_type")}
      AND NOT ${isOfType("child.state_type", ["CANCELLING"])} AND ${isOfType("parent.state_type", ["CANCELLED"])}
    LIMIT ${limit}`.execute(reader);
  return rows;
}
