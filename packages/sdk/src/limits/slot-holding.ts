import { durationSeconds } from "@ostinato/core";
import type { giveSlotsBack, SlotLease } from "@ostinato/protocol";
import { ConcurrencyUnavailable, UsageError } from "../errors.ts";
import type { Session } from "../session/session.ts";
import { Lease } from "./lease.ts";
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
  readonly signal: AbortSignal;
  readonly #session: Session;
  /** Undefined where none of the names has a limit. */
  readonly #lease: Lease | undefined;
  #released: Promise<void> | undefined;

  constructor(session: Session, { lease_id: leaseId, limits }: SlotLease, seconds: number) {
    this.#session = session;
    this.limits = limits;
    this.#lease =
      limits.length === 0 ? undefined : new Lease(session, { leaseId, seconds, lost: () => lostSlots(limits) });
    this.signal = this.#lease?.signal ?? new AbortController().signal;
  }

  release(): Promise<void> {
    this.#released ??= this.#release();
    return this.#released;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.release();
  }

  async #release(): Promise<void> {
    if (this.#lease === undefined) return;
    this.#lease.stop();
    await this.#session.client.call<typeof giveSlotsBack>("POST /v2/concurrency_limits/decrement-with-lease", {
      body: { lease_id: this.#lease.id },
    });
    wakingOf(this.#session).freed();
  }
}

function lostSlots(limits: SlotLease["limits"]): ConcurrencyUnavailable {
  const names = limits.map(({ name }) => `"${name}"`).join(", ");
  return new ConcurrencyUnavailable(`The slots of ${names} were lost: they were not renewed in time.`);
}
