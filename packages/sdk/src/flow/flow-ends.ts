import { stateNames } from "@ostinato/core";
import { Cancelled, RunAborted } from "../errors.ts";
import { failureMessage } from "../failures/failure-text.ts";
import { type FinalState, finalState, type RunState, unsuccessfulState } from "../states.ts";
import type { Outcome } from "./flow-outcome.ts";
import type { Decision } from "./flow-states.ts";

/** The end that the run came to by itself and that the server accepted. */
export function acceptedEnd(outcome: Outcome, state: RunState): FinalState<unknown> {
  if (outcome.type === "COMPLETED") return finalState({ ...state, type: "COMPLETED" }, outcome.value);
  return unsuccessfulState({ ...state, type: outcome.type }, outcome.error);
}

/** The end that somebody else gave the run, or that comes of the server's refusal; undefined while the run may ask again. */
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

/** Somebody has deleted the run while it worked: it ends as by a cancel, and nobody keeps how. */
export function endByDeletion(runName: string): Cancelled {
  return new Cancelled(`Flow run "${runName}" was deleted on the server while it worked.`);
}

export function abortedEnd({ state, reason }: Decision): FinalState<unknown> {
  const error = new RunAborted(`The server did not let the run go on: ${reason ?? `it is ${state.name}`}`);
  return unsuccessfulState({ ...state, type: "CRASHED" }, error);
}

/** How the run ended, for its log. */
export function sentence(final: FinalState<unknown>): string {
  if (final.type === "COMPLETED")
    return final.name === stateNames.completed ? "completed" : `completed as ${final.name}`;
  return `${final.name.toLowerCase()}: ${failureMessage(final.error)}`;
}
