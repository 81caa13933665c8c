import type { Interruption } from "../run/interruption.ts";
import type { Limiter } from "../run/limiter.ts";

export interface TurnOptions {
  /** All of which must let it in. */
  readonly limiters: readonly (Limiter | undefined)[];
  readonly interruption: Interruption;
  /** Where what the run will tell and log goes: while one is full, nothing new begins. */
  readonly sinks: readonly { readonly room: Promise<void> | undefined }[];
}

/** Resolves when a run may begin; what it gives ends the turn. Rejects when the run is interrupted first. */
export async function awaitTurn({ limiters, interruption, sinks }: TurnOptions): Promise<() => void> {
  const held: Limiter[] = [];
  const release = () => {
    for (const limiter of held) limiter.release();
  };
  try {
    for (const limiter of limiters) {
      if (limiter === undefined) continue;
      await enter(limiter, interruption);
      held.push(limiter);
    }
    for (const sink of sinks) if (sink.room !== undefined) await interruption.guard(sink.room);
    interruption.check();
    return release;
  } catch (error) {
    release();
    throw error;
  }
}

async function enter(limiter: Limiter, interruption: Interruption): Promise<void> {
  const turn = limiter.acquire();
  if (turn === undefined) return;
  try {
    await interruption.guard(turn);
  } catch (error) {
    // The turn still comes, and must go to the next.
    void turn.then(() => limiter.release());
    throw error;
  }
}
