import type { Timestamp } from "@ostinato/core";
import { type SqlBool, sql } from "kysely";
import type { Reader } from "../db/dialect.ts";
import { idRows } from "../db/portable.ts";
import { holdsSlot } from "../db/state-sql.ts";
import type { NextDue, StoppingRun } from "../waking/waker.service.ts";

/**
 * The first time after this one at which a run of each queue is due. Runs stand in the order of their priority first, so each of the
 * priorities that a queue has is asked by itself: an index answers in microseconds, however many runs wait.
 */
export async function nextDueTimes(
  reader: Reader,
  queueIds: readonly string[],
  after: Timestamp | null,
): Promise<readonly NextDue[]> {
  const later = after === null ? sql<SqlBool>`1 = 1` : sql<SqlBool>`run.next_scheduled_start_time > ${after}`;
  const { rows } = await sql<NextDue>`
    WITH RECURSIVE lane (queue_id, priority) AS (
      SELECT given.id, (SELECT min(run.priority) FROM flow_run AS run
          WHERE run.work_queue_id = given.id AND run.state_type = 'SCHEDULED')
        FROM ${idRows(queueIds)} AS given
        JOIN work_queue ON work_queue.id = given.id AND work_queue.is_paused = 0
        JOIN work_pool ON work_pool.id = work_queue.work_pool_id AND work_pool.is_paused = 0
      UNION ALL
      SELECT lane.queue_id, (SELECT min(run.priority) FROM flow_run AS run
          WHERE run.work_queue_id = lane.queue_id AND run.state_type = 'SCHEDULED' AND run.priority > lane.priority)
        FROM lane WHERE lane.priority IS NOT NULL
    )
    SELECT queue_id AS id, min(at) AS at FROM (SELECT lane.queue_id,
        (SELECT min(run.next_scheduled_start_time) FROM flow_run AS run
          WHERE run.work_queue_id = lane.queue_id AND run.state_type = 'SCHEDULED' AND run.priority = lane.priority
            AND ${later}) AS at
      FROM lane WHERE lane.priority IS NOT NULL) AS found
    WHERE at IS NOT NULL GROUP BY queue_id`.execute(reader);
  return rows;
}

/** The runs of the queues that have been asked to stop and have not confirmed it. */
export async function stoppingRuns(reader: Reader, queueIds: readonly string[]): Promise<readonly StoppingRun[]> {
  const { rows } = await sql<StoppingRun>`
    SELECT run.work_queue_id AS id, run.id AS flow_run_id FROM ${idRows(queueIds)} AS given
    CROSS JOIN flow_run AS run
    WHERE run.work_queue_id = given.id AND ${holdsSlot("run")} AND run.state_type = 'CANCELLING'`.execute(reader);
  return rows;
}
