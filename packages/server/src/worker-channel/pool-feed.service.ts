import type { LiveNoun, WorkPool } from "@ostinato/protocol";
import type { Change } from "../kernel/bus.ts";
import type { Context } from "../kernel/context.ts";
import * as workPools from "../work-pools/work-pools.service.ts";
import * as workQueues from "../work-queues/work-queues.service.ts";

/** Changes that come together are told together. */
const gatherSeconds = 0.05;

export type QueueName = Pick<workQueues.QueueOfPool, "id" | "name">;

/** A connected worker, as changes of its pool concern it. */
export interface Member {
  readonly poolId: string;
  poolChanged(pool: WorkPool): void;
  queuesChanged(queues: readonly QueueName[]): void;
  /** The pool has been deleted. */
  poolGone(): void;
}

/** Tells workers what changes in their pools, also by other servers. Listens to the bus only while it has members. */
export interface PoolFeed {
  join(member: Member): void;
  leave(member: Member): void;
}

interface Room {
  readonly members: Set<Member>;
  queueIds: readonly string[];
}

/** `lookAt` is called with queues of which runs may be able to start now that were not before. */
export function createPoolFeed(context: Context, lookAt: (queueIds: readonly string[]) => void): PoolFeed {
  const { bus, clock, log } = context;
  const rooms = new Map<string, Room>();
  const changedPools = new Set<string>();
  let queuesHaveChanged = false;
  let unsubscribe: (() => void) | undefined;
  let cancelTelling: (() => void) | undefined;

  function onChange(change: Change): void {
    if (change.kind === "freed") lookAt(rooms.get(change.poolId)?.queueIds ?? []);
    else if (change.kind === "changed" || change.kind === "deleted") noteChanged(change.noun, change.ids);
  }

  function noteChanged(noun: LiveNoun, ids: readonly string[]): void {
    if (noun === "work-queue") queuesHaveChanged = true;
    else if (noun === "work-pool") for (const id of ids) if (rooms.has(id)) changedPools.add(id);
    if (queuesHaveChanged || changedPools.size > 0) cancelTelling ??= clock.after(gatherSeconds, () => void tell());
  }

  async function tell(): Promise<void> {
    cancelTelling = undefined;
    const pools = [...changedPools];
    const withQueues = queuesHaveChanged;
    changedPools.clear();
    queuesHaveChanged = false;
    try {
      if (pools.length > 0) await tellPools(pools);
      if (withQueues) await tellQueues();
    } catch (error) {
      log.warn({ err: error }, "a change of a work pool could not be told to its workers");
    }
  }

  async function tellPools(ids: readonly string[]): Promise<void> {
    const found = new Map((await workPools.readMany(context, ids)).map((pool) => [pool.id, pool]));
    for (const id of ids) {
      const room = rooms.get(id);
      const pool = found.get(id);
      for (const member of room?.members ?? []) {
        if (pool === undefined) member.poolGone();
        else member.poolChanged(pool);
      }
      lookAt(room?.queueIds ?? []);
    }
  }

  async function tellQueues(): Promise<void> {
    const queues = await workQueues.ofPools(context, [...rooms.keys()]);
    const byPool = Map.groupBy(queues, ({ work_pool_id }) => work_pool_id);
    for (const [poolId, { members }] of rooms) setQueues(poolId, members, byPool.get(poolId) ?? []);
  }

  function setQueues(poolId: string, members: Set<Member>, queues: readonly QueueName[]): void {
    const queueIds = queues.map(({ id }) => id);
    rooms.set(poolId, { members, queueIds });
    for (const member of members) member.queuesChanged(queues);
    lookAt(queueIds);
  }

  return {
    join(member) {
      const room = rooms.get(member.poolId) ?? { members: new Set(), queueIds: [] };
      rooms.set(member.poolId, room);
      room.members.add(member);
      unsubscribe ??= bus.subscribe(onChange);
      if (room.members.size > 1) return;
      queuesHaveChanged = true;
      cancelTelling ??= clock.after(gatherSeconds, () => void tell());
    },
    leave(member) {
      const room = rooms.get(member.poolId);
      room?.members.delete(member);
      if (room?.members.size === 0) rooms.delete(member.poolId);
      if (rooms.size > 0) return;
      unsubscribe?.();
      unsubscribe = undefined;
      cancelTelling?.();
      cancelTelling = undefined;
    },
  };
}
