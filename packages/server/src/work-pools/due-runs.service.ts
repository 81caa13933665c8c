import type { Timestamp } from "@ostinato/core";
import type { Reader } from "../db/dialect.ts";
import type { PoolPlaces, QueuePlace, Room } from "../work-queues/pool-places.service.ts";
import * as queries from "./due-runs.queries.ts";

export interface Picking {
  readonly pool: PoolPlaces;
  /** Those of its queues that are asked for. */
  readonly queues: readonly QueuePlace[];
  readonly room: Room;
  readonly before: Timestamp;
  readonly after: Timestamp | null;
  readonly limit: number;
  /** Reads due runs of a tier. */
  readonly read: (tier: queries.DueInTier) => Promise<readonly queries.DueRun[]>;
}

/** A due run with its queue. */
export interface PickedRun extends queries.DueRun {
  readonly queueId: string;
}

/**
 * The runs of the pool that should start next: by their priority, that of their queue, and their time. No more than there is room for, and
 * none of what is paused.
 */
export async function pickDue(reader: Reader, picking: Picking): Promise<readonly PickedRun[]> {
  const { pool, room, limit } = picking;
  const queues = pool.isPaused ? [] : picking.queues.filter(({ isPaused }) => !isPaused);
  const priorityOf = new Map(queues.map(({ id, priority }) => [id, priority]));
  const tiers = await queries.dueTiers(reader, [...priorityOf.keys()], picking.before);
  const groups = Map.groupBy(tiers, ({ priority, queueId }) => rankOf(priority, priorityOf.get(queueId) ?? 0));
  const picked: PickedRun[] = [];
  const left = new Map(room.inQueue);
  for (const [, group] of [...groups].toSorted(([one], [other]) => one - other)) {
    const wanted = Math.min(limit, room.inPool) - picked.length;
    if (wanted <= 0) break;
    const found = await dueInGroup(group, { ...picking, left, wanted });
    for (const run of found) left.set(run.queueId, (left.get(run.queueId) ?? 0) - 1);
    picked.push(...found);
  }
  return picked;
}

/** Priorities of runs and of queues as one number that sorts like the two. */
function rankOf(ofRun: number, ofQueue: number): number {
  return ofRun * 2 ** 32 + ofQueue;
}

interface Group extends Picking {
  readonly left: ReadonlyMap<string, number>;
  readonly wanted: number;
}

async function dueInGroup(
  tiers: readonly queries.Tier[],
  { before, after, left, wanted, read }: Group,
): Promise<readonly PickedRun[]> {
  const found: PickedRun[] = [];
  for (const { queueId, priority } of tiers) {
    const limit = Math.min(wanted, left.get(queueId) ?? 0);
    if (limit <= 0) continue;
    const runs = await read({ queueId, priority, before, after, limit });
    found.push(...runs.map((run) => ({ ...run, queueId })));
  }
  return found.toSorted((one, other) => one.at - other.at || (one.id < other.id ? -1 : 1)).slice(0, wanted);
}
