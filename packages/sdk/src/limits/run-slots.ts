import { UsageError } from "../errors.ts";
import type { Session } from "../session/session.ts";
import { type LimitsOfRun, limitsOfRun, type Owner, type RunLimit } from "./run-limits.ts";
import { hold } from "./slot-holding.ts";
import type { ConcurrencySlots } from "./slot-options.ts";
import { type HolderOfSlots, takeWhenFree } from "./slot-waiting.ts";
import { limitOfTag, tagLimitsOf } from "./tag-limits.ts";

/** The slots that a run holds. */
export interface RunSlots {
  /** The names of their limits. */
  readonly limits: readonly string[];
  /** Never rejects: slots which cannot be given back end by themselves, and the run has done its work. */
  release(): Promise<void>;
}

export interface WantedRunSlots {
  readonly holder: HolderOfSlots;
  readonly limits: LimitsOfRun;
  /** Tags that may have limits. */
  readonly tags?: readonly string[];
  readonly owner: Owner;
  /** The arguments of the run, of which its keys are made. */
  readonly args: unknown;
  /** The limits of which the runs that called this one hold slots. */
  readonly heldByCallers: readonly string[];
  readonly signal: AbortSignal;
  /** Called with a sentence where the run has to wait. */
  readonly onWait: (sentence: string) => void;
  /** Called when the slots are lost although the run goes on. */
  readonly onLost: (error: Error) => void;
}

/** Renewed at 0.6 of it: slots of a dead process are free after that. */
const leaseSeconds = 60;

const common = { slots: 1, leaseSeconds, timeoutSeconds: undefined };

/**
 * Takes the slots that a run needs, one limit after the other. Rejects with a `UsageError` where a caller of the run holds a slot of the same
 * limit: runs that hold a slot each and wait for another one would wait for ever.
 */
export async function takeRunSlots(session: Session, wanted: WantedRunSlots): Promise<RunSlots> {
  const limits = limitsOfRun(wanted.limits, wanted.owner, wanted.args);
  const held: { release(): Promise<void> }[] = [];
  const release = () => {
    const released = Promise.allSettled(held.map((slots) => slots.release()))
      .then(() => {})
      .finally(() => session.background.delete(released));
    session.background.add(released);
    return released;
  };
  try {
    const ofTags = await takeTagSlots(session, wanted);
    if (ofTags !== undefined) held.push(ofTags);
    for (const limit of limits) {
      checkCallers(wanted, limit);
      const slots = await takeOne(session, wanted, limit);
      if (slots !== undefined) held.push(slots);
    }
    const steady = limits.filter(({ slotsPerSecond }) => slotsPerSecond === 0);
    return { limits: [...(ofTags?.limits ?? []), ...steady].map(({ name }) => name), release };
  } catch (error) {
    await release();
    throw error;
  }
}

function checkCallers({ owner, heldByCallers }: WantedRunSlots, { name, slotsPerSecond }: RunLimit): void {
  if (slotsPerSecond > 0 || !heldByCallers.includes(name)) return;
  throw new UsageError(
    `This ${owner.kind} would wait for itself: a run that calls it holds a slot of the same limit, "${name}". Call it with another key, or move what repeats into a ${owner.kind} or function without "concurrency".`,
  );
}

/**
 * One request for the limits of all tags: it takes a slot of each, or of none. A run shares the slot that a caller of it holds, and would otherwise
 * wait for it for ever.
 */
async function takeTagSlots(session: Session, wanted: WantedRunSlots): Promise<ConcurrencySlots | undefined> {
  const { tags = [], heldByCallers, holder, signal, onWait, onLost } = wanted;
  const ownTags = tags.filter((tag) => !heldByCallers.includes(limitOfTag(tag)));
  const slots = await tagLimitsOf(session).ask(ownTags, async (names, onAnswer) => {
    const wait = () => {
      onAnswer();
      onWait(`waits for a slot of ${names.map((name) => `"${name}"`).join(", ")}`);
    };
    const held = await hold(session, { ...common, names, holder, signal, mode: "concurrency", onWait: wait });
    onAnswer(held.limits);
    return held;
  });
  slots?.signal.addEventListener("abort", () => onLost(slots.signal.reason));
  return slots;
}

function slotOf(most: number): string {
  return most === 1 ? "the only slot" : `one of the ${most} slots`;
}

async function takeOne(session: Session, { holder, signal, onWait, onLost }: WantedRunSlots, limit: RunLimit) {
  const { name, limit: most, slotsPerSecond } = limit;
  const isRate = slotsPerSecond > 0;
  const request = {
    ...common,
    names: [name],
    mode: isRate ? ("rate_limit" as const) : ("concurrency" as const),
    holder,
    keyed: { limit: most, ...(isRate ? { slot_decay_per_second: slotsPerSecond } : {}) },
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
