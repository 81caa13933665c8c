import type { Timestamp } from "@ostinato/core";
import type { Reader } from "../db/dialect.ts";
import type { Context } from "../kernel/context.ts";

/** Somebody who starts runs. */
export interface Sleeper {
  due(ids: readonly string[]): void;
  stopping(id: string, flowRunId: string): void;
}

/** So few are told all at once. */
const maxToldTogether = 2;
/** Those who are told first have so long to take the runs. */
const patienceSeconds = 0.2;

/**
 * How many of their due runs can start now, by ids of deployments or work queues. Counts up to `max` in all. Ids without such runs may be
 * left out.
 */
export type CountStartable = (
  reader: Reader,
  ids: readonly string[],
  counted: { readonly now: Timestamp; readonly max: number },
) => Promise<ReadonlyMap<string, number>>;

/**
 * Tells sleepers that runs are due. Each of a hundred idle workers would ask for the one run that has become due. So one sleeper more
 * than there are runs to start hears of them first, those who were told least recently, and the others only where runs are still there a
 * while later. Nobody hears where all slots are taken.
 */
export interface Telling {
  tellDue(ids: readonly string[]): Promise<void>;
  rest(): void;
}

/** `sleepersOf` gives the sleepers of an id in the order in which they are told next; telling moves them to the end. */
export function createTelling(
  { clock, db, log }: Context,
  sleepersOf: (id: string) => Set<Sleeper> | undefined,
  countStartable: CountStartable | undefined,
): Telling {
  /** Those who were told first, by the ids of which the others may have to hear. */
  let first = new Map<string, Set<Sleeper>>();
  let cancelSecond: (() => void) | undefined;

  const sizeOf = (id: string) => sleepersOf(id)?.size ?? 0;

  async function count(ids: readonly string[]): Promise<ReadonlyMap<string, number>> {
    if (countStartable === undefined || ids.length === 0) return new Map();
    return countStartable(db.read, ids, { now: clock.now(), max: Math.max(...ids.map(sizeOf)) });
  }

  async function tellDue(ids: readonly string[]): Promise<void> {
    const crowded = countStartable === undefined ? [] : ids.filter((id) => sizeOf(id) > maxToldTogether);
    const startable = await count(crowded);
    const chosen = new Map<string, readonly Sleeper[]>();
    for (const id of ids) chosen.set(id, [...(sleepersOf(id) ?? [])]);
    for (const id of crowded) {
      const runs = startable.get(id) ?? 0;
      const few = (chosen.get(id) ?? []).slice(0, runs === 0 ? 0 : runs + 1);
      chosen.set(id, few);
      first.set(id, new Set([...(first.get(id) ?? []), ...few]));
    }
    if (crowded.length > 0) cancelSecond ??= clock.after(patienceSeconds, () => void tellOthers());
    tell(chosen);
  }

  async function tellOthers(): Promise<void> {
    cancelSecond = undefined;
    const told = first;
    first = new Map();
    try {
      const startable = await count([...told.keys()]);
      const others = new Map<string, readonly Sleeper[]>();
      for (const [id, those] of told) {
        if ((startable.get(id) ?? 0) > 0) {
          others.set(
            id,
            [...(sleepersOf(id) ?? [])].filter((sleeper) => !those.has(sleeper)),
          );
        }
      }
      tell(others);
    } catch (error) {
      log.warn({ err: error }, "it can't be read whether due runs are still there, it is tried again");
    }
  }

  function tell(chosen: ReadonlyMap<string, readonly Sleeper[]>): void {
    const bySleeper = new Map<Sleeper, string[]>();
    for (const [id, sleepers] of chosen) {
      const line = sleepersOf(id);
      for (const sleeper of sleepers) {
        if (line?.delete(sleeper)) line.add(sleeper);
        const own = bySleeper.get(sleeper) ?? [];
        bySleeper.set(sleeper, own);
        own.push(id);
      }
    }
    for (const [sleeper, own] of bySleeper) sleeper.due(own);
  }

  return {
    tellDue,
    rest() {
      cancelSecond?.();
      cancelSecond = undefined;
      first.clear();
    },
  };
}
