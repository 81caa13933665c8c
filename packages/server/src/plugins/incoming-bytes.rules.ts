/** What comes is counted in such steps, and what is no larger never waits. */
export const stepBytes = 64 * 1024;

/** No client has more than three quarters of anything: there is always room for another. */
export function shareOf(most: number): number {
  return Math.ceil((most * 3) / 4);
}

export interface Filling {
  /** Bytes that are in memory. */
  readonly taken: number;
  /** Those of the client that wants more. */
  readonly own: number;
  readonly maxBytes: number;
}

/** Whether there is room for one step more. */
export function mayTake({ taken, own, maxBytes }: Filling): boolean {
  return taken + stepBytes <= maxBytes && own + stepBytes <= shareOf(maxBytes);
}

/** How a body or message comes along, by looks at it in even distances. */
export interface Progress {
  /** What had come when it was last well. */
  mark: number;
  /** Looks since then. */
  quietLooks: number;
}

/**
 * A second between two looks. They are counted instead of the seconds, because a machine that was asleep looks once and not ten
 * times.
 */
const maxQuietLooks = 10;

/** Whether it has been so slow that it is given up: within ten looks a step or more has to come. */
export function isTooSlow(progress: Progress, bytes: number): boolean {
  if (bytes - progress.mark >= stepBytes) {
    progress.mark = bytes;
    progress.quietLooks = 0;
  } else progress.quietLooks += 1;
  return progress.quietLooks >= maxQuietLooks;
}
