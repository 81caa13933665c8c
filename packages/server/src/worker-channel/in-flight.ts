import type { Clock } from "@ostinato/core";

/** What workers have been given and have not finished, by the tokens of their reservations. */
export interface InFlight {
  /** Counts it from now on until the time of a reservation has passed. */
  add(worker: string, token: string): void;
  /** Whether it was there. */
  remove(worker: string, token: string): boolean;
  count(worker: string): number;
}

/** It counts by worker and not by connection: a worker that connects again is still at work on what it was given before. */
export function createInFlight(clock: Clock, seconds: number): InFlight {
  const endsOf = new Map<string, Map<string, number>>();

  function prune(): void {
    const now = clock.elapsed();
    for (const [worker, ends] of endsOf) {
      for (const [token, at] of ends) if (at <= now) ends.delete(token);
      if (ends.size === 0) endsOf.delete(worker);
    }
  }

  return {
    add(worker, token) {
      prune();
      const ends = endsOf.get(worker) ?? new Map<string, number>();
      endsOf.set(worker, ends.set(token, clock.elapsed() + seconds));
    },
    remove: (worker, token) => endsOf.get(worker)?.delete(token) === true,
    count(worker) {
      const now = clock.elapsed();
      return [...(endsOf.get(worker)?.values() ?? [])].filter((at) => at > now).length;
    },
  };
}
