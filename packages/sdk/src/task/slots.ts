import type { Interruption } from "../run/interruption.ts";
import type { Limiter } from "../run/limiter.ts";

export interface SlotOptions {
  /** The run needs a slot of each limiter. */
  readonly limiters: readonly (Limiter | undefined)[];
  readonly interruption: Interruption;
  /** The queues for its events and log lines. While one is full, no new run begins. */
  readonly sinks: readonly { readonly backpressure: Promise<void> | undefined }[];
}

/** Resolves when a run may begin, with a function that returns its slots. Rejects when the run is interrupted first. */
export async function acquireSlots({ limiters, interruption, sinks }: SlotOptions): Promise<() => void> {
  const held: Limiter[] = [];
  const release = () => {
    for (const limiter of held) limiter.release();
  };
  try {
    for (const limiter of limiters) {
      if (limiter === undefined) continue;
      await acquire(limiter, interruption);
      held.push(limiter);
    }
    for (const sink of sinks) if (sink.backpressure !== undefined) await interruption.guard(sink.backpressure);
    interruption.check();
    return release;
  } catch (error) {
    release();
    throw error;
  }
}

async function acquire(limiter: Limiter, interruption: Interruption): Promise<void> {
  const slot = limiter.acquire();
  if (slot === undefined) return;
  try {
    await interruption.guard(slot);
  } catch (error) {
    // The slot still arrives and must go to the next run.
    void slot.then(() => limiter.release());
    throw error;
  }
}
