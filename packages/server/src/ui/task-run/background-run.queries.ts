import type { Timestamp } from "@ostinato/core";
import { sql } from "kysely";
import type { Reader } from "../../db/dialect.ts";
import type { QueuePlace } from "./background-run.rules.ts";

interface Found {
  /** The worker that has it, or that had it last. */
  readonly worker: string | null;
  readonly priority: number | null;
  /** Undefined once the queue has forgotten it. */
  readonly place: QueuePlace | undefined;
}

interface BackgroundRow {
  readonly worker: string | null;
  readonly worker_id: string | null;
  readonly task_key: string | null;
  readonly priority: number | null;
  readonly queued: Timestamp | null;
  readonly waits_until: Timestamp | null;
  readonly deliveries: number | null;
}

/** So many at most are counted before a run. */
const maxAhead = 1000;

/** Undefined for a task run that no task worker runs. */
export async function backgroundOf(reader: Reader, id: string): Promise<Found | undefined> {
  const { rows } = await sql<BackgroundRow>`SELECT coalesce(worker.identifier, run.task_worker) AS worker,
      delivery.worker_id, delivery.task_key, delivery.priority, delivery.queued, delivery.waits_until, delivery.deliveries
    FROM task_run AS run LEFT JOIN task_delivery AS delivery ON delivery.task_run_id = run.id
    LEFT JOIN task_worker AS worker ON worker.id = delivery.worker_id
    WHERE run.id = ${id} AND run.deferred = 1`.execute(reader);
  const [row] = rows;
  if (row === undefined) return undefined;
  const { worker, worker_id, task_key, priority, queued, waits_until, deliveries } = row;
  if (task_key === null || priority === null || queued === null || deliveries === null)
    return { worker, priority, place: undefined };
  const ahead = worker_id === null ? await countAhead(reader, { id, task_key, priority, queued }) : 0;
  return { worker, priority, place: { is_held: worker_id !== null, queued, waits_until, deliveries, ahead } };
}

interface InLine {
  readonly id: string;
  readonly task_key: string;
  readonly priority: number;
  readonly queued: Timestamp;
}

async function countAhead(reader: Reader, { id, task_key, priority, queued }: InLine): Promise<number> {
  const { rows } = await sql<{ ahead: number }>`SELECT count(*) AS ahead FROM (SELECT 1 AS one FROM task_delivery
    WHERE task_key = ${task_key} AND worker_id IS NULL AND waits_until IS NULL
      AND (priority, queued, task_run_id) < (${priority}, ${queued}, ${id}) LIMIT ${maxAhead}) AS before`.execute(
    reader,
  );
  return Number(rows[0]?.ahead ?? 0);
}
