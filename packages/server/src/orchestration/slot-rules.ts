import { addSeconds, formatTimestamp, holdsSlot, openStateTypes, stateNames } from "@ostinato/core";
import type { FlowRunEffect, FlowRunFacts, FlowRunSubject } from "./flow-run-rules.ts";
import { abort, accept, anyOrNone, anyType, type Decision, type Follower, type Rule } from "./rule.ts";
import type { DeploymentSlots } from "./slots.ts";
import { type Proposal, withDetails } from "./state.ts";

type SlotRule<Need extends keyof FlowRunFacts> = Rule<FlowRunSubject, FlowRunFacts, FlowRunEffect, Need>;

/** When a run whose deployment has no free slot asks again, if nobody wakes it sooner. */
const slotWaitSeconds = 30;

const limitReached = "Deployment concurrency limit reached.";

/** A worker takes the slot before it prepares anything for the run. */
export const secureSlot: SlotRule<"slots" | "client"> = {
  name: "secure-slot",
  from: anyOrNone.filter((type) => !holdsSlot(type)),
  to: ["PENDING"],
  when: ({ run }) => run.deployment_id !== null && (run.deployment === null || run.deployment.limitId !== null),
  needs: ["slots", "client"],
  decide({ run, initial, proposed, now, newId }, { slots, client }) {
    if (client.takesSlots) return accept;
    if (run.deployment === null) return abort("Deployment not found.");
    if (slots === null) return accept;
    if (slots.maxSlots === 0) {
      return abort("The deployment concurrency limit is 0. The flow will deadlock if submitted again.");
    }
    if (slots.held === null && slots.free <= 0) {
      const state =
        slots.strategy === "CANCEL_NEW" ? cancelled(limitReached) : awaitingSlot(addSeconds(now, slotWaitSeconds));
      return { kind: "reject", reason: limitReached, state };
    }
    // A run that has got its slot does not wait until it would have asked for it again.
    const due = initial?.name === stateNames.awaitingConcurrencySlot ? { scheduled_time: formatTimestamp(now) } : {};
    const leaseId = slots.held ?? newId(now);
    return held(withDetails(proposed, due), slots, { leaseId, seconds: slots.graceSeconds });
  },
};

/**
 * The slot of a run may have been given to another one while it was prepared. From here on its client keeps it, or it is held for as
 * long as the run works: then the run's own signs of life say when that ends.
 */
export const keepSlotAtStart: SlotRule<"slots" | "client"> = {
  name: "keep-slot-at-start",
  from: ["PENDING"],
  to: ["RUNNING", "CANCELLING"],
  when: ({ run, initial }) => run.deployment !== null && leaseOf(initial) !== null,
  needs: ["slots", "client"],
  decide({ proposed, now, newId }, { slots, client }) {
    const starts = proposed.type === "RUNNING";
    if (slots === null || (client.renewsLeases && !starts)) return accept;
    if (slots.held === null && slots.free <= 0) {
      const isChecked = starts && (client.renewsLeases || proposed.details.heartbeat_seconds !== undefined);
      return isChecked ? slotLost : accept;
    }
    const seconds = client.renewsLeases ? slots.graceSeconds : null;
    return held(proposed, slots, { leaseId: slots.held ?? newId(now), seconds });
  },
};

const slotLost = {
  kind: "reject",
  reason: "Deployment concurrency limit reached after lease expiry.",
  state: cancelled("Deployment concurrency slot lost during provisioning - no slots available to continue execution"),
} as const;

/** Runs that nobody takes would gather as late, where the deployment wants no more of them. */
export const cancelInsteadOfLate: SlotRule<"slots"> = {
  name: "cancel-instead-of-late",
  from: ["SCHEDULED"],
  to: ["SCHEDULED"],
  when: ({ run, proposed }) => proposed.name === stateNames.late && (run.deployment?.limitId ?? null) !== null,
  needs: ["slots"],
  decide(_transition, { slots }) {
    if (slots === null || slots.strategy !== "CANCEL_NEW" || slots.free > 0) return accept;
    return {
      kind: "reject",
      reason: "Deployment concurrency limit is full and uses the CANCEL_NEW strategy.",
      state: cancelled(limitReached),
    };
  },
};

/** A run that waits for the next attempt in its process keeps its slot. */
export const releaseSlot: Follower<FlowRunSubject, FlowRunFacts, FlowRunEffect> = {
  name: "release-slot",
  from: openStateTypes,
  to: anyType.filter((type) => !holdsSlot(type)),
  when: ({ initial, written, status }) =>
    leaseOf(initial) !== null && !(status === "REJECT" && written.name === stateNames.awaitingRetry),
  follow({ initial }) {
    const leaseId = leaseOf(initial);
    return leaseId === null ? {} : { effects: [{ kind: "release-slot", leaseId }] };
  },
};

/**
 * A process that is lost or cancelled gives nothing back itself, or not soon. One that completes or fails its run has given back its slots
 * before: these frequent transitions need no look.
 */
export const releaseAllSlots: Follower<FlowRunSubject, FlowRunFacts, FlowRunEffect> = {
  name: "release-all-slots",
  from: anyType,
  to: ["CRASHED", "CANCELLED"],
  follow: () => ({ effects: [{ kind: "release-all-slots" }] }),
};

function leaseOf(state: Proposal | null): string | null {
  return state?.details.deployment_concurrency_lease_id ?? null;
}

interface Holding {
  readonly leaseId: string;
  readonly seconds: number | null;
}

function held(
  proposed: Proposal,
  { limitId }: DeploymentSlots,
  { leaseId, seconds }: Holding,
): Decision<FlowRunSubject, FlowRunEffect> {
  return {
    ...accept,
    proposed: withDetails(proposed, { deployment_concurrency_lease_id: leaseId }),
    after: () => ({ effects: [{ kind: "hold-slot", limitId, leaseId, seconds }] }),
  };
}

function awaitingSlot(at: Parameters<typeof formatTimestamp>[0]): Proposal {
  return {
    type: "SCHEDULED",
    name: stateNames.awaitingConcurrencySlot,
    message: null,
    data: null,
    details: { scheduled_time: formatTimestamp(at) },
  };
}

function cancelled(message: string): Proposal {
  return { type: "CANCELLED", name: stateNames.cancelled, message, data: null, details: {} };
}
