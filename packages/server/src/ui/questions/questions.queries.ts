import type { Timestamp } from "@ostinato/core";
import { type SqlBool, sql } from "kysely";
import { anyOf, everything, join } from "../../criteria/conditions.queries.ts";
import type { Database } from "../../db/dialect.ts";
import { portable } from "../../db/portable.ts";
import type { JsonText } from "../../db/tables.ts";
import { begin } from "../runs/flow-run-list.queries.ts";

export interface PausedRuns {
  readonly tags: readonly string[];
  readonly flowIds: readonly string[];
}

export interface PausedRun {
  readonly flow_run_id: string;
  readonly flow_run_name: string;
  readonly flow_name: string;
  readonly state_id: string;
  readonly state_name: string;
  readonly asked: Timestamp;
  readonly state_details: JsonText;
}

/** Paused runs, those that began first before others: along the index of states, so that other runs cost nothing. */
export async function pausedRuns(
  db: Database,
  { tags, flowIds }: PausedRuns,
  limit: number,
): Promise<readonly PausedRun[]> {
  const conditions = [
    sql<SqlBool>`flow_run.state_type = 'PAUSED'`,
    tags.length === 0 ? undefined : portable.holdsAll("flow_run.tags", tags),
    flowIds.length === 0 ? undefined : anyOf("flow_run.flow_id", flowIds),
  ];
  const { rows } = await sql<PausedRun>`
    SELECT flow_run.id AS flow_run_id, flow_run.name AS flow_run_name, flow.name AS flow_name,
      state.id AS state_id, state.name AS state_name, state.timestamp AS asked, state.state_details
    FROM (SELECT id, name, flow_id, state_id, ${begin} AS begun FROM flow_run WHERE ${join(conditions, "and_") ?? everything}
      ORDER BY ${begin}, id LIMIT ${limit}) AS flow_run
    JOIN flow ON flow.id = flow_run.flow_id
    JOIN flow_run_state AS state ON state.id = flow_run.state_id
    ORDER BY flow_run.begun, flow_run.id`.execute(db.read);
  return rows;
}

/** The task run of the flow run that was called last among those that had ended by then. */
export async function lastTaskBefore(
  db: Database,
  { flowRunId, by }: { readonly flowRunId: string; readonly by: Timestamp },
): Promise<{ id: string; name: string } | undefined> {
  const { rows } = await sql<{ id: string; name: string }>`
    SELECT id, name FROM task_run WHERE flow_run_id = ${flowRunId} AND end_time <= ${by}
    ORDER BY expected_start_time DESC, id DESC LIMIT 1`.execute(db.read);
  return rows[0];
}
