import type { Timestamp } from "@ostinato/core";
import type { Event, LiveNoun, LiveRow } from "@ostinato/protocol";

/** Something that became durable. Published after the commit, never before. */
export type Change = Changed | Deleted | Recorded | Hint;

/** Rows of a noun that are new or changed. */
export type Changed<N extends LiveNoun = LiveNoun> = {
  readonly [K in N]: {
    readonly kind: "changed";
    readonly noun: K;
    readonly ids: readonly string[];
    /** The rows as pages get them, made when first asked for. Undefined where they have to be read by their ids. */
    readonly rows: readonly LiveRow<K>[] | undefined;
  };
}[N];

export interface Deleted {
  readonly kind: "deleted";
  readonly noun: LiveNoun;
  readonly ids: readonly string[];
}

export interface Recorded {
  readonly kind: "event";
  readonly event: Event;
}

/** Runs wait to be started by whoever serves their deployment or their task, and by the workers of their work queue. */
export type Waiting = "deployment" | "work-queue" | "task";

/** A run of the deployment, of the work queue, or of the task with this key, waits to be started at this time. */
export interface Due {
  readonly kind: "due";
  readonly of: Waiting;
  readonly id: string;
  readonly at: Timestamp;
}

/** A run of the deployment, or of the work queue, has become CANCELLING or CANCELLED. */
export interface Stopping {
  readonly kind: "stopping";
  readonly of: Waiting;
  readonly id: string;
  readonly flowRunId: string;
}

/** A run has given back its slot of the pool. */
export interface Freed {
  readonly kind: "freed";
  readonly poolId: string;
}

/** Workers of the pool have something to clean up. */
export interface CleanUpWaits {
  readonly kind: "clean-up";
  readonly poolId: string;
}

/** Slots of these limits have become free. */
export interface SlotsFreed {
  readonly kind: "slots-freed";
  readonly limitIds: readonly string[];
}

/** What somebody is woken by. It says everything itself, where other changes name rows. */
export type Hint = Due | Stopping | Freed | CleanUpWaits | SlotsFreed;

type Listener = (change: Change) => void;

/** Delivers changes to the subscribers in this process, such as pages. Its deliveries are lost with the process. */
export interface Bus {
  publish(changes: readonly Change[]): void;
  /** Returns the function that ends the subscription. A listener that throws is reported, and harms no other. */
  subscribe(listener: Listener): () => void;
  /** Whether this process has a subscriber. */
  readonly watched: boolean;
}

export function createBus(report: (error: unknown) => void): Bus {
  const listeners = new Set<Listener>();

  function deliver(listener: Listener, change: Change): void {
    try {
      listener(change);
    } catch (error) {
      report(error);
    }
  }

  return {
    get watched() {
      return listeners.size > 0;
    },
    publish(changes) {
      if (listeners.size === 0) return;
      for (const change of changes) for (const listener of listeners) deliver(listener, change);
    },
    subscribe(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
}
