import type { Session } from "../session/session.ts";

interface Waiter {
  readonly wake: () => void;
  /** It was woken before it began to wait. */
  isFree: boolean;
}

const wakings = new WeakMap<Session, SlotWaking>();

/** What wakes those who wait for slots in this program. */
export function wakingOf(session: Session): SlotWaking {
  let waking = wakings.get(session);
  if (waking === undefined) {
    waking = new SlotWaking(session);
    wakings.set(session, waking);
  }
  return waking;
}

/**
 * Lets those who wait for slots sleep until the server says that slots are free. The websocket is there while somebody waits. A program
 * whose server runs inside it has none: it is told of the slots that it gives back itself.
 */
export class SlotWaking {
  readonly #session: Session;
  readonly #waiters = new Map<string, { wake: () => void; isFree: boolean }>();
  #subscription: { renew(): void; close(): void } | undefined;
  #opening: Promise<void> | undefined;

  constructor(session: Session) {
    this.#session = session;
  }

  /** Called before a waiter first asks: slots that this program gives back before the answer is there are not missed. */
  enter(waiterId: string): void {
    if (this.#session.connection.inProcess === true) this.#waiters.set(waiterId, { wake: () => {}, isFree: false });
  }

  /** Resolves when slots may be free, at the latest after so many seconds. Rejects with the reason of the signal. */
  wait(waiterId: string, seconds: number, signal: AbortSignal | undefined): Promise<void> {
    const known = this.#waiters.get(waiterId);
    if (known?.isFree) {
      known.isFree = false;
      return Promise.resolve();
    }
    return new Promise((resolve, reject) => {
      const end = () => {
        stop();
        signal?.removeEventListener("abort", abort);
        this.#waiters.set(waiterId, { wake: () => {}, isFree: false });
      };
      const wake = () => {
        end();
        resolve();
      };
      const abort = () => {
        end();
        reject(signal?.reason);
      };
      const stop = this.#session.clock.after(seconds, wake);
      signal?.addEventListener("abort", abort);
      this.#waiters.set(waiterId, { wake, isFree: false } satisfies Waiter);
      if (known === undefined) this.#tell();
    });
  }

  leave(waiterId: string): void {
    if (!this.#waiters.delete(waiterId)) return;
    if (this.#waiters.size > 0) this.#subscription?.renew();
    else {
      this.#subscription?.close();
      this.#subscription = undefined;
    }
  }

  /** Slots that this program held have become free: somebody here may have waited for them. */
  freed(): void {
    if (this.#session.connection.inProcess !== true) return;
    for (const id of [...this.#waiters.keys()]) this.#wake(id);
  }

  #wake(waiterId: string): void {
    const waiter = this.#waiters.get(waiterId);
    if (waiter === undefined) return;
    waiter.isFree = true;
    waiter.wake();
  }

  #tell(): void {
    if (this.#session.connection.inProcess === true) return;
    this.#subscription?.renew();
    if (this.#subscription !== undefined) return;
    this.#opening ??= this.#open().finally(() => {
      this.#opening = undefined;
    });
  }

  async #open(): Promise<void> {
    // Loaded with its websocket library only here: a program that waits for no slots does not need it.
    const { subscribeToSlots } = await import("@ostinato/client/node");
    if (this.#waiters.size === 0) return;
    const { connection, clock } = this.#session;
    const { baseUrl, auth } = connection;
    this.#subscription = subscribeToSlots({
      baseUrl,
      auth,
      clock,
      waiterIds: () => [...this.#waiters.keys()],
      onFree: (id) => this.#wake(id),
    });
  }
}
