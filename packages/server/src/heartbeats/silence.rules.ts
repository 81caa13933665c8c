/** So many intervals without a sign of life make a run lost. */
const missedIntervals = 3;

/** What a server sees of a run when it looks. */
export interface SeenRun {
  readonly id: string;
  /** Differs from what was seen before when the run has given a sign of life, or has come into another state. */
  readonly sign: string;
  readonly intervalSeconds: number;
}

/** A run whose sign of life is late. */
export interface QuietRun {
  readonly id: string;
  readonly silentSeconds: number;
  /** Whether it has been silent for so long that its process must be dead. */
  readonly lost: boolean;
}

/** For how long runs have been silent, as this server has heard it. */
export interface Silence {
  /** Notes what is seen now, and gives those that are silent for longer than an interval. `now` is in seconds that go on evenly. */
  look(runs: readonly SeenRun[], now: number): readonly QuietRun[];
}

interface Watched {
  readonly sign: string;
  readonly silentSeconds: number;
}

/**
 * Measures silence by this server's own even seconds, since any clock may be moved by hours, and only the time in which it was
 * there to hear: a look that comes late, because the server or its database was away, or the machine asleep, counts for none.
 */
export function createSilence(everySeconds: number): Silence {
  const lateSeconds = 2 * everySeconds;
  let watched = new Map<string, Watched>();
  let lastLook: number | undefined;
  return {
    look(runs, now) {
      const since = lastLook === undefined ? 0 : now - lastLook;
      const heard = since <= lateSeconds ? since : 0;
      lastLook = now;
      const seen = new Map<string, Watched>();
      const quiet: QuietRun[] = [];
      for (const { id, sign, intervalSeconds } of runs) {
        const before = watched.get(id);
        const silentSeconds = before?.sign === sign ? before.silentSeconds + heard : 0;
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
