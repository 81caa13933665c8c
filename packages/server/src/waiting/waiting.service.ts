import { formatTimestamp, secondsBetween, stateNames, type Timestamp } from "@ostinato/core";
import type { FlowRunRow, Waiting } from "@ostinato/protocol";
import { type LineOfLimit, lineOf, linesOfRun } from "../concurrency-limits/standing.service.ts";
import type { Context } from "../kernel/context.ts";
import { notFound } from "../kernel/errors.ts";
import { readRows } from "../ui/runs/run-rows.service.ts";
import * as places from "./place.queries.ts";
import type { PlaceOfRun } from "./place.rules.ts";
import * as queries from "./waiting.queries.ts";
import { type DeploymentOfRun, waitingOf } from "./waiting.rules.ts";

/** Whoever serves a deployment or a queue asks for runs more often. */
const silenceSeconds = 60;

/** An answer names no more. */
const maxHolders = 10;

export async function readWaitingOf(context: Context, id: string): Promise<Waiting | null> {
  const [run] = await readRows(context, [id]);
  if (run === undefined) throw notFound("Flow run", id);
  return readWaiting(context, run);
}

/** Why a run does not proceed; null for a run that proceeds or has ended. */
export async function readWaiting(context: Context, run: FlowRunRow): Promise<Waiting | null> {
  const now = context.clock.now();
  const [deployment, place, lines] = await Promise.all([
    deploymentOf(context, run),
    placeOf(context, run),
    linesOf(context, run),
  ]);
  return waitingOf(run, { now: formatTimestamp(now), deployment, place, lines });
}

/** A run that has a process may wait for slots that it shares with others, also before its next attempt. */
async function linesOf(context: Context, { id, state_type, state_name }: FlowRunRow): Promise<readonly LineOfLimit[]> {
  const hasProcess = state_type === "PENDING" || state_type === "RUNNING" || state_name === stateNames.awaitingRetry;
  if (!hasProcess) return [];
  return linesOfRun(context, id);
}

/** Undefined for a run without a deployment, and where it makes no difference; null where the deployment is gone. */
async function deploymentOf(context: Context, run: FlowRunRow): Promise<DeploymentOfRun | null | undefined> {
  if (run.deployment_id === null || run.state_type !== "SCHEDULED") return undefined;
  const found = await queries.servedDeployment(context.db.read, run.deployment_id);
  if (found === undefined) return null;
  const { last_polled, concurrency_limit_id: limitId } = found;
  const waitsForSlot = run.state_name === stateNames.awaitingConcurrencySlot && limitId !== null;
  return {
    name: found.name,
    isPaused: found.paused === 1,
    lastServed: last_polled === null ? null : formatTimestamp(last_polled),
    isServed: isRecent(context, last_polled),
    lostPool: found.work_queue_id === null ? found.said_pool : null,
    line: waitsForSlot ? await lineOf(context, limitId, { deploymentId: found.id, flowRunId: run.id }) : null,
  };
}

/** Undefined for a run without a work queue, and where it makes no difference; null where the queue is gone. */
async function placeOf(context: Context, run: FlowRunRow): Promise<PlaceOfRun | null | undefined> {
  if (run.state_type !== "SCHEDULED") return undefined;
  if (run.work_queue_id === null) return run.work_queue_name === null ? undefined : null;
  const { db, clock } = context;
  const row = await places.placeOfQueue(db.read, run.work_queue_id);
  if (row === undefined) return null;
  const isQueueFull = row.queue_limit !== null && row.queue_taken >= row.queue_limit;
  const isPoolFull = row.pool_limit !== null && row.pool_taken >= row.pool_limit;
  const own = { id: run.id, poolId: row.pool_id, queueId: run.work_queue_id, now: clock.now() };
  const [{ ahead, due }, holders] = await Promise.all([
    places.placeAmongDue(db.read, own),
    isQueueFull || isPoolFull
      ? places.runsHoldingSlots(db.read, {
          ...(isQueueFull ? { queueId: run.work_queue_id } : {}),
          poolId: row.pool_id,
          limit: maxHolders,
        })
      : [],
  ]);
  return {
    pool: {
      name: row.pool_name,
      type: row.pool_type,
      isPaused: row.pool_paused === 1,
      limit: row.pool_limit,
      taken: row.pool_taken,
      workersOnline: row.workers_online,
      workersDraining: row.workers_draining,
      lastSign: row.last_sign === null ? null : formatTimestamp(row.last_sign),
    },
    queue: {
      name: row.queue_name,
      isPaused: row.queue_paused === 1,
      limit: row.queue_limit,
      taken: row.queue_taken,
      isPolled: isRecent(context, row.queue_polled),
      lastPolled: row.queue_polled === null ? null : formatTimestamp(row.queue_polled),
    },
    line: {
      place: ahead + 1,
      length: Math.max(due, ahead + 1),
      limit: null,
      holders: holders.map((holder) => ({ ...holder, since: formatTimestamp(holder.since) })),
    },
  };
}

function isRecent({ clock }: Context, polled: Timestamp | null): boolean {
  return polled !== null && secondsBetween(polled, clock.now()) <= silenceSeconds;
}
