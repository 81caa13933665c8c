/** A run is lost after so many intervals without a sign of life. */
const missedIntervals = 3;

/** A run at the moment of a check. */
export interface SeenRun {
  readonly id: string;
  /** Changes whenever the run gives a sign of life or enters another state. */
  readonly sign: string;
  readonly intervalSeconds: number;
}

/** A run whose sign of life is late. */
export interface QuietRun {
  readonly id: string;
  readonly silentSeconds: number;
  /** Whether the silence is so long that its process must be dead. */
  readonly lost: boolean;
}

/** Measures how long runs have been silent, as this server observed it. */
export interface Silence {
  /**
   * Records the present runs, and returns those that have been silent for longer than an interval. `now` is in monotonic seconds.
   */
  look(runs: readonly SeenRun[], now: number): readonly QuietRun[];
}

interface Watched {
  readonly sign: string;
  readonly silentSeconds: number;
}

/**
 * Measures silence by this server's monotonic clock, since any other may be set by hours, and only over time in which it was
 * listening: a late check, because the server, its database or the machine was away, adds nothing.
 */
export function createSilence(everySeconds: number): Silence {
  const lateSeconds = 2 * everySeconds;
  let watched = new Map<string, Watched>();
  let lastLook: number | undefined;
  return {
    look(runs, now) {
      const since = lastLook === undefined ? 0 : now - lastLook;
      const observed = since <= lateSeconds ? since : 0;
      lastLook = now;
      const seen = new Map<string, Watched>();
      const quiet: QuietRun[] = [];
      for (const { id, sign, intervalSeconds } of runs) {
        const before = watched.get(id);
        const silentSeconds = before?.sign === sign ? before.silentSeconds + observed : 0;
        seen.set(id, { sign, silentSeconds });
        if (silentSeconds > intervalSeconds) {
          quiet.push({ id, silentSeconds, lost: silentSeconds > missedIntervals * intervalSeconds });
        }
      }
      watched = seen;
      return quiet;
    },
  };
}
