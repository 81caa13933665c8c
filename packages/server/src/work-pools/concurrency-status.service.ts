import { formatTimestamp, secondsBetween, type Timestamp } from "@ostinato/core";
import type {
  BodyOf,
  SlotRun,
  WorkPoolConcurrencyStatus,
  WorkQueueConcurrencyStatus,
  workPoolConcurrencyStatus,
  workQueueConcurrencyStatus,
} from "@ostinato/protocol";
import type { Context } from "../kernel/context.ts";
import { refused } from "../kernel/errors.ts";
import { readLimit } from "../kernel/paging.ts";
import * as places from "../work-queues/pool-places.service.ts";
import * as queries from "./concurrency-status.queries.ts";

/** How many runs are named for each queue, where the request does not say. */
const usualRuns = 10;

/** The slots of the pool by its queues, a page of them, with the first runs that hold them. */
export async function statusOfPool(
  { db, clock }: Context,
  name: string,
  body: BodyOf<typeof workPoolConcurrencyStatus>,
): Promise<WorkPoolConcurrencyStatus> {
  const limit = readLimit(body?.limit);
  const page = body?.page ?? 1;
  const pool = await places.readPlaces(db.read, name);
  const taken = await places.readTaken(db.read, pool.id);
  const now = clock.now();
  const queues = [];
  for (const queue of pool.queues.slice((page - 1) * limit, page * limit)) {
    const active = taken.get(queue.id) ?? 0;
    const shown = { limit: body?.flow_run_limit ?? usualRuns, offset: 0 };
    const holders = active === 0 ? [] : await queries.holdersIn(db.read, queue.id, shown);
    queues.push({
      queue_id: queue.id,
      queue_name: queue.name,
      active_slots: active,
      concurrency_limit: queue.limit,
      flow_runs: holders.map((row) => presentHolder(row, now)),
      flow_run_count: active,
    });
  }
  return {
    active_slots: [...taken.values()].reduce((sum, each) => sum + each, 0),
    concurrency_limit: pool.limit,
    queues,
    ...pagesOf(pool.queues.length, { limit, page }),
  };
}

/** The slots of the queue, and a page of the runs that hold them. */
export async function statusOfQueue(
  { db, clock }: Context,
  id: string,
  body: BodyOf<typeof workQueueConcurrencyStatus>,
): Promise<WorkQueueConcurrencyStatus> {
  const limit = readLimit(body?.limit);
  const page = body?.page ?? 1;
  const pool = await places.readPlacesOfQueue(db.read, id);
  const queue = pool?.queues.find((each) => each.id === id.toLowerCase());
  if (queue === undefined) throw refused("WORK_QUEUE_NOT_FOUND", "Work queue not found.");
  const active = await queries.countHolders(db.read, queue.id);
  const holders = await queries.holdersIn(db.read, queue.id, { limit, offset: (page - 1) * limit });
  const now = clock.now();
  return {
    active_slots: active,
    concurrency_limit: queue.limit,
    flow_runs: holders.map((row) => presentHolder(row, now)),
    ...pagesOf(active, { limit, page }),
  };
}

function pagesOf(count: number, { limit, page }: { readonly limit: number; readonly page: number }) {
  return { count, limit, pages: limit === 0 ? 0 : Math.ceil(count / limit), page };
}

function presentHolder(row: queries.HolderRow, now: Timestamp): SlotRun {
  const { id, name, state_type, state_name, start_time, state_timestamp: since } = row;
  return {
    id,
    name,
    state_type,
    state_name,
    start_time: start_time === null ? null : formatTimestamp(start_time),
    state_timestamp: since === null ? null : formatTimestamp(since),
    time_in_current_state: since === null ? null : secondsBetween(since, now),
  };
}
