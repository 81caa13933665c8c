import { addSeconds, type Clock, type Timestamp, toTimestamp } from "@ostinato/core";

/** A clock that stands still until a test moves it. */
export interface FakeClock extends Clock {
  /**
   * Advances time by `seconds` and fires, in due order, the timers on the way, including those set by other timers. Between two timers it
   * lets promises settle, so that `await sleep(clock, …)` continues in time.
   */
  advance(seconds: number): Promise<void>;
  /** Sets the time as a correction of the machine's clock does: no timer fires. */
  set(moment: Timestamp): void;
  /** The number of waiting timers. */
  readonly waiting: number;
  /** Resolves when at least `count` timers are waiting: the code under test sleeps then. */
  untilWaiting(count?: number): Promise<void>;
}

interface Timer {
  readonly due: number;
  readonly callback: () => void;
}

export function fakeClock(start: string | Timestamp = "2030-01-01T00:00:00Z"): FakeClock {
  let wall = toTimestampOf(start);
  let last = 0;
  let elapsed = 0; // the timers' own seconds, which `set` does not change
  const timers = new Set<Timer>();
  const watchers = new Set<() => void>();

  return {
    now() {
      last = Math.max(wall, last + 1);
      return last as Timestamp;
    },
    elapsed: () => elapsed,
    after(seconds, callback) {
      const timer = { due: elapsed + Math.max(0, seconds), callback };
      timers.add(timer);
      for (const watch of watchers) watch();
      return () => timers.delete(timer);
    },
    async advance(seconds) {
      const end = elapsed + seconds;
      await settle();
      for (let next = earliest(timers, end); next !== undefined; next = earliest(timers, end)) {
        timers.delete(next);
        wall = addSeconds(wall, next.due - elapsed);
        elapsed = next.due;
        next.callback();
        await settle();
      }
      wall = addSeconds(wall, end - elapsed);
      elapsed = end;
    },
    set(moment) {
      wall = moment;
      last = 0;
    },
    get waiting() {
      return timers.size;
    },
    untilWaiting(count = 1) {
      return new Promise((resolve) => {
        const watch = () => {
          if (timers.size < count) return;
          watchers.delete(watch);
          resolve();
        };
        watchers.add(watch);
        watch();
      });
    },
  };
}

function earliest(timers: ReadonlySet<Timer>, end: number): Timer | undefined {
  let found: Timer | undefined;
  for (const timer of timers) if (timer.due <= end && (found === undefined || timer.due < found.due)) found = timer;
  return found;
}

/** Long enough for chains of promises, and for ready work of the event loop; real I/O may take longer. */
async function settle(): Promise<void> {
  await new Promise((resolve) => setImmediate(resolve));
}

function toTimestampOf(moment: string | Timestamp): Timestamp {
  return typeof moment === "string" ? toTimestamp(moment) : moment;
}
