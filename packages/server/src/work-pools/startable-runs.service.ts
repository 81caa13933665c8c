import type { Timestamp } from "@ostinato/core";
import type { Reader } from "../db/dialect.ts";
import * as places from "../work-queues/pool-places.service.ts";
import { dueInTier } from "./due-runs.queries.ts";
import { pickDue } from "./due-runs.service.ts";

/** How many due runs of each queue can start now, by the limits of the queues and their pools. Counts up to `max` in each pool. */
export async function countStartable(
  reader: Reader,
  queueIds: readonly string[],
  { now, max }: { readonly now: Timestamp; readonly max: number },
): Promise<ReadonlyMap<string, number>> {
  const counts = new Map<string, number>();
  const left = new Set(queueIds);
  for (const queueId of queueIds) {
    if (!left.has(queueId)) continue;
    const pool = await places.readPlacesOfQueue(reader, queueId);
    left.delete(queueId);
    if (pool === undefined) continue;
    const queues = pool.queues.filter(({ id }) => queueIds.includes(id));
    for (const { id } of queues) left.delete(id);
    const picked = await pickDue(reader, {
      pool,
      queues,
      room: await places.readRoom(reader, pool),
      before: now,
      after: null,
      limit: max,
      read: (tier) => dueInTier(reader, tier),
    });
    for (const run of picked) counts.set(run.queueId, (counts.get(run.queueId) ?? 0) + 1);
  }
  return counts;
}
