import { isTerminal, terminalStateTypes } from "@ostinato/core";
import type { FlowRunRule } from "./flow-run-rules.ts";
import { abort, accept, anyType, type Transition } from "./rule.ts";
import { type RunState, withDetails } from "./state.ts";

/**
 * The claim on a run is the id of the PENDING state by which somebody has taken it. It is that of the run until the run is scheduled
 * again, whatever state it goes into.
 */
function claimOf(state: RunState | null): string | undefined {
  return state?.details.claim ?? (state?.type === "PENDING" ? state.id : undefined);
}

/**
 * Clients that show a claim act only while it is the run's, and don't go on with a run that has ended, whose slots are others' by then.
 * Prefect's show none.
 */
export const actUnderClaim: FlowRunRule = {
  name: "act-under-claim",
  from: anyType,
  to: anyType,
  when: ({ proposed }) => proposed.details.claim !== undefined,
  decide({ initial, proposed }) {
    if (claimOf(initial) !== proposed.details.claim) {
      return abort(
        "This process has lost its claim on the run: the run was taken back or given to another process. It must stop working on it.",
      );
    }
    if (initial === null || !isTerminal(initial.type) || isTerminal(proposed.type)) return accept;
    return abort("The run has ended. This process must stop working on it; schedule the run to have it go on.");
  },
};

/**
 * A list of due runs may be old by the time at which a process claims one of them: the run may have been executed to its end since. Processes of
 * ours promise signs of life with their claim. Prefect's do not, and may start an ended run again, as with its server.
 */
export const claimBeforeEnd: FlowRunRule = {
  name: "claim-before-end",
  from: terminalStateTypes,
  to: ["PENDING"],
  when: ({ proposed }) => proposed.details.heartbeat_seconds !== undefined,
  decide: ({ initial }) => abort(`The run has ended: it is ${initial?.type}. Schedule it again to have it claimed.`),
};

/** States that others propose, such as a cancellation, leave the claim with the process. */
export const keepClaim: FlowRunRule = {
  name: "keep-claim",
  from: anyType.filter((type) => type !== "SCHEDULED"),
  to: anyType.filter((type) => type !== "SCHEDULED"),
  when: ({ proposed }) => proposed.details.claim === undefined,
  decide(transition) {
    const claim = keptClaim(transition);
    return claim === undefined ? accept : { ...accept, proposed: withDetails(transition.proposed, { claim }) };
  },
};

function keptClaim({
  run,
  initial,
  proposed,
}: Transition<{ readonly deployment_id: string | null }>): string | undefined {
  if (proposed.type === "PENDING" && initial?.type !== "PENDING") return undefined;
  const stopsBeforeStart = proposed.type === "CANCELLING" && run.deployment_id !== null;
  return stopsBeforeStart ? claimOf(initial) : initial?.details.claim;
}
