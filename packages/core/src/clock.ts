import { fromMillis, type Timestamp } from "./timestamp.ts";

/** Time as a dependency: whatever waits or stamps takes a Clock, so that tests advance it instead of sleeping. */
export interface Clock {
  /** The present time. Strictly increasing within one clock, so that two events never share a timestamp. */
  now(): Timestamp;
  /** Monotonic seconds since an arbitrary start, for measuring durations: setting the clock does not affect them. */
  elapsed(): number;
  /** Calls `callback` once after `seconds`; the returned function takes it back. Never keeps the process alive. */
  after(seconds: number, callback: () => void): () => void;
}

/** Resolves after `seconds`; rejects with the signal's reason when it is aborted first. */
export function sleep(clock: Clock, seconds: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    if (signal?.aborted) return reject(signal.reason);
    const abort = () => {
      cancel();
      reject(signal?.reason);
    };
    const cancel = clock.after(seconds, () => {
      signal?.removeEventListener("abort", abort);
      resolve();
    });
    signal?.addEventListener("abort", abort, { once: true });
  });
}

const maxTimerMillis = 2 ** 31 - 1;

/** The machine's clock. Steps within one millisecond are numbered, because Date knows no microseconds. */
export function systemClock(options: { readonly keepAlive?: boolean } = {}): Clock {
  let last = 0;
  return {
    now() {
      const micros = fromMillis(Date.now());
      last = micros > last || micros < last - 1_000_000 ? micros : last + 1;
      return last as Timestamp;
    },
    elapsed: () => performance.now() / 1000,
    after(seconds, callback) {
      let timer: ReturnType<typeof setTimeout>;
      const arm = (millis: number) => {
        const step = Math.min(millis, maxTimerMillis);
        timer = setTimeout(() => (millis > step ? arm(millis - step) : callback()), step);
        if (options.keepAlive !== true && typeof timer === "object") timer.unref?.();
      };
      arm(Math.max(0, seconds * 1000));
      return () => clearTimeout(timer);
    },
  };
}
