import { type StateName, type StateType, stateNames, type Timestamp } from "@ostinato/core";
import { sql } from "kysely";
import type { Database } from "../../db/dialect.ts";
import { isNamed, isOfType } from "../../db/state-sql.ts";

export interface EndedRunRow {
  readonly id: string;
  readonly name: string;
  readonly at: Timestamp | null;
  readonly start_time: Timestamp | null;
  readonly total_run_time: number;
  readonly message: string | null;
}

/** The newest run of a deployment that ended in one of these states. */
export async function lastEnded(
  db: Database,
  deploymentId: string,
  types: readonly StateType[],
): Promise<EndedRunRow | undefined> {
  const { rows } = await sql<EndedRunRow>`
    SELECT ended.id, ended.name, ended.state_timestamp AS at, ended.start_time, ended.total_run_time, state.message
    FROM (SELECT * FROM flow_run WHERE deployment_id = ${deploymentId} AND ${isOfType("state_type", types)}
      ORDER BY expected_start_time DESC, id DESC LIMIT 1) AS ended
    LEFT JOIN flow_run_state AS state ON state.id = ended.state_id`.execute(db.slow);
  return rows[0];
}

/** The runs that would have started already. */
export interface HeldBack {
  readonly late: number;
  /** Those that wait for a slot of the limit. */
  readonly in_line: number;
}

/** Counts up to `max` of each. */
export async function heldBack(db: Database, deploymentId: string, max: number): Promise<HeldBack> {
  const named = (name: StateName) =>
    sql`(SELECT count(*) FROM (SELECT 1 AS one FROM flow_run WHERE deployment_id = ${deploymentId}
      AND next_scheduled_start_time IS NOT NULL AND ${isNamed("state_name", name)} LIMIT ${max}) AS bounded)`;
  const { rows } = await sql<HeldBack>`SELECT ${named(stateNames.late)} AS late,
    ${named(stateNames.awaitingConcurrencySlot)} AS in_line`.execute(db.read);
  const [{ late, in_line } = { late: 0, in_line: 0 }] = rows;
  return { late: Number(late), in_line: Number(in_line) };
}
