import type { Duration } from "@ostinato/core";

export interface SlotOptions {
  /** How many slots of each limit. 1 by default. */
  readonly slots?: number;
  /** How long to wait for slots. Without a limit by default; 0 does not wait. */
  readonly timeout?: Duration;
  /** Whether a name without a limit is an error. It limits nothing by default. */
  readonly strict?: boolean;
}

export interface ConcurrencySlotOptions extends SlotOptions {
  /**
   * How long the slots stay taken when this process dies: from 60 s to one day, 5 minutes by default. A process that lives renews them.
   */
  readonly lease?: Duration;
}

/** Slots of concurrency limits, held until they are released. */
export interface ConcurrencySlots extends AsyncDisposable {
  /** The limits, by the names that have one. */
  readonly limits: readonly { readonly name: string; readonly limit: number }[];
  /** Aborted when the slots are lost because they could not be renewed in time. */
  readonly signal: AbortSignal;
  /** Gives the slots back. Once is enough. */
  release(): Promise<void>;
}
