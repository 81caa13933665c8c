import { stateNames, type Timestamp } from "@ostinato/core";
import { drainingState } from "@ostinato/protocol";
import { sql } from "kysely";
import type { Reader } from "../db/dialect.ts";
import { portable } from "../db/portable.ts";
import { holdsSlot } from "../db/state-sql.ts";

export interface PlaceRow {
  readonly queue_name: string;
  readonly queue_paused: 0 | 1;
  readonly queue_limit: number | null;
  readonly queue_polled: Timestamp | null;
  readonly queue_taken: number;
  readonly pool_id: string;
  readonly pool_name: string;
  readonly pool_type: string;
  readonly pool_paused: 0 | 1;
  readonly pool_limit: number | null;
  readonly pool_taken: number;
  readonly workers_online: number;
  /** Those among them that take no more runs. */
  readonly workers_draining: number;
  /** The last sign of life of any worker. */
  readonly last_sign: Timestamp | null;
}

/** The queue and the pool where a run waits, with what they have to give. */
export async function placeOfQueue(reader: Reader, queueId: string): Promise<PlaceRow | undefined> {
  const { rows } = await sql<PlaceRow>`
    SELECT queue.name AS queue_name, queue.is_paused AS queue_paused, queue.concurrency_limit AS queue_limit,
      queue.last_polled AS queue_polled, pool.id AS pool_id, pool.name AS pool_name, pool.type AS pool_type,
      pool.is_paused AS pool_paused, pool.concurrency_limit AS pool_limit,
      CASE WHEN queue.concurrency_limit IS NULL THEN 0 ELSE
        (SELECT count(*) FROM flow_run AS run WHERE run.work_queue_id = queue.id AND ${holdsSlot("run")}) END AS queue_taken,
      CASE WHEN pool.concurrency_limit IS NULL THEN 0 ELSE
        (SELECT count(*) FROM work_queue AS other CROSS JOIN flow_run AS run
          WHERE other.work_pool_id = pool.id AND run.work_queue_id = other.id AND ${holdsSlot("run")}) END AS pool_taken,
      (SELECT count(*) FROM worker WHERE worker.work_pool_id = pool.id AND worker.status = 'ONLINE') AS workers_online,
      (SELECT count(*) FROM worker WHERE worker.work_pool_id = pool.id AND worker.status = 'ONLINE'
        AND ${portable.jsonField("worker.metadata", "state")} = ${drainingState}) AS workers_draining,
      (SELECT max(last_heartbeat_time) FROM worker WHERE worker.work_pool_id = pool.id) AS last_sign
    FROM work_queue AS queue JOIN work_pool AS pool ON pool.id = queue.work_pool_id
    WHERE queue.id = ${queueId}`.execute(reader);
  const [row] = rows;
  if (row === undefined) return undefined;
  const { queue_taken, pool_taken, workers_online, workers_draining, last_sign } = row;
  return {
    ...row,
    queue_taken: Number(queue_taken),
    pool_taken: Number(pool_taken),
    workers_online: Number(workers_online),
    workers_draining: Number(workers_draining),
    last_sign: last_sign === null ? null : (Number(last_sign) as Timestamp),
  };
}

export interface Holder {
  readonly flow_run_id: string;
  readonly flow_run_name: string;
  readonly since: Timestamp;
}

/** The runs that hold the slots of the queue, or of all queues of the pool, those in their state for longest first. */
export async function runsHoldingSlots(
  reader: Reader,
  { queueId, poolId, limit }: { readonly queueId?: string; readonly poolId: string; readonly limit: number },
): Promise<Holder[]> {
  const ofQueue = queueId === undefined ? sql`` : sql`AND queue.id = ${queueId}`;
  const { rows } = await sql<Holder>`
    SELECT run.id AS flow_run_id, run.name AS flow_run_name, run.state_timestamp AS since
    FROM work_queue AS queue CROSS JOIN flow_run AS run
    WHERE queue.work_pool_id = ${poolId} ${ofQueue} AND run.work_queue_id = queue.id AND ${holdsSlot("run")}
    ORDER BY run.state_timestamp, run.id LIMIT ${limit}`.execute(reader);
  return rows;
}

/** Counting ends there. */
const maxCounted = 1000;

export interface DueRun {
  readonly id: string;
  readonly poolId: string;
  readonly queueId: string;
  readonly now: Timestamp;
}

export interface DuePlace {
  /** How many due runs of the pool go before it. */
  readonly ahead: number;
  /** How many runs of the pool are due. */
  readonly due: number;
}

/** Where a run stands among the due runs of its pool, which start in the order of priority, priority of the queue, and time. */
export async function placeAmongDue(reader: Reader, { id, poolId, queueId, now }: DueRun): Promise<DuePlace> {
  const due = sql`FROM work_queue AS queue CROSS JOIN flow_run AS run
    WHERE queue.work_pool_id = ${poolId} AND queue.is_paused = 0 AND run.work_queue_id = queue.id
      AND run.state_type = 'SCHEDULED' AND run.next_scheduled_start_time <= ${now}
      AND run.state_name <> ${stateNames.awaitingConcurrencySlot}`;
  const own = sql`SELECT own.priority, own_queue.priority, own.next_scheduled_start_time, own.id
    FROM flow_run AS own JOIN work_queue AS own_queue ON own_queue.id = ${queueId} WHERE own.id = ${id}`;
  const { rows } = await sql<{ ahead: number; due: number }>`SELECT
    (SELECT count(*) FROM (SELECT 1 ${due}
      AND (run.priority, queue.priority, run.next_scheduled_start_time, run.id) < (${own}) LIMIT ${maxCounted}) AS before_it)
      AS ahead,
    (SELECT count(*) FROM (SELECT 1 ${due} LIMIT ${maxCounted}) AS all_due) AS due`.execute(reader);
  const [{ ahead, due: length } = { ahead: 0, due: 0 }] = rows;
  return { ahead: Number(ahead), due: Number(length) };
}
