import type { Timestamp } from "@ostinato/core";
import type { RunPolicy } from "@ostinato/protocol";
import { type SqlBool, sql } from "kysely";
import type { Reader } from "../db/dialect.ts";
import { readPlainJson } from "../db/json-text.ts";
import { idRows } from "../db/portable.ts";
import type { OverdueRun } from "./overdue.queries.ts";

export interface UnservedDeployment {
  readonly id: string;
  readonly policy: RunPolicy;
  readonly lastPolled: Timestamp | null;
}

/** Those deployments without a work pool that have a policy and were not polled after this time; of all deployments where none are given. */
export async function unservedDeployments(
  reader: Reader,
  since: Timestamp,
  ids?: readonly string[],
): Promise<readonly UnservedDeployment[]> {
  const among = ids === undefined ? sql<SqlBool>`1 = 1` : sql<SqlBool>`id IN (SELECT id FROM ${idRows(ids)} AS wanted)`;
  const { rows } = await sql<{ id: string; run_policy: string; last_polled: Timestamp | null }>`
    SELECT id, run_policy, last_polled FROM deployment
    WHERE run_policy <> '{}' AND work_queue_id IS NULL AND (last_polled IS NULL OR last_polled < ${since}) AND ${among}
    ORDER BY id`.execute(reader);
  return rows.map(({ id, run_policy, last_polled }) => ({
    id,
    policy: readPlainJson<RunPolicy>(run_policy),
    lastPolled: last_polled,
  }));
}

export interface MissedRun extends OverdueRun {
  readonly expected_start_time: Timestamp;
  /** The schedule that made it, as JSON. */
  readonly created_by: string | null;
}

export interface Unserved {
  readonly deploymentId: string;
  readonly since: Timestamp;
  readonly now: Timestamp;
}

/** The runs that a schedule has made for times after `since` and up to `now` and that never started, the newest first. */
export async function missedRuns(
  reader: Reader,
  { deploymentId, since, now }: Unserved,
  limit: number,
): Promise<readonly MissedRun[]> {
  const { rows } = await sql<MissedRun>`SELECT id, state_id, expected_start_time, created_by FROM flow_run
    WHERE deployment_id = ${deploymentId} AND next_scheduled_start_time IS NOT NULL AND auto_scheduled = 1
      AND run_count = 0 AND start_time IS NULL AND expected_start_time > ${since} AND expected_start_time <= ${now}
    ORDER BY expected_start_time DESC, id DESC LIMIT ${limit}`.execute(reader);
  return rows;
}
