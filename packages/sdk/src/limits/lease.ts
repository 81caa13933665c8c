import { ApiError } from "@ostinato/client";
import type { renewLease } from "@ostinato/protocol";
import type { Session } from "../session/session.ts";

/** A lease is renewed after this part of it. */
const renewedAfter = 0.6;

interface LeaseOptions {
  readonly leaseId: string;
  readonly seconds: number;
  /** Makes the reason of the signal when the lease has ended, because it was not renewed in time. */
  readonly lost: () => Error;
}

/** A right on the server that this process renews while it lives, until it is told to stop. */
export class Lease {
  readonly id: string;
  readonly #session: Session;
  readonly #options: LeaseOptions;
  readonly #lost = new AbortController();
  #isStopped = false;
  #cancelTimer = () => {};

  constructor(session: Session, options: LeaseOptions) {
    this.id = options.leaseId;
    this.#session = session;
    this.#options = options;
    this.#renewLater();
  }

  /** Aborted when the lease is lost. */
  get signal(): AbortSignal {
    return this.#lost.signal;
  }

  /** Renews it no more: it was given back, or is about to be. */
  stop(): void {
    this.#isStopped = true;
    this.#cancelTimer();
  }

  #renewLater(): void {
    this.#cancelTimer = this.#session.clock.after(this.#options.seconds * renewedAfter, () => void this.#renew());
  }

  async #renew(): Promise<void> {
    try {
      await this.#session.client.call<typeof renewLease>("POST /v2/concurrency_limits/leases/{id}/renew", {
        params: { id: this.id },
        body: { lease_duration: this.#options.seconds },
      });
    } catch (error) {
      if (this.#isStopped) return;
      if (error instanceof ApiError && error.status === 410) return this.#lost.abort(this.#options.lost());
      // The client has tried for minutes. At the next try the server tells whether the lease is still in force.
    }
    if (!this.#isStopped) this.#renewLater();
  }
}
