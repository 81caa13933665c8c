import type { Timestamp } from "@ostinato/core";
import { type SqlBool, sql } from "kysely";
import type { Database, Sql, Writer } from "../db/dialects/dialect.ts";
import type { Heartbeat } from "./heartbeats.rules.ts";

/**
 * Keeps the latest sign of life of each run. A client that sends one less often than it is taken to is taken at the gap that
 * it keeps.
 */
export async function keepHeartbeats(tx: Writer, dialect: Sql, heartbeats: readonly Heartbeat[]): Promise<void> {
  const rows = heartbeats.map(({ flowRunId, occurred, intervalSeconds }) => ({
    flow_run_id: flowRunId,
    occurred,
    interval_seconds: intervalSeconds,
  }));
  const columns = { flow_run_id: "uuid", occurred: "moment", interval_seconds: "moment" } as const;
  await sql`
    INSERT INTO flow_run_heartbeat (flow_run_id, occurred, interval_seconds)
    SELECT flow_run_id, occurred, interval_seconds FROM ${dialect.rowsOf(JSON.stringify(rows), columns)} AS given
    WHERE EXISTS (SELECT 1 FROM flow_run WHERE flow_run.id = given.flow_run_id)
    ON CONFLICT (flow_run_id) DO UPDATE SET
      interval_seconds = CASE
        WHEN excluded.occurred - flow_run_heartbeat.occurred > excluded.interval_seconds * 1000000
        THEN (excluded.occurred - flow_run_heartbeat.occurred) / 1000000
        ELSE excluded.interval_seconds END,
      occurred = excluded.occurred
    WHERE excluded.occurred > flow_run_heartbeat.occurred`.execute(tx);
}

export interface LostRun {
  readonly id: string;
  readonly occurred: Timestamp;
}

/** Runs that say they run, and whose sign of life has been missing for several of its intervals. */
export async function runsWithoutHeartbeat(
  db: Database,
  {
    now,
    missedIntervals,
    limit,
  }: { readonly now: Timestamp; readonly missedIntervals: number; readonly limit: number },
): Promise<readonly LostRun[]> {
  return db.slow
    .selectFrom("flow_run_heartbeat as heartbeat")
    .innerJoin("flow_run", "flow_run.id", "heartbeat.flow_run_id")
    .select(["flow_run.id as id", "heartbeat.occurred as occurred"])
    .where("flow_run.state_type", "in", ["RUNNING", "CANCELLING"])
    .where(
      sql<SqlBool>`heartbeat.occurred + heartbeat.interval_seconds * ${sql.lit(missedIntervals * 1_000_000)} < ${now}`,
    )
    .limit(limit)
    .execute();
}

/** Ended runs need no watching. */
export async function forgetEndedRuns(tx: Writer, limit: number): Promise<void> {
  await sql`
    DELETE FROM flow_run_heartbeat WHERE flow_run_id IN (
      SELECT heartbeat.flow_run_id FROM flow_run_heartbeat AS heartbeat
      JOIN flow_run ON flow_run.id = heartbeat.flow_run_id
      WHERE flow_run.state_type IN ('COMPLETED', 'FAILED', 'CANCELLED', 'CRASHED') LIMIT ${limit})`.execute(tx);
}
