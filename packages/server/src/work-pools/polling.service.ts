import { latestMoment, type Timestamp, toTimestamp } from "@ostinato/core";
import type { BodyOf, FlowRun, scheduledRunsOfQueue, scheduledRunsOfWorkPool, WorkerFlowRun } from "@ostinato/protocol";
import { listByIds } from "../flow-runs/due-runs.service.ts";
import type { Context } from "../kernel/context.ts";
import { notFound } from "../kernel/errors.ts";
import { readLimit } from "../kernel/paging.ts";
import { notePolls } from "../work-queues/polls.service.ts";
import * as places from "../work-queues/pool-places.service.ts";
import { dueInTier } from "./due-runs.queries.ts";
import { type PickedRun, pickDue } from "./due-runs.service.ts";
import type { Offers } from "./offers.rules.ts";

export { createOffers } from "./offers.rules.ts";

/**
 * The due runs of the pool for a worker that claims each by itself. The same run may be offered to several; those that were offered a
 * moment ago come last, so that workers which ask side by side rarely want the same.
 */
export async function offerRuns(
  context: Context,
  offers: Offers,
  { name, body }: { readonly name: string; readonly body: BodyOf<typeof scheduledRunsOfWorkPool> },
): Promise<WorkerFlowRun[]> {
  const { db } = context;
  const limit = readLimit(body?.limit);
  const pool = await places.readPlaces(db.read, name);
  const queues = places.namedQueues(pool, body?.work_queue_names);
  await notePolls(context, queues);
  const picked = await pickDue(db.read, {
    pool,
    queues,
    room: await places.readRoom(db.read, pool),
    before: momentOr(body?.scheduled_before, latest),
    after: momentOr(body?.scheduled_after, null),
    limit: offers.isEmpty ? limit : 2 * limit,
    read: (tier) => dueInTier(db.read, tier),
  });
  return workerRuns(context, pool.id, offers.spread(picked, limit));
}

/** The due runs of one queue. */
export async function offerRunsOfQueue(
  context: Context,
  { id, body }: { readonly id: string; readonly body: BodyOf<typeof scheduledRunsOfQueue> },
): Promise<FlowRun[]> {
  const { db } = context;
  const limit = readLimit(body?.limit);
  const pool = await places.readPlacesOfQueue(db.read, id);
  const queues = pool?.queues.filter((queue) => queue.id === id.toLowerCase()) ?? [];
  if (pool === undefined || queues.length === 0) throw notFound("Work queue", id);
  await notePolls(context, queues);
  const room = await places.readRoom(db.read, pool);
  const before = momentOr(body?.scheduled_before, latest);
  const picked = await pickDue(db.read, {
    pool,
    queues,
    room,
    before,
    after: null,
    limit,
    read: (tier) => dueInTier(db.read, tier),
  });
  return listByIds(
    context,
    db.read,
    picked.map((run) => run.id),
  );
}

const latest = latestMoment as Timestamp;

function momentOr<T>(given: string | number | null | undefined, otherwise: T): Timestamp | T {
  return given === null || given === undefined ? otherwise : toTimestamp(given);
}

async function workerRuns(
  context: Context,
  work_pool_id: string,
  picked: readonly PickedRun[],
): Promise<WorkerFlowRun[]> {
  const queueOf = new Map(picked.map(({ id, queueId }) => [id, queueId]));
  const runs = await listByIds(context, context.db.read, [...queueOf.keys()]);
  return runs.map((flow_run) => ({ work_pool_id, work_queue_id: queueOf.get(flow_run.id) ?? "", flow_run }));
}
