import { AsyncLocalStorage } from "node:async_hooks";

/** A report to an observer about this program's runs. */
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
  /** A message that would otherwise be printed, such as the loss of the server. */
  | { readonly kind: "notice"; readonly message: string };

export interface ObservedState {
  readonly type: string;
  readonly name: string;
  readonly message: string;
}

export type Observer = (observation: Observation) => void;

/** Kept under a global symbol, so that two copies of this package in one program share observers. */
const key = Symbol.for("ostinato.observers");
const holder = globalThis as { [key]?: Set<Observer> };
holder[key] ??= new Set();
const observers = holder[key];

/** Calls `observer` for every state of every run of this program, until the returned function is called. */
export function observeRuns(observer: Observer): () => void {
  // Output of the observer must not become output of the observed run.
  const outside = AsyncLocalStorage.bind(observer);
  observers.add(outside);
  return () => observers.delete(outside);
}

export function isObserved(): boolean {
  return observers.size > 0;
}

/** An observer that throws does not disturb the run. */
export function observe(observation: Observation): void {
  for (const observer of observers) {
    try {
      observer(observation);
    } catch {}
  }
}
