import type { Timestamp } from "@ostinato/core";
import { type SqlBool, sql } from "kysely";
import type { Database, Reader, Sql, Writer } from "../db/dialects/dialect.ts";
import type { Heartbeat } from "./heartbeats.rules.ts";

/** A gap longer than this is a clock that was moved, or a client that has come back: nobody speaks so seldom. */
const longestIntervalSeconds = 3600;

/**
 * Keeps the latest sign of life of each run, and counts them. A client that has not said how often it gives one, and gives it
 * less often than customary, is taken at the gap that it keeps.
 */
export async function keepHeartbeats(tx: Writer, dialect: Sql, heartbeats: readonly Heartbeat[]): Promise<void> {
  const rows = heartbeats.map(({ flowRunId, occurred, intervalSeconds, said }) => ({
    flow_run_id: flowRunId,
    occurred,
    interval_seconds: intervalSeconds,
    said: said ? 1 : 0,
  }));
  const columns = { flow_run_id: "uuid", occurred: "moment", interval_seconds: "moment", said: "flag" } as const;
  const gap = sql`(excluded.occurred - flow_run_heartbeat.occurred) / 1000000`;
  await sql`
    INSERT INTO flow_run_heartbeat (flow_run_id, occurred, interval_seconds, said, beats)
    SELECT flow_run_id, occurred, interval_seconds, said, 1 FROM ${dialect.rowsOf(JSON.stringify(rows), columns)} AS given
    WHERE EXISTS (SELECT 1 FROM flow_run WHERE flow_run.id = given.flow_run_id)
    ON CONFLICT (flow_run_id) DO UPDATE SET
      interval_seconds = CASE
        WHEN excluded.said = 0 AND ${gap} > excluded.interval_seconds AND ${gap} <= ${sql.lit(longestIntervalSeconds)}
        THEN ${gap} ELSE excluded.interval_seconds END,
      occurred = excluded.occurred,
      said = excluded.said,
      beats = flow_run_heartbeat.beats + 1`.execute(tx);
}

export interface WatchedRun {
  readonly id: string;
  readonly beats: number;
  readonly state_id: string | null;
  readonly interval_seconds: number;
  readonly occurred: Timestamp;
}

/**
 * Whether a run is one whose process should be giving signs of life. Where the process has said that it does, that is from the
 * run's creation on and while it waits for the next attempt; else only while it runs.
 */
const isWatched = sql<SqlBool>`(flow_run.state_type IN ('RUNNING', 'CANCELLING') OR (heartbeat.said = 1
  AND (flow_run.state_type = 'PENDING' OR (flow_run.state_type = 'SCHEDULED' AND flow_run.state_name = 'AwaitingRetry'))))`;

function watchedRuns(reader: Reader) {
  return reader
    .selectFrom("flow_run_heartbeat as heartbeat")
    .innerJoin("flow_run", "flow_run.id", "heartbeat.flow_run_id")
    .select(["flow_run.id as id", "flow_run.state_id as state_id"])
    .select(["heartbeat.beats as beats", "heartbeat.interval_seconds as interval_seconds"])
    .select("heartbeat.occurred as occurred")
    .where(isWatched);
}

/** A few are read on this thread: the other one takes 30 MB, which an idle server need not have. */
export async function runsToWatch(db: Database): Promise<readonly WatchedRun[]> {
  const some = await db.read.selectFrom("flow_run_heartbeat").select("flow_run_id").limit(fewBeating).execute();
  return watchedRuns(some.length < fewBeating ? db.read : db.slow).execute();
}

const fewBeating = 200;

/** The run as it is now, held until the unit of work ends; undefined where it is none to watch any more. */
export function runToEnd(tx: Writer, dialect: Sql, id: string): Promise<WatchedRun | undefined> {
  return watchedRuns(tx).where("flow_run.id", "=", id).modifyEnd(dialect.rowLock("flow_run")).executeTakeFirst();
}

/** Ended runs need no watching. */
export async function forgetEndedRuns(tx: Writer, limit: number): Promise<void> {
  await sql`
    DELETE FROM flow_run_heartbeat WHERE flow_run_id IN (
      SELECT heartbeat.flow_run_id FROM flow_run_heartbeat AS heartbeat
      JOIN flow_run ON flow_run.id = heartbeat.flow_run_id
      WHERE flow_run.state_type IN ('COMPLETED', 'FAILED', 'CANCELLED', 'CRASHED') LIMIT ${limit})`.execute(tx);
}
