import { type Clock, sleep } from "@ostinato/core";

/** Work in small units of which none follows another at once. */
export type Paced = <T>(work: () => Promise<T>) => Promise<T>;

/** It holds the database's writer for a fifth of its time at the most. */
const restForWork = 4;
const minRestSeconds = 0.002;
const maxRestSeconds = 1;

/** Rests before each unit for as long as the one before it deserves. Rejects with the signal's reason when it is aborted. */
export function paced(clock: Clock, signal: AbortSignal): Paced {
  let restSeconds = 0;
  return async (work) => {
    if (restSeconds > 0) await sleep(clock, restSeconds, signal);
    signal.throwIfAborted();
    const began = performance.now();
    const value = await work();
    const workSeconds = (performance.now() - began) / 1000;
    restSeconds = Math.min(maxRestSeconds, Math.max(minRestSeconds, workSeconds * restForWork));
    return value;
  };
}
