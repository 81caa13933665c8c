import type { Timestamp } from "@ostinato/core";
import { type SqlBool, sql } from "kysely";
import type { Flag } from "../db/columns.ts";
import type { Reader, Writer } from "../db/dialect.ts";
import { idRows } from "../db/portable.ts";
import { isOfType } from "../db/state-sql.ts";

/** The keys of tasks with runs that no worker has. Goes from key to key along the indexes, since a queue may be long. */
export async function waitingKeys(reader: Reader): Promise<readonly string[]> {
  const isDue = sql<SqlBool>`one.worker_id IS NULL AND one.waits_until IS NULL`;
  const isLater = sql<SqlBool>`one.waits_until IS NOT NULL`;
  const found = await Promise.all([isDue, isLater].map((condition) => keysWhere(reader, condition)));
  return [...new Set(found.flat())];
}

async function keysWhere(reader: Reader, condition: ReturnType<typeof sql<SqlBool>>): Promise<readonly string[]> {
  const { rows } = await sql<{ task_key: string }>`WITH RECURSIVE known(task_key) AS (
      SELECT min(one.task_key) FROM task_delivery AS one WHERE ${condition}
      UNION ALL
      SELECT (SELECT min(one.task_key) FROM task_delivery AS one WHERE ${condition} AND one.task_key > known.task_key)
        FROM known WHERE known.task_key IS NOT NULL)
    SELECT task_key FROM known WHERE task_key IS NOT NULL`.execute(reader);
  return rows.map(({ task_key }) => task_key);
}

export interface UntoldRun {
  readonly task_run_id: string;
  readonly flow_run_id: string | null;
}

/** Runs of the task that have been due since the moment, and whose log does not say that nobody runs them. */
export async function untoldRuns(
  reader: Reader,
  { key, dueBy, limit }: { readonly key: string; readonly dueBy: Timestamp; readonly limit: number },
): Promise<readonly UntoldRun[]> {
  const { rows } = await sql<UntoldRun>`SELECT delivery.task_run_id, run.flow_run_id
    FROM task_delivery AS delivery JOIN task_run AS run ON run.id = delivery.task_run_id
    WHERE delivery.task_key = ${key} AND delivery.worker_id IS NULL AND delivery.is_told_unserved IS NULL
      AND coalesce(delivery.waits_until, delivery.queued) <= ${dueBy} AND ${isOfType("run.state_type", ["SCHEDULED"])}
    LIMIT ${limit}`.execute(reader);
  return rows;
}

export async function markTold(tx: Writer, ids: readonly string[]): Promise<void> {
  const told: Flag = 1;
  await sql`UPDATE task_delivery SET is_told_unserved = ${sql.lit(told)}
    WHERE task_run_id IN (SELECT id FROM ${idRows(ids)} AS wanted)`.execute(tx);
}
