import type { Timestamp } from "@ostinato/core";
import type { Event, LiveNoun, LiveRow } from "@ostinato/protocol";

/** Something that became durable. Published after the commit, never before. */
export type Change = Changed | Deleted | Recorded | Due | Stopping;

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

/** A run of the deployment waits to be started at this time. */
export interface Due {
  readonly kind: "due";
  readonly deploymentId: string;
  readonly at: Timestamp;
}

/** A run of the deployment has become CANCELLING or CANCELLED. */
export interface Stopping {
  readonly kind: "stopping";
  readonly deploymentId: string;
  readonly flowRunId: string;
}

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
