import { type StateType, stateNames, type Timestamp } from "@ostinato/core";
import { type RawBuilder, sql } from "kysely";
import type { Reader } from "../../db/dialect.ts";
import { holdsNow, leaseTime } from "../../db/lease-clock.ts";
import { isNamed } from "../../db/state-sql.ts";

export interface SlotUserRow {
  readonly flow_run_id: string | null;
  readonly flow_run_name: string | null;
  readonly task_run_id: string | null;
  readonly task_run_name: string | null;
  readonly holder_type: string | null;
  readonly holder_id: string | null;
  readonly state_type: StateType | null;
  readonly state_name: string | null;
  readonly slots: number;
  readonly since: Timestamp;
}

export interface HolderRow extends SlotUserRow {
  readonly lease_id: string;
  /** Microseconds until its lease ends; null for one without an end. */
  readonly lease_left: number | null;
}

/** The runs by the type and the id of a holder in `used`. */
const namesOfRuns: RawBuilder<unknown> = sql`
  LEFT JOIN task_run ON used.holder_type = 'task_run' AND task_run.id = used.holder_id
  LEFT JOIN flow_run ON flow_run.id = CASE WHEN used.holder_type = 'flow_run' THEN used.holder_id ELSE task_run.flow_run_id END`;

const columns: RawBuilder<unknown> = sql`flow_run.id AS flow_run_id, flow_run.name AS flow_run_name,
  task_run.id AS task_run_id, task_run.name AS task_run_name, used.holder_type, used.holder_id,
  CASE WHEN task_run.id IS NULL THEN flow_run.state_type ELSE task_run.state_type END AS state_type,
  CASE WHEN task_run.id IS NULL THEN flow_run.state_name ELSE task_run.state_name END AS state_name`;

/** Some of those who hold slots of the limit, the earliest first. */
export async function holdersOf(reader: Reader, limitId: string, limit: number): Promise<readonly HolderRow[]> {
  const { rows } = await sql<HolderRow>`SELECT ${columns}, slot.slots, used.created AS since, used.id AS lease_id,
      used.ends_at - ${leaseTime} AS lease_left
    FROM concurrency_slot AS slot JOIN concurrency_lease AS used ON used.id = slot.lease_id ${namesOfRuns}
    WHERE slot.limit_id = ${limitId} AND ${holdsNow("used")} ORDER BY used.created, used.id LIMIT ${limit}`.execute(
    reader,
  );
  return rows.map((row) => ({ ...row, lease_left: row.lease_left === null ? null : Number(row.lease_left) }));
}

export async function countHolders(reader: Reader, limitId: string): Promise<number> {
  const { rows } = await sql<{ count: number }>`SELECT count(*) AS count FROM concurrency_slot AS slot
    JOIN concurrency_lease AS lease ON lease.id = slot.lease_id
    WHERE slot.limit_id = ${limitId} AND ${holdsNow("lease")}`.execute(reader);
  return Number(rows[0]?.count ?? 0);
}

/** Some of those who wait for slots of the limit, the first in line first. */
export async function waitersOf(reader: Reader, limitId: string, limit: number): Promise<readonly SlotUserRow[]> {
  const { rows } = await sql<SlotUserRow>`SELECT ${columns}, used.slots, used.created AS since
    FROM concurrency_waiter AS used ${namesOfRuns}
    WHERE used.limit_id = ${limitId} AND used.ends_at > ${leaseTime}
    ORDER BY used.created, used.waiter_id LIMIT ${limit}`.execute(reader);
  return rows;
}

/** Some runs of deployments with the limit that wait for a slot, the first in line first. */
export async function runsInLine(reader: Reader, limitId: string, limit: number): Promise<readonly SlotUserRow[]> {
  const { rows } = await sql<SlotUserRow>`SELECT flow_run.id AS flow_run_id, flow_run.name AS flow_run_name,
      NULL AS task_run_id, NULL AS task_run_name, 'flow_run' AS holder_type, flow_run.id AS holder_id,
      flow_run.state_type, flow_run.state_name, 1 AS slots, flow_run.expected_start_time AS since
    FROM deployment JOIN flow_run ON flow_run.deployment_id = deployment.id
    WHERE deployment.concurrency_limit_id = ${limitId}
      AND ${isNamed("flow_run.state_name", stateNames.awaitingConcurrencySlot)}
    ORDER BY flow_run.expected_start_time, flow_run.id LIMIT ${limit}`.execute(reader);
  return rows;
}
