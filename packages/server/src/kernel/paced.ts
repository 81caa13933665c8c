import { type Clock, sleep } from "@ostinato/core";

/** Work in small units with pauses between them. */
export type Paced = <T>(work: () => Promise<T>) => Promise<T>;

/** Rests four times as long as it works, so that it uses the database's writer for at most a fifth of the time. */
const restForWork = 4;
const minRestSeconds = 0.002;
const maxRestSeconds = 1;

/** Rests before each unit in proportion to the one before it. Rejects with the signal's reason when it is aborted. */
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
