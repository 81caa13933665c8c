import type { Timestamp } from "@ostinato/core";
import { type RawBuilder, sql } from "kysely";
import type { Reader } from "../../db/dialect.ts";
import { holdsNow, leaseTime } from "../../db/lease-clock.ts";

export interface SlotUserRow {
  readonly flow_run_id: string | null;
  readonly flow_run_name: string | null;
  readonly task_run_id: string | null;
  readonly task_run_name: string | null;
  readonly slots: number;
  readonly since: Timestamp;
}

/** The runs by the type and the id of a holder in `used`. */
const namesOfRuns: RawBuilder<unknown> = sql`
  LEFT JOIN task_run ON used.holder_type = 'task_run' AND task_run.id = used.holder_id
  LEFT JOIN flow_run ON flow_run.id = CASE WHEN used.holder_type = 'flow_run' THEN used.holder_id ELSE task_run.flow_run_id END`;

const columns: RawBuilder<unknown> = sql`flow_run.id AS flow_run_id, flow_run.name AS flow_run_name,
  task_run.id AS task_run_id, task_run.name AS task_run_name`;

/** Some of those who hold slots of the limit, the earliest first. */
export async function holdersOf(reader: Reader, limitId: string, limit: number): Promise<readonly SlotUserRow[]> {
  const { rows } = await sql<SlotUserRow>`SELECT ${columns}, slot.slots, used.created AS since
    FROM concurrency_slot AS slot JOIN concurrency_lease AS used ON used.id = slot.lease_id ${namesOfRuns}
    WHERE slot.limit_id = ${limitId} AND ${holdsNow("used")} ORDER BY used.created, used.id LIMIT ${limit}`.execute(
    reader,
  );
  return rows;
}

/** Some of those who wait for slots of the limit, the first in line first. */
export async function waitersOf(reader: Reader, limitId: string, limit: number): Promise<readonly SlotUserRow[]> {
  const { rows } = await sql<SlotUserRow>`SELECT ${columns}, used.slots, used.created AS since
    FROM concurrency_waiter AS used ${namesOfRuns}
    WHERE used.limit_id = ${limitId} AND used.ends_at > ${leaseTime}
    ORDER BY used.created, used.waiter_id LIMIT ${limit}`.execute(reader);
  return rows;
}

export async function countWaiters(reader: Reader, limitId: string): Promise<number> {
  const { rows } = await sql<{ count: number }>`SELECT count(*) AS count FROM concurrency_waiter
    WHERE limit_id = ${limitId} AND ends_at > ${leaseTime}`.execute(reader);
  return Number(rows[0]?.count ?? 0);
}
