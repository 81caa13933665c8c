import type { Artifact, Event, Flow, FlowRun, Log, TaskRun } from "@ostinato/protocol";

/** Something that became durable. Published after the commit, never before. */
export type Change =
  | { readonly kind: "event"; readonly event: Event }
  | { readonly kind: "flow"; readonly row: Flow }
  | { readonly kind: "flow-run"; readonly row: FlowRun }
  | { readonly kind: "task-runs"; readonly rows: readonly TaskRun[] }
  | { readonly kind: "logs"; readonly rows: readonly Log[] }
  | { readonly kind: "artifact"; readonly row: Artifact }
  | { readonly kind: "deleted"; readonly of: "flow" | "flow-run" | "task-run" | "artifact"; readonly id: string };

type Listener = (change: Change) => void;

/** Tells everybody in this process what has changed: pages, subscribers, automations. */
export interface Bus {
  publish(change: Change): void;
  /** Returns the function that ends the subscription. A listener that throws is reported, and harms no other. */
  subscribe(listener: Listener): () => void;
  /** Whether anybody listens: what costs to prepare is prepared only then. */
  readonly watched: boolean;
}

export function createBus(report: (error: unknown) => void): Bus {
  const listeners = new Set<Listener>();
  return {
    get watched() {
      return listeners.size > 0;
    },
    publish(change) {
      for (const listener of listeners) {
        try {
          listener(change);
        } catch (error) {
          report(error);
        }
      }
    },
    subscribe(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
}
