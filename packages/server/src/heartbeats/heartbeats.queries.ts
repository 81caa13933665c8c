import { type StateType, stateNames, type Timestamp } from "@ostinato/core";
import { type SqlBool, sql } from "kysely";
import { columnTypes } from "../db/columns.ts";
import type { Database, Reader, Writer } from "../db/dialect.ts";
import { insertRows } from "../db/insert-rows.ts";
import { portable } from "../db/portable.ts";
import { isNamed, isOfType, isTerminal } from "../db/state-sql.ts";
import { tables } from "../db/tables.ts";
import type { Heartbeat } from "./heartbeats.rules.ts";

/** A gap longer than this is a clock that was moved, or a client that has come back: nobody speaks so seldom. */
const maxIntervalSeconds = 3600;

/**
 * Keeps the latest sign of life of each run, and counts them. For a client that declares no interval and sends them less often
 * than customary, the observed gap is used.
 */
export async function keepHeartbeats(
  tx: Writer,
  { heartbeats, received }: { readonly heartbeats: readonly Heartbeat[]; readonly received: Timestamp },
): Promise<void> {
  const rows = heartbeats.map((heartbeat) => heartbeatRow(heartbeat, received));
  await sql`
    INSERT INTO flow_run_heartbeat (flow_run_id, occurred, interval_seconds, interval_declared, beat_count, received, process)
    SELECT flow_run_id, occurred, interval_seconds, interval_declared, 1, received, process
    FROM ${portable.rowsOf(JSON.stringify(rows), heartbeatColumns)} AS given
    WHERE EXISTS (SELECT 1 FROM flow_run WHERE flow_run.id = given.flow_run_id)
    ${sql.raw(laterBeat)}`.execute(tx);
}

/** Keeps the sign of life of a process that is known to work on a flow run, as the first of the run or beside those that it gave. */
export async function keepProposerSign(tx: Writer, sign: Heartbeat, received: Timestamp): Promise<void> {
  const rows = [{ ...heartbeatRow(sign, received), beat_count: 1 }];
  await insertRows(tx, { into: "flow_run_heartbeat", columns: allColumns, rows, ending: laterBeat });
}

function heartbeatRow({ flowRunId, occurred, intervalSeconds, declared, process }: Heartbeat, received: Timestamp) {
  return {
    flow_run_id: flowRunId,
    occurred,
    interval_seconds: intervalSeconds,
    interval_declared: declared ? 1 : 0,
    received,
    process: process ?? null,
  };
}

const gap = "(excluded.occurred - flow_run_heartbeat.occurred) / 1000000";
const laterBeat = `ON CONFLICT (flow_run_id) DO UPDATE SET
      interval_seconds = CASE
        WHEN excluded.interval_declared = 0 AND ${gap} > excluded.interval_seconds AND ${gap} <= ${maxIntervalSeconds}
        THEN ${gap} ELSE excluded.interval_seconds END,
      occurred = excluded.occurred,
      interval_declared = excluded.interval_declared,
      received = excluded.received,
      process = coalesce(excluded.process, flow_run_heartbeat.process),
      beat_count = flow_run_heartbeat.beat_count + 1`;

const allColumns = columnTypes(tables.flow_run_heartbeat);
const { beat_count: _beats, ...given } = tables.flow_run_heartbeat;
const heartbeatColumns = columnTypes(given);

/** Evidence that a run is alive, as a server saw it. */
export interface SignOfLife {
  readonly flow_run_id: string;
  readonly received: Timestamp;
}

export async function keepSigns(tx: Writer, signs: readonly SignOfLife[]): Promise<void> {
  const sorted = signs.toSorted((a, b) => (a.flow_run_id < b.flow_run_id ? -1 : 1));
  const given = portable.rowsOf(JSON.stringify(sorted), { flow_run_id: "uuid", received: "moment" });
  await sql`
    UPDATE flow_run_heartbeat SET beat_count = beat_count + 1, received = given.received
    FROM ${given} AS given WHERE flow_run_heartbeat.flow_run_id = given.flow_run_id`.execute(tx);
}

/** The last sign of life of a run's process, by the server's clock. */
export async function lastSign(tx: Writer, flowRunId: string): Promise<Timestamp | undefined> {
  const found = await tx
    .selectFrom("flow_run_heartbeat")
    .select("received")
    .where("flow_run_id", "=", flowRunId)
    .executeTakeFirst();
  return found?.received;
}

export interface WatchedRun {
  readonly id: string;
  readonly beat_count: number;
  readonly state_id: string | null;
  readonly state_type: StateType | null;
  readonly interval_seconds: number;
  readonly received: Timestamp;
  readonly process: string | null;
  readonly deployment_id: string | null;
}

const atWork = ["RUNNING", "CANCELLING"] as const satisfies readonly StateType[];

const awaitsRetry = sql<SqlBool>`(${isOfType("flow_run.state_type", ["SCHEDULED"])}
  AND ${isNamed("flow_run.state_name", stateNames.awaitingRetry)})`;

/** A suspended run has no process. */
const waitsInProcess = sql<SqlBool>`(${isOfType("flow_run.state_type", ["PAUSED"])}
  AND NOT ${isNamed("flow_run.state_name", stateNames.suspended)})`;

