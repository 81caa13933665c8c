import { stateNames } from "@ostinato/core";
import type { StateCreate } from "@ostinato/protocol";
import { Cancelled, Crashed, FlowFailed, FlowTimeout, rootCause, Suspended } from "../errors.ts";
import { failureDetails } from "../failures/failure-details.ts";
import { failureMessage } from "../failures/failure-text.ts";
import type { RunFuture } from "../run/future.ts";
import { stateMessage } from "../run/state-message.ts";
import { redact, redactInside } from "../secrets/redaction.ts";
import { type FinalState, isDeclared, isFinalState } from "../states.ts";

/** How an attempt of a flow ended, before the server's decision. */
export type Outcome =
  | { readonly type: "COMPLETED"; readonly name: string; readonly message: string | undefined; readonly value: unknown }
  | { readonly type: "FAILED" | "CANCELLED" | "CRASHED"; readonly name: string; readonly error: Error };

/** The outcome of a function that threw. `own` is true where the run itself was interrupted with this error. */
export function outcomeOfError(error: Error, own: boolean): Outcome {
  if (own && error instanceof Cancelled) return { type: "CANCELLED", name: stateNames.cancelled, error };
  // A subflow whose caller is suspended loses its process.
  if (own && (error instanceof Crashed || error instanceof Suspended))
    return { type: "CRASHED", name: stateNames.crashed, error };
  return { type: "FAILED", name: error instanceof FlowTimeout ? stateNames.timedOut : stateNames.failed, error };
}

/**
 * The outcome of a function that returned: the end that it declared, the combination of the states that it returned, or completed with its
 * value, unless a failure was not awaited.
 */
export function outcomeOfValue(returned: unknown, unobserved: readonly RunFuture<unknown>[]): Outcome {
  if (isDeclared(returned)) return declaredOutcome(returned);
  if (isFinalState(returned)) return outcomeOfStates([returned], returned);
  if (Array.isArray(returned) && returned.length > 0 && returned.every(isFinalState)) {
    return outcomeOfStates(returned, returned);
  }
  if (unobserved.length > 0) return { type: "FAILED", name: stateNames.failed, error: unobservedError(unobserved) };
  return { type: "COMPLETED", name: stateNames.completed, message: undefined, value: returned };
}

function declaredOutcome({ type, name, message, value }: Parameters<typeof isDeclared>[0] & DeclaredParts): Outcome {
  switch (type) {
    case "COMPLETED":
      return { type, name: name ?? stateNames.completed, message, value };
    case "FAILED":
      return { type, name: name ?? stateNames.failed, error: new FlowFailed(message) };
    case "CANCELLED":
      return { type, name: name ?? stateNames.cancelled, error: new Cancelled(message) };
    default:
      throw new Error(`a flow cannot end as ${type satisfies never}`);
  }
}

interface DeclaredParts {
  readonly type: "COMPLETED" | "FAILED" | "CANCELLED";
  readonly name: string | undefined;
  readonly message: string | undefined;
  readonly value: unknown;
}

function outcomeOfStates(states: readonly FinalState<unknown>[], value: unknown): Outcome {
  const bad = states.filter((state) => state.type !== "COMPLETED");
  const [first] = bad;
  if (first === undefined) {
    const single = states.length === 1 && states[0]?.type === "COMPLETED" ? states[0].value : value;
    return { type: "COMPLETED", name: stateNames.completed, message: undefined, value: single };
  }
  const error = new FlowFailed(
    `${bad.length} of ${states.length} runs did not complete: ${failureMessage(first.error)}`,
    {
      cause: first.error,
    },
  );
  return { type: "FAILED", name: stateNames.failed, error };
}

function unobservedError(failures: readonly RunFuture<unknown>[]): FlowFailed {
  // Prefer the failure of a run that started over runs that did not start because of it.
  const first = failures.find(({ state }) => state.name !== stateNames.notReady) ?? failures[0];
  const final = first?.final;
  const cause = final !== undefined && final.type !== "COMPLETED" ? final.error : undefined;
  const others = failures.length > 1 ? ` (and ${failures.length - 1} more)` : "";
  return new FlowFailed(`"${first?.name}" failed and nobody awaited it: ${failureMessage(cause)}${others}`, { cause });
}

/** The state to propose to the server for the outcome. */
export function stateOf(outcome: Outcome): StateCreate {
  if (outcome.type === "COMPLETED") {
    const { type, name, message } = outcome;
    return { type, name: redact(name), message: message === undefined ? null : stateMessage(message) };
  }
  const { type, name, error } = outcome;
  // A wrapping error of Ostinato has no useful location: use that of its cause.
  const details = type === "CANCELLED" ? {} : redactInside(failureDetails(rootCause(error)));
  return { type, name: redact(name), message: stateMessage(failureMessage(error)), state_details: details };
}
