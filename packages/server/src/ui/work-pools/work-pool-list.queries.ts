import type { Timestamp } from "@ostinato/core";
import type { PlaceStatus } from "@ostinato/protocol";
import { type RawBuilder, type SqlBool, sql } from "kysely";
import { anyOf, everything, join } from "../../criteria/conditions.queries.ts";
import type { Flag } from "../../db/columns.ts";
import type { Database } from "../../db/dialect.ts";
import { idRows, portable } from "../../db/portable.ts";

export interface WorkPoolListQuery {
  readonly ids: readonly string[] | undefined;
  readonly text: string | undefined;
  readonly types: readonly string[];
  readonly statuses: readonly PlaceStatus[];
  readonly limit: number;
  readonly offset: number;
}

export interface WorkPoolInList {
  readonly id: string;
  readonly name: string;
  readonly type: string;
  readonly description: string | null;
  readonly created: Timestamp;
  readonly is_paused: Flag;
  readonly status: PlaceStatus;
  readonly concurrency_limit: number | null;
}

/** A pool that is paused says so whatever its workers do. */
const status = sql<PlaceStatus>`CASE WHEN work_pool.is_paused = 1 THEN 'PAUSED' ELSE work_pool.status END`;

export async function workPoolsInList(db: Database, query: WorkPoolListQuery): Promise<WorkPoolInList[]> {
  const { rows } = await sql<WorkPoolInList>`
    SELECT id, name, type, description, created, is_paused, ${status} AS status, concurrency_limit
    FROM work_pool WHERE ${matching(query)}
    ORDER BY name, id LIMIT ${query.limit} OFFSET ${query.offset}`.execute(db.read);
  return rows;
}

export async function countWorkPools(db: Database, query: WorkPoolListQuery): Promise<number> {
  const { rows } = await sql<{ count: number }>`
    SELECT count(*) AS count FROM work_pool WHERE ${matching(query)}`.execute(db.read);
  return Number(rows[0]?.count ?? 0);
}

export async function typesOfPools(db: Database): Promise<string[]> {
  const { rows } = await sql<{ type: string }>`SELECT DISTINCT type FROM work_pool ORDER BY type`.execute(db.read);
  return rows.map(({ type }) => type);
}

function matching({ ids, text, types, statuses }: WorkPoolListQuery): RawBuilder<SqlBool> {
  const named =
    text === undefined
      ? undefined
      : join([portable.contains("work_pool.name", text), portable.contains("work_pool.description", text)], "or_");
  const conditions = [
    anyOf("work_pool.id", ids),
    named,
    types.length === 0 ? undefined : anyOf("work_pool.type", types),
    statuses.length === 0 ? undefined : sql<SqlBool>`${status} IN (${sql.join(statuses.map((one) => sql.lit(one)))})`,
  ];
  return join(conditions, "and_") ?? everything;
}

export interface QueueOfPoolRow {
  readonly id: string;
  readonly work_pool_id: string;
  readonly last_polled: Timestamp | null;
}

export async function queuesOfPools(db: Database, poolIds: readonly string[]): Promise<QueueOfPoolRow[]> {
  if (poolIds.length === 0) return [];
  const { rows } = await sql<QueueOfPoolRow>`
    SELECT queue.id, queue.work_pool_id, queue.last_polled
    FROM ${idRows(poolIds)} AS wanted JOIN work_queue AS queue ON queue.work_pool_id = wanted.id`.execute(db.read);
  return rows;
}

export interface WorkersOfPoolRow {
  readonly work_pool_id: string;
  readonly online: number;
  readonly last_sign: Timestamp | null;
}

/** How many workers of each pool are online, and when any was heard last; pools without workers are left out. */
export async function workersOfPools(db: Database, poolIds: readonly string[]): Promise<WorkersOfPoolRow[]> {
  if (poolIds.length === 0) return [];
  const { rows } = await sql<WorkersOfPoolRow>`
    SELECT worker.work_pool_id, sum(CASE WHEN worker.status = 'ONLINE' THEN 1 ELSE 0 END) AS online,
      max(worker.last_heartbeat_time) AS last_sign
    FROM ${idRows(poolIds)} AS wanted JOIN worker ON worker.work_pool_id = wanted.id
    GROUP BY worker.work_pool_id`.execute(db.read);
  return rows.map((row) => ({ ...row, online: Number(row.online) }));
}

/** The ids of pools with a run that was due before the moment and has not started, at most `limit`. */
export async function poolsWithLateRuns(db: Database, dueBefore: Timestamp, limit: number): Promise<string[]> {
  const { rows } = await sql<{ id: string }>`
    SELECT work_pool.id FROM work_pool WHERE EXISTS (
      SELECT 1 FROM work_queue AS queue JOIN flow_run AS run ON run.work_queue_id = queue.id
      WHERE queue.work_pool_id = work_pool.id AND run.state_type = 'SCHEDULED'
        AND run.next_scheduled_start_time <= ${dueBefore})
    ORDER BY work_pool.name LIMIT ${limit}`.execute(db.slow);
  return rows.map(({ id }) => id);
}
