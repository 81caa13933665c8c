import type { Timestamp } from "@ostinato/core";

/** When runs are due, by the deployment or the work queue that they belong to, as far as this server has heard. */
export interface DueTimes {
  /** One of its runs is due then. Only the earliest is remembered. */
  note(id: string, at: Timestamp): void;
  forget(id: string): void;
  /** The earliest of all; undefined when nothing is to come. */
  readonly next: Timestamp | undefined;
  /** Takes out those that have due runs now. */
  take(now: Timestamp): readonly string[];
}

export function createDueTimes(): DueTimes {
  const times = new Map<string, Timestamp>();
  let next: Timestamp | undefined;
  return {
    note(id, at) {
      const known = times.get(id);
      if (known !== undefined && known <= at) return;
      times.set(id, at);
      if (next === undefined || at < next) next = at;
    },
    // The earliest time may stay behind: it is looked for again when it comes.
    forget: (id) => void times.delete(id),
    get next() {
      return next;
    },
    take(now) {
      const due: string[] = [];
      next = undefined;
      for (const [id, at] of times) {
        if (at <= now) {
          due.push(id);
          times.delete(id);
        } else if (next === undefined || at < next) next = at;
      }
      return due;
    },
  };
}
