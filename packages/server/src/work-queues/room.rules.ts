import type { Timestamp } from "@ostinato/core";
import type { PlaceStatus } from "@ostinato/protocol";

/** A work pool with its queues, as those who take its runs need it. */
export interface PoolPlaces {
  readonly id: string;
  readonly name: string;
  readonly isPaused: boolean;
  readonly limit: number | null;
  /** By their priorities. */
  readonly queues: readonly QueuePlace[];
}

export interface QueuePlace {
  readonly id: string;
  readonly name: string;
  readonly isPaused: boolean;
  readonly limit: number | null;
  readonly priority: number;
  readonly status: PlaceStatus;
  readonly lastPolled: Timestamp | null;
}

/** How many runs may still start: in the whole pool, and in each of its queues. Infinity where there is no limit. */
export interface Room {
  readonly inPool: number;
  readonly inQueue: ReadonlyMap<string, number>;
}

/** Whether the pool or one of its queues has a limit. */
export function isLimited({ limit, queues }: PoolPlaces): boolean {
  return limit !== null || queues.some((queue) => queue.limit !== null);
}

/** Below 0 where a limit was lowered. */
export function roomIn({ limit, queues }: PoolPlaces, taken: ReadonlyMap<string, number>): Room {
  const sum = [...taken.values()].reduce((one, other) => one + other, 0);
  const left = (id: string, limit: number | null) => (limit ?? Number.POSITIVE_INFINITY) - (taken.get(id) ?? 0);
  return {
    inPool: (limit ?? Number.POSITIVE_INFINITY) - sum,
    inQueue: new Map(queues.map(({ id, limit }) => [id, left(id, limit)])),
  };
}
