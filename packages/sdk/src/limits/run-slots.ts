import type { KeyedLimit } from "../run/keyed-limits.ts";
import type { Session } from "../session/session.ts";
import { hold } from "./slot-holding.ts";
import { type HolderOfSlots, takeWhenFree } from "./slot-waiting.ts";

export interface RunSlots {
  readonly holder: HolderOfSlots;
  readonly limits: readonly KeyedLimit[];
  readonly signal: AbortSignal;
  /** Called with a sentence where the run has to wait. */
  readonly onWait: (sentence: string) => void;
  /** Called when the slots are lost although the run goes on. */
  readonly onLost: (error: Error) => void;
}

/** Renewed at 0.6 of it: slots of a dead process are free after that. */
const leaseSeconds = 60;

/** Takes the slots that a run needs by its key, one limit after the other in the order of their names, and gives the function that returns them. */
export async function takeRunSlots(session: Session, wanted: RunSlots): Promise<() => Promise<void>> {
  const held: { release(): Promise<void> }[] = [];
  const release = async () => {
    await Promise.all(held.map((slots) => slots.release()));
  };
  try {
    for (const limit of wanted.limits.toSorted((a, b) => (a.name < b.name ? -1 : 1))) {
      const slots = await takeOne(session, wanted, limit);
      if (slots !== undefined) held.push(slots);
    }
    return release;
  } catch (error) {
    await release();
    throw error;
  }
}

function slotOf(most: number): string {
  return most === 1 ? "the only slot" : `one of the ${most} slots`;
}

async function takeOne(session: Session, { holder, signal, onWait, onLost }: RunSlots, limit: KeyedLimit) {
  const { name, limit: most, slotsPerSecond } = limit;
  const isRate = slotsPerSecond > 0;
  const request = {
    names: [name],
    slots: 1,
    mode: isRate ? ("rate_limit" as const) : ("concurrency" as const),
    leaseSeconds,
    holder,
    keyed: { limit: most, ...(isRate ? { slot_decay_per_second: slotsPerSecond } : {}) },
    timeoutSeconds: undefined,
    signal,
    onWait: () => onWait(isRate ? `waits for the rate "${name}"` : `waits for ${slotOf(most)} of "${name}"`),
  };
  if (isRate) {
    await takeWhenFree(session, request);
    return undefined;
  }
  const slots = await hold(session, request);
  slots.signal.addEventListener("abort", () => onLost(slots.signal.reason));
  return slots;
}
