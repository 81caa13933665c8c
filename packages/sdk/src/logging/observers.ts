import { AsyncLocalStorage } from "node:async_hooks";

/** What somebody who watches this program's runs is told, as it happens. */
export type Observation =
  | {
      readonly kind: "flow-run";
      readonly id: string;
      readonly name: string;
      readonly flowName: string;
      readonly parentId: string | null;
      readonly url: string | null;
      readonly state: ObservedState;
    }
  | {
      readonly kind: "task-run";
      readonly id: string;
      readonly name: string;
      readonly flowRunId: string | null;
      readonly state: ObservedState;
    }
  /** What would be printed otherwise: that the server was lost, and the like. */
  | { readonly kind: "notice"; readonly message: string };

export interface ObservedState {
  readonly type: string;
  readonly name: string;
  readonly message: string;
}

export type Observer = (observation: Observation) => void;

/** Kept under a global symbol, so that two copies of this package in one program have the same observers. */
const key = Symbol.for("ostinato.observers");
const holder = globalThis as { [key]?: Set<Observer> };
holder[key] ??= new Set();
const observers = holder[key];

/** Tells `observer` of every state of every run of this program, until the returned function is called. */
export function observeRuns(observer: Observer): () => void {
  // What it prints is not the run's of which it is told.
  const outside = AsyncLocalStorage.bind(observer);
  observers.add(outside);
  return () => observers.delete(outside);
}

export function isObserved(): boolean {
  return observers.size > 0;
}

/** What an observer throws is its own affair. */
export function observe(observation: Observation): void {
  for (const observer of observers) {
    try {
      observer(observation);
    } catch {}
  }
}
