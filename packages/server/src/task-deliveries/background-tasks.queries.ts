import type { Timestamp } from "@ostinato/core";
import { type SqlBool, sql } from "kysely";
import type { Reader } from "../db/dialect.ts";
import { portable } from "../db/portable.ts";
import { hasNotEnded } from "../db/state-sql.ts";

export interface QueueRow {
  readonly task_key: string;
  readonly waiting: number;
  readonly scheduled: number;
  readonly held: number;
  readonly waiting_since: Timestamp | null;
  readonly next_due: Timestamp | null;
  /** One of its runs. */
  readonly name: string | null;
}

/** How many runs of each task wait, are to come, and are held by workers. */
export async function queues(reader: Reader, keys: readonly string[], now: Timestamp): Promise<readonly QueueRow[]> {
  const given = portable.rowsOf(JSON.stringify(keys.map((task_key) => ({ task_key }))), { task_key: "text" });
  const isWanted =
    keys.length === 0 ? sql<SqlBool>`1 = 1` : sql<SqlBool>`task_key IN (SELECT task_key FROM ${given} AS given)`;
  const isDue = sql`worker_id IS NULL AND (waits_until IS NULL OR waits_until <= ${now})`;
  const isLater = sql`worker_id IS NULL AND waits_until > ${now}`;
  const isHeld = sql`worker_id IS NOT NULL AND EXISTS (SELECT 1 FROM task_run
    WHERE task_run.id = task_run_id AND ${hasNotEnded("task_run.state_type")})`;
  const { rows } = await sql<QueueRow>`SELECT counted.*,
      (SELECT task_run.name FROM task_delivery AS one JOIN task_run ON task_run.id = one.task_run_id
        WHERE one.task_key = counted.task_key LIMIT 1) AS name
    FROM (SELECT task_key, sum(CASE WHEN ${isDue} THEN 1 ELSE 0 END) AS waiting,
        sum(CASE WHEN ${isLater} THEN 1 ELSE 0 END) AS scheduled,
        sum(CASE WHEN ${isHeld} THEN 1 ELSE 0 END) AS held,
        min(CASE WHEN ${isDue} THEN queued END) AS waiting_since,
        min(CASE WHEN ${isLater} THEN waits_until END) AS next_due
      FROM task_delivery WHERE ${isWanted} GROUP BY task_key) AS counted`.execute(reader);
  return rows;
}
