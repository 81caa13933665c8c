import { ApiError } from "@ostinato/client";
import { randomId } from "@ostinato/core";
import type { giveSlotsBack, incrementSlots, SlotLease, SlotRequest, takeSlots } from "@ostinato/protocol";
import { ConcurrencyUnavailable } from "../errors.ts";
import type { Session } from "../session/session.ts";
import { wakingOf } from "./slot-waking.ts";

export type HolderOfSlots = NonNullable<SlotRequest["holder"]>;

export interface WantedSlots {
  readonly names: readonly string[];
  readonly slots: number;
  readonly mode: "concurrency" | "rate_limit";
  readonly leaseSeconds: number;
  readonly holder: HolderOfSlots | undefined;
  /** The limit that the names get where they have none. */
  readonly keyed?: SlotRequest["keyed"];
  /** Undefined for no limit. */
  readonly timeoutSeconds: number | undefined;
  readonly signal: AbortSignal | undefined;
  /** Called once, where slots are not free at once. */
  readonly onWait?: (() => void) | undefined;
}

/** Whoever is woken asks by itself at least so often. */
const maxWaitSeconds = 10;

/** Takes slots, waiting in line for them. Rejects with `ConcurrencyUnavailable` when that takes too long, or with the reason of the signal. */
export function takeWhenFree(session: Session, wanted: WantedSlots): Promise<SlotLease> {
  const { timeoutSeconds, signal, onWait } = wanted;
  const tooLate = () => unavailableInTime(wanted);
  return askUntilServed(session, { ask: (id) => ask(session, wanted, id), timeoutSeconds, signal, onWait, tooLate });
}

/** Somebody who waits in the line of a limit. */
export interface InLine<A> {
  /** Asks once, by the id that keeps the place in line. */
  readonly ask: (waiterId: string) => Promise<A | Refused>;
  /** Undefined for no limit. */
  readonly timeoutSeconds: number | undefined;
  readonly signal: AbortSignal | undefined;
  /** Called once, where it has to wait. */
  readonly onWait?: (() => void) | undefined;
  /** Makes the error for whoever has waited too long. */
  readonly tooLate: () => Error;
  /** Whether the answer ends the wait without the slots. */
  readonly isWithoutSlots?: (answer: A) => boolean;
}

/** Asks whenever slots may be free, until the answer is not a refusal. Rejects when that takes too long, or with the reason of the signal. */
export async function askUntilServed<A extends object>(session: Session, wait: InLine<A>): Promise<A> {
  const { clock } = session;
  const { timeoutSeconds = Number.POSITIVE_INFINITY, signal } = wait;
  const waiterId = randomId();
  const begun = clock.elapsed();
  const waking = wakingOf(session);
  let isTold = false;
  waking.enter(waiterId);
  try {
    for (;;) {
      signal?.throwIfAborted();
      const answer = await wait.ask(waiterId);
      if (!("retryAfterSeconds" in answer)) {
        signal?.throwIfAborted();
        if (isTold && wait.isWithoutSlots?.(answer) === true) leaveLine(session, waiterId);
        return answer;
      }
      const left = timeoutSeconds - (clock.elapsed() - begun);
      if (left <= 0) throw wait.tooLate();
      if (!isTold) wait.onWait?.();
      isTold = true;
      await waking.wait(waiterId, Math.min(left, answer.retryAfterSeconds, maxWaitSeconds), signal);
    }
  } catch (error) {
    // Also where the answer was lost: the server may have given the slots, or a place in line.
    leaveLine(session, waiterId);
    throw error;
  } finally {
    waking.leave(waiterId);
  }
}

/** What a server answers while slots are taken. */
export interface Refused {
  readonly retryAfterSeconds: number;
}

/** Undefined for an error that says something else than that slots are taken. */
export function refusalIn(error: unknown): Refused | undefined {
  if (!(error instanceof ApiError) || error.status !== 423) return undefined;
  return { retryAfterSeconds: error.retryAfterSeconds ?? maxWaitSeconds };
}

async function ask({ client }: Session, wanted: WantedSlots, waiter_id: string): Promise<SlotLease | Refused> {
  const { names, slots, mode, leaseSeconds: lease_duration, holder, keyed } = wanted;
  const common = { names: [...names], slots, mode, waiter_id, ...(keyed === undefined ? {} : { keyed }) };
  try {
    if (mode === "rate_limit") {
      const limits = await client.call<typeof incrementSlots>("POST /v2/concurrency_limits/increment", {
        body: common,
      });
      return { lease_id: "", limits };
    }
    return await client.call<typeof takeSlots>("POST /v2/concurrency_limits/increment-with-lease", {
      body: { ...common, lease_duration, ...(holder === undefined ? {} : { holder }) },
    });
  } catch (error) {
    if (error instanceof ApiError && error.reason === "TOO_MANY_SLOTS") throw tooMany(wanted);
    const refused = refusalIn(error);
    if (refused === undefined) throw error;
    return refused;
  }
}

/** Those behind need not wait for one that has given up. */
function leaveLine({ client, background }: Session, waiterId: string): void {
  const left = client
    .call<typeof giveSlotsBack>("POST /v2/concurrency_limits/decrement-with-lease", { body: { lease_id: waiterId } })
    .then(
      () => {},
      () => {},
    )
    .finally(() => background.delete(left));
  background.add(left);
}

function tooMany({ names, slots }: WantedSlots): ConcurrencyUnavailable {
  const one = names.length === 1 ? `The limit ${listed(names)} has` : `One of the limits ${listed(names)} has`;
  const wanted =
    slots === 1 ? "no slots, so it lets nothing begin" : `fewer than the ${slots} slots that are asked for`;
  return new ConcurrencyUnavailable(`${one} ${wanted}. Raise the limit.`);
}

function listed(names: readonly string[]): string {
  return names.map((name) => `"${name}"`).join(", ");
}

function unavailableInTime({ names, slots, timeoutSeconds }: WantedSlots): ConcurrencyUnavailable {
  const what = slots === 1 ? "A slot" : `${slots} slots`;
  return new ConcurrencyUnavailable(
    `${what} of ${listed(names)} ${slots === 1 ? "was" : "were"} not free within ${timeoutSeconds} s. Raise "timeout", or the limit.`,
  );
}