/**
 * Whether the process of a run should be giving signs of life. If the process declared an interval, from the run's creation on
 * and while it waits for somebody or for the next attempt; else only while it runs.
 */
const isWatched = sql<SqlBool>`(${isOfType("flow_run.state_type", atWork)} OR (heartbeat.interval_declared = 1
  AND (${isOfType("flow_run.state_type", ["PENDING"])} OR ${awaitsRetry} OR ${waitsInProcess})))`;

function watchedRuns(reader: Reader) {
  return reader
    .selectFrom("flow_run_heartbeat as heartbeat")
    .innerJoin("flow_run", "flow_run.id", "heartbeat.flow_run_id")
    .select(["flow_run.id as id", "flow_run.state_id as state_id", "flow_run.state_type as state_type"])
    .select("flow_run.deployment_id as deployment_id")
    .select(["heartbeat.beat_count as beat_count", "heartbeat.interval_seconds as interval_seconds"])
    .select(["heartbeat.received as received", "heartbeat.process as process"])
    .where(isWatched);
}

/**
 * Runs with the processes that work on them, where these are named. It is asked at the start of each program without a server,
 * so it is one statement, which begins with the few runs that are open: nobody forgets signs of life there.
 */
export async function runsWithProcess(
  reader: Reader,
): Promise<readonly { readonly id: string; readonly process: string }[]> {
  const { rows } = await sql<{ id: string; process: string }>`
    SELECT flow_run.id, heartbeat.process FROM flow_run CROSS JOIN flow_run_heartbeat AS heartbeat
    WHERE (${isOfType("flow_run.state_type", ["PENDING", ...atWork])} OR ${awaitsRetry} OR ${waitsInProcess})
      AND heartbeat.flow_run_id = flow_run.id AND heartbeat.process IS NOT NULL LIMIT 1000`.execute(reader);
  return rows;
}

/** The run as it is now; undefined where it is none to watch. */
export function runToWatch(reader: Reader, id: string): Promise<WatchedRun | undefined> {
  return watchedRuns(reader).where("flow_run.id", "=", id).executeTakeFirst();
}

/** A few are read on this thread: the other one takes 30 MB, which an idle server need not have. */
export async function runsToWatch(db: Database): Promise<readonly WatchedRun[]> {
  const some = await db.read.selectFrom("flow_run_heartbeat").select("flow_run_id").limit(fewBeating).execute();
  return watchedRuns(some.length < fewBeating ? db.read : db.slow).execute();
}

const fewBeating = 200;

/** The run as it is now, held until the unit of work ends; undefined where it is none to watch any more. */
export function runToEnd(tx: Writer, id: string): Promise<WatchedRun | undefined> {
  return watchedRuns(tx).where("flow_run.id", "=", id).modifyEnd(portable.rowLock("flow_run")).executeTakeFirst();
}

/** Runs that were asked to stop, except those whose process declares an interval. */
export function cancellingRuns(reader: Reader): Promise<readonly { id: string; state_id: string | null }[]> {
  return reader
    .selectFrom("flow_run")
    .select(["id", "state_id"])
    .where("state_type", "=", "CANCELLING")
    .where(({ not, exists, selectFrom }) =>
      not(
        exists(
          selectFrom("flow_run_heartbeat as heartbeat")
            .select("heartbeat.flow_run_id")
            .whereRef("heartbeat.flow_run_id", "=", "flow_run.id")
            .where("heartbeat.interval_declared", "=", 1),
        ),
      ),
    )
    .limit(cancellingPerLook)
    .execute();
}

const cancellingPerLook = 1000;

/** Holds the run until the unit of work ends. */
export async function isCancelling(tx: Writer, id: string): Promise<boolean> {
  const found = await tx
    .selectFrom("flow_run")
    .select("id")
    .where("id", "=", id)
    .where("state_type", "=", "CANCELLING")
    .modifyEnd(portable.rowLock("flow_run"))
    .executeTakeFirst();
  return found !== undefined;
}

/** Where the run waited for its worker, and what the worker has started for it; undefined for a run without a work queue. */
export function workPlaceOf(reader: Reader, flowRunId: string) {
  return reader
    .selectFrom("flow_run")
    .innerJoin("work_queue", "work_queue.id", "flow_run.work_queue_id")
    .innerJoin("work_pool", "work_pool.id", "work_queue.work_pool_id")
    .select(["work_queue.id as queueId", "work_pool.id as poolId", "work_pool.type", "flow_run.infrastructure_pid"])
    .where("flow_run.id", "=", flowRunId)
    .executeTakeFirst();
}

/** Ended runs need no watching. */
export async function forgetEndedRuns(tx: Writer, limit: number): Promise<void> {
  await sql`
    DELETE FROM flow_run_heartbeat WHERE flow_run_id IN (
      SELECT heartbeat.flow_run_id FROM flow_run_heartbeat AS heartbeat
      JOIN flow_run ON flow_run.id = heartbeat.flow_run_id
      WHERE ${isTerminal("flow_run.state_type")} LIMIT ${limit})`.execute(tx);
}

export async function forgetSigns(tx: Writer, flowRunId: string): Promise<void> {
  await tx.deleteFrom("flow_run_heartbeat").where("flow_run_id", "=", flowRunId).execute();
}
