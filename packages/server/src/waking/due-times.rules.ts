import type { Timestamp } from "@ostinato/core";

/** When runs of deployments are due, as far as this server has heard. */
export interface DueTimes {
  /** A run of the deployment is due then. Only the earliest is remembered. */
  note(deploymentId: string, at: Timestamp): void;
  forget(deploymentId: string): void;
  /** The earliest of all; undefined when nothing is to come. */
  readonly next: Timestamp | undefined;
  /** Takes out the deployments that have due runs now. */
  take(now: Timestamp): readonly string[];
}

export function createDueTimes(): DueTimes {
  const times = new Map<string, Timestamp>();
  let next: Timestamp | undefined;
  return {
    note(deploymentId, at) {
      const known = times.get(deploymentId);
      if (known !== undefined && known <= at) return;
      times.set(deploymentId, at);
      if (next === undefined || at < next) next = at;
    },
    // The earliest time may stay behind: it is looked for again when it comes.
    forget: (deploymentId) => void times.delete(deploymentId),
    get next() {
      return next;
    },
    take(now) {
      const due: string[] = [];
      next = undefined;
      for (const [deploymentId, at] of times) {
        if (at <= now) {
          due.push(deploymentId);
          times.delete(deploymentId);
        } else if (next === undefined || at < next) next = at;
      }
      return due;
    },
  };
}
