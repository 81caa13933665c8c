import type { StateType, Timestamp } from "@ostinato/core";
import { sql } from "kysely";
import type { Reader } from "../../db/dialect.ts";
import { idRows } from "../../db/portable.ts";

export interface FlowCount {
  readonly flow_id: string;
  readonly deployments: number;
}

export async function deploymentCounts(reader: Reader, flowIds: readonly string[]): Promise<readonly FlowCount[]> {
  const { rows } = await sql<FlowCount>`SELECT wanted.id AS flow_id,
      (SELECT count(*) FROM deployment WHERE deployment.flow_id = wanted.id) AS deployments
    FROM ${idRows(flowIds)} AS wanted`.execute(reader);
  return rows.map((row) => ({ ...row, deployments: Number(row.deployments) }));
}

export interface NextRunRow {
  readonly id: string;
  readonly flow_id: string;
  readonly name: string;
  readonly state_name: string;
  readonly state_type: StateType;
  readonly next_scheduled_start_time: Timestamp;
}

/** The run of each flow that is to start next: an index has a flow's scheduled runs together. */
export async function nextRuns(reader: Reader, flowIds: readonly string[]): Promise<readonly NextRunRow[]> {
  const { rows } = await sql<NextRunRow>`
    SELECT id, flow_id, name, state_name, state_type, next_scheduled_start_time FROM flow_run WHERE id IN (
      SELECT (SELECT waiting.id FROM flow_run AS waiting
        WHERE waiting.flow_id = wanted.id AND waiting.state_type = 'SCHEDULED'
          AND waiting.next_scheduled_start_time IS NOT NULL
        ORDER BY waiting.next_scheduled_start_time, waiting.id LIMIT 1)
      FROM ${idRows(flowIds)} AS wanted)`.execute(reader);
  return rows;
}
