import type { RunState } from "@ostinato/client/flow-run-states";
import { UsageError } from "./errors.ts";
import { aName, aString, checkOptions, shown } from "./run/option-checks.ts";

export type { RunState };

export interface CompletedState<T> extends RunState {
  readonly type: "COMPLETED";
  readonly value: T;
}

export interface UnsuccessfulState extends RunState {
  readonly type: "FAILED" | "CRASHED" | "CANCELLED";
  readonly error: Error;
}

/** The end of a run: a value, or the error that `await` would throw. */
export type FinalState<T> = CompletedState<T> | UnsuccessfulState;

const declared: unique symbol = Symbol.for("ostinato.declared-state") as never;

/** An end that a flow or task declares by returning it. */
export interface DeclaredState<T> {
  readonly [declared]: true;
  readonly type: "COMPLETED" | "FAILED" | "CANCELLED";
  readonly name: string | undefined;
  readonly message: string | undefined;
  readonly value: T;
}

export interface StateOptions {
  /** A name of your own, under which the run is shown. */
  readonly name?: string;
  readonly message?: string;
}

/**
 * Returned from a flow or a task, ends it as completed with a name or message of its own.
 *
 * ```ts
 * import { completed, task } from "ostinato";
 *
 * export const load = task(async function load(day: string) {
 *   if (day === "sunday") return completed([], { name: "Skipped", message: "nothing is published on sundays" });
 *   return ["a", "b"];
 * });
 * ```
 */
export function completed(): DeclaredState<undefined>;
export function completed<T>(value: T, options?: StateOptions): DeclaredState<T>;
export function completed(value?: unknown, options: StateOptions = {}): DeclaredState<unknown> {
  checkOptions("completed()", options, { name: aName, message: aString });
  return declare("COMPLETED", value, options);
}

/** Returned from a flow or a task, ends it as failed without a thrown error. */
export function failed(message: string, options: Omit<StateOptions, "message"> = {}): DeclaredState<never> {
  checkMessage("failed()", message);
  checkOptions("failed()", options, { name: aName });
  return declare("FAILED", undefined as never, { ...options, message });
}

/** Returned from a flow or a task, ends it as cancelled. */
export function cancelled(message?: string): DeclaredState<never> {
  if (message !== undefined) checkMessage("cancelled()", message);
  return declare("CANCELLED", undefined as never, message === undefined ? {} : { message });
}

export function isDeclared(value: unknown): value is DeclaredState<unknown> {
  return typeof value === "object" && value !== null && declared in value;
}

/** Whether a returned value is a final state that `state()` gave. */
export function isFinalState(value: unknown): value is FinalState<unknown> {
  return typeof value === "object" && value !== null && finalStates.has(value);
}

export function finalState<T>(state: RunState & { readonly type: "COMPLETED" }, value: T): CompletedState<T> {
  const final = { ...state, value };
  finalStates.add(final);
  return final;
}

export function unsuccessfulState(
  state: RunState & { readonly type: UnsuccessfulState["type"] },
  error: Error,
): UnsuccessfulState {
  const final = { ...state, error };
  finalStates.add(final);
  return final;
}

function checkMessage(what: string, message: unknown): void {
  if (typeof message !== "string")
    throw new UsageError(`${what} takes a string that says why, and was given ${shown(message)}`);
}

const finalStates = new WeakSet<object>();

function declare<T>(type: DeclaredState<T>["type"], value: T, { name, message }: StateOptions): DeclaredState<T> {
  return { [declared]: true, type, name, message, value };
}
