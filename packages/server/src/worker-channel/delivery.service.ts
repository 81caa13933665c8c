import type { CleanUpKind, CleanUpMessage } from "@ostinato/protocol";
import * as cleanUps from "../clean-ups/clean-ups.service.ts";
import type { Change } from "../kernel/bus.ts";
import type { Context } from "../kernel/context.ts";
import { createInFlight } from "./in-flight.ts";

/** A connected worker that cleans up after runs. */
export interface Cleaner {
  /** The worker, whichever connection it has. */
  readonly worker: string;
  readonly poolId: string;
  readonly kinds: readonly CleanUpKind[];
  readonly queueIds: ReadonlySet<string>;
  readonly maxAtOnce: number;
  /** Whether its connection still stands. */
  readonly isConnected: boolean;
  give(payload: CleanUpMessage["payload"]): void;
}

/** Gives clean-ups to the workers that are connected to this server. Each goes to one of them, and then to the next in turn. */
export interface Delivery {
  join(cleaner: Cleaner): void;
  leave(cleaner: Cleaner): void;
  /** Does what the worker says about a clean-up that it has. */
  operate(cleaner: Cleaner, saying: Omit<cleanUps.Saying, "poolId">): Promise<cleanUps.Outcome>;
}

const waitingAtOnce = 100;

export function createDelivery(context: Context): Delivery {
  const { bus, log } = context;
  const pools = new Map<string, Cleaner[]>();
  const inFlight = createInFlight(context.clock, cleanUps.reservationSeconds);
  const busy = new Map<string, { again: boolean }>();
  let unsubscribe: (() => void) | undefined;

  function onChange(change: Change): void {
    if (change.kind === "clean-up") wake(change.poolId);
  }

  function wake(poolId: string): void {
    const running = busy.get(poolId);
    if (running !== undefined) running.again = true;
    else if (pools.has(poolId)) void deliver(poolId);
  }

  /** One at a time for each pool. */
  async function deliver(poolId: string): Promise<void> {
    const state = { again: true };
    busy.set(poolId, state);
    try {
      while (state.again && pools.has(poolId)) {
        state.again = false;
        await deliverWaiting(poolId);
      }
    } catch (error) {
      log.warn({ err: error }, "clean-ups could not be given to workers, it is tried again");
    } finally {
      busy.delete(poolId);
    }
  }

  async function deliverWaiting(poolId: string): Promise<void> {
    if (!(pools.get(poolId) ?? []).some(hasRoom)) return;
    for (const { id, kind, work_queue_id } of await cleanUps.waitingFor(context, poolId, waitingAtOnce)) {
      const cleaner = next(poolId, kind, work_queue_id);
      if (cleaner === undefined) continue;
      const payload = await cleanUps.reserve(context, id);
      if (payload !== undefined) await give(cleaner, payload);
    }
  }

  async function give(cleaner: Cleaner, payload: CleanUpMessage["payload"]): Promise<void> {
    const { message_id: id, reservation_token: token } = payload;
    if (cleaner.isConnected) {
      inFlight.add(cleaner.worker, token);
      cleaner.give(payload);
    } else await cleanUps.operate(context, { operation: "release", id, token, poolId: cleaner.poolId });
  }

  function hasRoom({ worker, maxAtOnce }: Cleaner): boolean {
    return inFlight.count(worker) < maxAtOnce;
  }

  /** The worker whose turn it is among those that can do it; one that serves the run's queue goes before others. */
  function next(poolId: string, kind: CleanUpKind, queueId: string | null): Cleaner | undefined {
    const cleaners = pools.get(poolId) ?? [];
    const able = cleaners.filter((each) => each.kinds.includes(kind) && hasRoom(each));
    const cleaner = able.find(({ queueIds }) => queueId !== null && queueIds.has(queueId)) ?? able[0];
    if (cleaner !== undefined) cleaners.push(...cleaners.splice(cleaners.indexOf(cleaner), 1));
    return cleaner;
  }

  return {
    join(cleaner) {
      pools.set(cleaner.poolId, [...(pools.get(cleaner.poolId) ?? []), cleaner]);
      unsubscribe ??= bus.subscribe(onChange);
      wake(cleaner.poolId);
    },
    leave(cleaner) {
      const others = (pools.get(cleaner.poolId) ?? []).filter((each) => each !== cleaner);
      if (others.length > 0) pools.set(cleaner.poolId, others);
      else pools.delete(cleaner.poolId);
      if (pools.size > 0) return;
      unsubscribe?.();
      unsubscribe = undefined;
    },
    async operate({ worker, poolId }, saying) {
      const outcome = await cleanUps.operate(context, { ...saying, poolId });
      if (saying.operation === "renew" && outcome.status === "accepted") inFlight.add(worker, saying.token);
      else if (inFlight.remove(worker, saying.token)) wake(poolId);
      return outcome;
    },
  };
}
