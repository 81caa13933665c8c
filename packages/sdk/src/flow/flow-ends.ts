import type { Decision } from "@ostinato/client/flow-run-states";
import { stateNames } from "@ostinato/core";
import { Cancelled, RunAborted, type Suspended } from "../errors.ts";
import { failureMessage } from "../failures/failure-text.ts";
import { type FinalState, finalState, type RunState, unsuccessfulState } from "../states.ts";
import type { Outcome } from "./flow-outcome.ts";

/** The end that the run reached by itself and that the server accepted. */
export function acceptedEnd(outcome: Outcome, state: RunState): FinalState<unknown> {
  if (outcome.type === "COMPLETED") return finalState({ ...state, type: "COMPLETED" }, outcome.value);
  return unsuccessfulState({ ...state, type: outcome.type }, outcome.error);
}

/** The end that a user or the server's refusal gave the run; undefined while the run may propose again. */
export function endOf(decision: Decision): FinalState<unknown> | undefined {
  const { state, status, reason } = decision;
  switch (state.type) {
    case "CANCELLED":
      return unsuccessfulState({ ...state, type: state.type }, new Cancelled(state.message || undefined));
    case "FAILED":
    case "CRASHED":
      return unsuccessfulState({ ...state, type: state.type }, new RunAborted(state.message || (reason ?? "")));
    case "SCHEDULED":
    case "PENDING":
      return status === "REJECT" ? undefined : abortedEnd(decision);
    default:
      return abortedEnd(decision);
  }
}

/** The end of the run in this process: it goes on in another one. */
export function suspendedEnd(state: RunState, reason: Suspended): FinalState<unknown> {
  return unsuccessfulState({ ...state, type: "CRASHED", name: stateNames.suspended }, reason);
}

/** A run that was deleted while it worked ends as if cancelled; its end is recorded nowhere. */
export function endByDeletion(runName: string): Cancelled {
  return new Cancelled(`Flow run "${runName}" was deleted on the server while it worked.`);
}

export function abortedEnd({ state, reason }: Decision): FinalState<unknown> {
  const error = new RunAborted(`The server did not let the run go on: ${reason ?? `it is ${state.name}`}`);
  return unsuccessfulState({ ...state, type: "CRASHED" }, error);
}

/** The log message for the end of a run. */
export function sentence(final: FinalState<unknown>): string {
  if (final.type === "COMPLETED")
    return final.name === stateNames.completed ? "completed" : `completed as ${final.name}`;
  return `${final.name.toLowerCase()}: ${failureMessage(final.error)}`;
}
