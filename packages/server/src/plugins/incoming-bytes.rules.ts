/** Bytes are counted in steps of this size; smaller bodies never wait. */
export const stepBytes = 64 * 1024;

/** A client gets at most three quarters of a resource, so that there is always room for another. */
export function shareOf(max: number): number {
  return Math.ceil((max * 3) / 4);
}

export interface Filling {
  /** Bytes that are in memory. */
  readonly taken: number;
  /** The bytes of the client that wants more. */
  readonly own: number;
  readonly maxBytes: number;
}

/** Whether one more step fits. */
export function mayTake({ taken, own, maxBytes }: Filling): boolean {
  return taken + stepBytes <= maxBytes && own + stepBytes <= shareOf(maxBytes);
}

/** The progress of a body or message, checked at even intervals. */
export interface Progress {
  /** The bytes at the last check with enough progress. */
  mark: number;
  /** Looks since then. */
  quietLooks: number;
}

/**
 * A second between two looks. They are counted instead of the seconds, because a machine that was asleep looks once and not ten
 * times.
 */
const maxQuietLooks = 10;

/** Whether it is so slow that it is given up: at least one step has to arrive within ten checks. */
export function isTooSlow(progress: Progress, bytes: number): boolean {
  if (bytes - progress.mark >= stepBytes) {
    progress.mark = bytes;
    progress.quietLooks = 0;
  } else progress.quietLooks += 1;
  return progress.quietLooks >= maxQuietLooks;
}
