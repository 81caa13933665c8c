import { ApiError } from "@ostinato/client";
import { durationSeconds } from "@ostinato/core";
import type { giveSlotsBack, renewLease, SlotLease } from "@ostinato/protocol";
import { ConcurrencyUnavailable, UsageError } from "../errors.ts";
import type { Session } from "../session/session.ts";
import type { ConcurrencySlotOptions, ConcurrencySlots, SlotOptions } from "./slot-options.ts";
import { type HolderOfSlots, takeWhenFree, type WantedSlots } from "./slot-waiting.ts";
import { wakingOf } from "./slot-waking.ts";

interface Asked {
  readonly names: readonly string[];
  readonly holder: { readonly run: HolderOfSlots; readonly signal: AbortSignal } | undefined;
}

const defaultLeaseSeconds = 300;
const minLeaseSeconds = 60;
const maxLeaseSeconds = 86_400;
/** A lease is renewed after this part of it. */
const renewedAfter = 0.6;

export async function holdSlots(session: Session, asked: Asked & ConcurrencySlotOptions): Promise<ConcurrencySlots> {
  const leaseSeconds = asked.lease === undefined ? defaultLeaseSeconds : durationSeconds(asked.lease);
  if (!(leaseSeconds >= minLeaseSeconds && leaseSeconds <= maxLeaseSeconds)) {
    throw new UsageError(`concurrency(): "lease" is ${leaseSeconds} s. Give from 60 s to one day.`);
  }
  return await hold(session, { ...wantedOf(asked), mode: "concurrency", leaseSeconds }, asked.strict);
}

export async function passRate(session: Session, asked: Asked & SlotOptions): Promise<void> {
  const wanted = { ...wantedOf(asked), mode: "rate_limit", leaseSeconds: defaultLeaseSeconds } as const;
  checkStrict(wanted, await takeWhenFree(session, wanted), asked.strict);
}

function wantedOf({ names, holder, slots = 1, timeout }: Asked & SlotOptions) {
  return {
    names,
    slots,
    holder: holder?.run,
    signal: holder?.signal,
    timeoutSeconds: timeout === undefined ? undefined : durationSeconds(timeout),
  };
}

/** Takes slots when they are free, and renews them until they are released. */
export async function hold(session: Session, wanted: WantedSlots, strict = false): Promise<ConcurrencySlots> {
  const lease = await takeWhenFree(session, wanted);
  const held = new HeldSlots(session, lease, wanted.leaseSeconds);
  try {
    checkStrict(wanted, lease, strict);
  } catch (error) {
    await held.release();
    throw error;
  }
  return held;
}

function checkStrict({ names }: WantedSlots, { limits }: SlotLease, strict = false): void {
  if (!strict) return;
  const missing = names.filter((name) => !limits.some((limit) => limit.name === name));
  if (missing.length === 0) return;
  const list = missing.map((name) => `"${name}"`).join(", ");
  throw new ConcurrencyUnavailable(
    `There is no concurrency limit ${list}. Create it with "ostinato concurrency-limit create", or leave "strict" out.`,
  );
}

class HeldSlots implements ConcurrencySlots {
  readonly limits: SlotLease["limits"];
  readonly #session: Session;
  readonly #leaseId: string;
  readonly #seconds: number;
  readonly #lost = new AbortController();
  #stopRenewing = () => {};
  #released: Promise<void> | undefined;

  constructor(session: Session, { lease_id, limits }: SlotLease, seconds: number) {
    this.#session = session;
    this.#leaseId = lease_id;
    this.#seconds = seconds;
    this.limits = limits;
    if (limits.length > 0) this.#renewLater();
  }

  get signal(): AbortSignal {
    return this.#lost.signal;
  }

  release(): Promise<void> {
    this.#released ??= this.#release();
    return this.#released;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.release();
  }

  async #release(): Promise<void> {
    this.#stopRenewing();
    if (this.limits.length === 0) return;
    await this.#session.client.call<typeof giveSlotsBack>("POST /v2/concurrency_limits/decrement-with-lease", {
      body: { lease_id: this.#leaseId },
    });
    wakingOf(this.#session).freed();
  }

  #renewLater(): void {
    this.#stopRenewing = this.#session.clock.after(this.#seconds * renewedAfter, () => void this.#renew());
  }

  async #renew(): Promise<void> {
    try {
      await this.#session.client.call<typeof renewLease>("POST /v2/concurrency_limits/leases/{id}/renew", {
        params: { id: this.#leaseId },
        body: { lease_duration: this.#seconds },
      });
    } catch (error) {
      if (this.#released !== undefined) return;
      if (error instanceof ApiError && error.status === 410) {
        const names = this.limits.map(({ name }) => `"${name}"`).join(", ");
        return this.#lost.abort(
          new ConcurrencyUnavailable(`The slots of ${names} were lost: they were not renewed in time.`),
        );
      }
      // The client has tried for minutes. At the next try the server tells whether the slots are still there.
    }
    if (this.#released === undefined) this.#renewLater();
  }
}
