import {
  addSeconds,
  type RunTimes,
  type StateType,
  stateNames,
  type Timestamp,
  terminalStateTypes,
} from "@ostinato/core";
import type { FlowRunPolicy } from "@ostinato/protocol";
import { abort, accept, anyOrNone, anyType, type Decision, type EffectOf, type Rule, refuse } from "./rule.ts";
import type { DeploymentSlots, PlaceSlots, ProposingClient } from "./slots.ts";
import { awaitingRetry } from "./start-rules.ts";
import { detailTime, isFinal, keepsResult, neverAfterEnd, type Proposal, type RunState, withDetails } from "./state.ts";

/** The fields of a flow run that rules read and may change. */
export interface FlowRunSubject extends RunTimes {
  readonly id: string;
  readonly policy: FlowRunPolicy;
  readonly deployment_id: string | null;
  /** Null for a run without a deployment, and where that is gone. */
  readonly deployment: { readonly limitId: string | null } | null;
  readonly parent_task_run_id: string | null;
  readonly infrastructure_pid: string | null;
  /** Whether its work queue, or the pool of the queue, lets only so many runs start. */
  readonly isPlaceLimited: boolean;
}

/** Facts beyond the run itself, which some rules and followers need. */
export interface FlowRunFacts {
  /** The last sign of life of the run's process; null if it never gave one. */
  readonly lastSign: Timestamp | null;
  /** The slots of its deployment's limit; null where it has no limit. */
  readonly slots: DeploymentSlots | null;
  /** The limits of its work queue and of the pool of the queue, and the slots of them that other runs hold. */
  readonly room: readonly PlaceSlots[];
  readonly client: ProposingClient;
  /** How often the run may still be started again after a crash. */
  readonly restartsLeft: number;
}

export interface FlowRunEffects {
  /** Records the event of the state. */
  readonly "record-event": object;
  /** The task run that stands for this run in its parent takes the same state. */
  readonly mirror: { readonly taskRunId: string };
  /** Keeps the result in the state as an artifact. */
  readonly "keep-result": object;
  /** Counts a proposal of a process that declares its interval as a sign of life. */
  readonly "note-heartbeat": { readonly intervalSeconds: number; readonly process: string | undefined };
  /** Ends task runs that nobody works on any more; `until` is the time until which they were worked on. */
  readonly "end-open-task-runs": { readonly why: "cancelled" | "died"; readonly until: Timestamp };
  /** Subflows that are open are cancelled too: their process may be gone, and would never end them. */
  readonly "cancel-subflows": object;
  /** The inputs that the run keeps under these keys go: they answer a pause of an attempt before. */
  readonly "forget-inputs": { readonly keys: readonly string[] };
  /** The run holds a slot by this lease: for so long, or with null until it leaves its state. */
  readonly "hold-slot": { readonly limitId: string; readonly leaseId: string; readonly seconds: number | null };
  readonly "release-slot": { readonly leaseId: string };
  /** The run and its task runs hold no slots any more, and wait for none. */
  readonly "release-all-slots": object;
  /** The signs of life of the process that had the run do not count for the next one. */
  readonly "forget-signs": object;
  /** The run is to be started again in another process. */
  readonly restart: object;
}

export type FlowRunEffect = EffectOf<FlowRunEffects>;

export type FlowRunRule = Rule<FlowRunSubject, FlowRunFacts, FlowRunEffect>;
type FlowRunDecision = Decision<FlowRunSubject, FlowRunEffect>;

/** Clients send an explicit null for the lease of the deployment's slot that the run holds. */
export const keepConcurrencyLease: FlowRunRule = {
  name: "keep-concurrency-lease",
  from: anyType,
  to: anyType,
  decide({ initial, proposed }) {
    const lease = initial?.details.deployment_concurrency_lease_id ?? null;
    if (lease === null || (proposed.details.deployment_concurrency_lease_id ?? null) !== null) return accept;
    return { ...accept, proposed: withDetails(proposed, { deployment_concurrency_lease_id: lease }) };
  },
};

/** A client that did not get the answer asks again, and gets the state that it made. */
export const refuseRepeatedTransition: FlowRunRule = {
  name: "refuse-repeated-transition",
  from: anyType,
  to: anyType,
  decide({ initial, proposed }) {
    const made = initial?.details.transition_id ?? null;
    if (made === null || made !== proposed.details.transition_id) return accept;
    return refuse("This run has already made this state transition.");
  },
};

const resultWouldBeLost =
  "Cannot overwrite a COMPLETED state that carries persisted result data with one that does not.";

export const guardFinishedRun: FlowRunRule = {
  name: "guard-finished-run",
  from: terminalStateTypes,
  to: anyType,
  decide({ run, initial, proposed }) {
    if (initial === null) return accept;
    if (neverAfterEnd.includes(proposed.type)) return abort(`Run is already in terminal state ${initial.type}.`);
    const leaves = !isFinal(proposed);
    if (leaves && isCompletedWithResult(initial)) return refuse("Run is already COMPLETED.");
    if (losesResult(initial, proposed)) return refuse(resultWouldBeLost);
    if (proposed.type === "SCHEDULED" && run.deployment_id === null) {
      return abort("Cannot reschedule a run without an associated deployment.");
    }
    if (!leaves) return accept;
    const retry_type = proposed.type === "SCHEDULED" ? "reschedule" : null;
    return { ...accept, before: withPolicy(run, { resuming: false, pause_keys: [], retry_type }) };
  },
};

export const keepPersistedResult: FlowRunRule = {
  name: "keep-persisted-result",
  from: terminalStateTypes,
  to: terminalStateTypes,
  decide: ({ initial, proposed }) =>
    initial !== null && losesResult(initial, proposed) ? refuse(resultWouldBeLost) : accept,
};

function isCompletedWithResult(state: RunState): boolean {
  return state.type === "COMPLETED" && keepsResult(state);
}

function losesResult(initial: RunState, proposed: Proposal): boolean {
  return isCompletedWithResult(initial) && proposed.type === "COMPLETED" && !keepsResult(proposed);
}

export const cancellingEndsAsCancelled: FlowRunRule = {
  name: "cancelling-ends-as-cancelled",
  from: ["CANCELLING"],
  to: anyType.filter((type) => type !== "CANCELLED"),
  decide: () => refuse("Cannot transition flows that are cancelling to a state other than Cancelled."),
};

/** No process could confirm the cancellation. */
export const cancelAtOnceWithoutProcess: FlowRunRule = {
  name: "cancel-at-once-without-process",
  from: ["SCHEDULED", "PAUSED"],
  to: ["CANCELLING"],
  decide({ run, initial, proposed }) {
    const waits = initial?.type === "SCHEDULED";
    const suspended = initial?.type === "PAUSED" && initial.details.pause_reschedule === true;
    if ((waits && run.infrastructure_pid === null) || initial?.name === stateNames.resuming) {
      return cancelInstead(proposed, "Scheduled flow run has no infrastructure to terminate.");
    }
    if (suspended) return cancelInstead(proposed, "Suspended flow run has no infrastructure to terminate.");
    return accept;
  },
};

function cancelInstead({ message }: Proposal, reason: string): FlowRunDecision {
  return {
    kind: "reject",
    reason,
    state: { type: "CANCELLED", name: stateNames.cancelled, message, data: null, details: {} },
  };
}

/** Only a scheduled run may be marked late, and only once. */
export const markLateOnce: FlowRunRule = {
  name: "mark-late-once",
  from: anyType,
  to: ["SCHEDULED"],
  decide({ initial, proposed }) {
    if (proposed.name !== stateNames.late) return accept;
    if (initial?.type !== "SCHEDULED") return refuse("Only scheduled flows can be marked late.");
    return initial.name === stateNames.late ? refuse("This flow run is already marked late.") : accept;
  },
};

export const pause: FlowRunRule = {
  name: "pause",
  from: anyOrNone,
  to: ["PAUSED"],
  decide({ run, initial, proposed, now, newId }) {
    const verb = verbOf(proposed);
    if (initial === null) return abort(`Cannot ${verb} flows with no state.`);
    if (initial.type !== "RUNNING") return refuse(`Cannot ${verb} flows that are not currently running.`);
    const key = proposed.details.pause_key ?? newId(now);
    const used = run.policy.pause_keys ?? [];
    if (used.includes(key)) return refuse(`This ${verb} has already fired.`);
    if (proposed.details.pause_reschedule === true) {
      if (run.parent_task_run_id !== null) return abort(`Cannot ${verb} subflows.`);
      if (run.deployment_id === null) return abort(`Cannot ${verb} flows without a deployment.`);
    }
    const keys = Object.values(proposed.details.run_input_keyset ?? {});
    return {
      ...accept,
      after: (arrival) => ({
        run: withPolicy(arrival.run, { pause_keys: [...used, key] }),
        effects: keys.length === 0 ? [] : [{ kind: "forget-inputs", keys }],
      }),
    };
  },
};

/** A process that ends a pause names it, since somebody may have resumed the run in the meantime. */
export const endPauseOnce: FlowRunRule = {
  name: "end-pause-once",
  from: anyType,
  to: ["FAILED"],
  when: ({ proposed }) => (proposed.details.pause_key ?? null) !== null,
  decide: ({ initial, proposed }) => (endsPause(initial, proposed) ? accept : refuse("The pause has ended already.")),
};

/** Whether the process that paused the run ends the pause, because nobody has resumed the run in time. */
function endsPause(initial: RunState | null, { type, details }: Proposal): boolean {
  const key = details.pause_key ?? null;
  return type === "FAILED" && key !== null && initial?.type === "PAUSED" && initial.details.pause_key === key;
}

const afterPause: readonly StateType[] = ["RUNNING", "SCHEDULED", "CANCELLING", ...terminalStateTypes];

export const resume: FlowRunRule = {
  name: "resume",
  from: ["PAUSED"],
  to: anyType,
  decide({ run, initial, proposed, now }) {
    if (initial === null) return accept;
    if (!afterPause.includes(proposed.type)) {
      return refuse(`This run cannot transition to the ${proposed.type} state from the ${initial.type} state.`);
    }
    const name = proposed.name.toLowerCase();
    if (initial.details.pause_reschedule === true && run.deployment_id === null) {
      return refuse(`Cannot reschedule a ${name} flow run without a deployment.`);
    }
    // A blocking pause keeps its process alive, which must learn of the cancellation even after the deadline.
    const maySucceedDeadline = proposed.type === "CANCELLING" || endsPause(initial, proposed);
    if (!maySucceedDeadline && isOver(detailTime(initial, "pause_timeout"), now)) {
      return {
        kind: "reject",
        reason: "The flow run pause has timed out and can no longer resume.",
        state: failed(`The flow was ${name} and never resumed.`),
      };
    }
    // A process that waits itself goes on with the attempt that it paused.
    if (isHeldByProcess(initial) && proposed.type === "RUNNING") {
      return { ...accept, before: withPolicy(run, { resuming: true }) };
    }
    const change = beginsAnew(initial, proposed) ? newAttempt : { resuming: true };
    // Once the state is written: the first time that a paused run of Prefect's goes on, its run is counted again.
    return { ...accept, after: (arrival) => ({ run: withPolicy(arrival.run, change) }) };
  },
};

/** Only processes of ours declare how often they give signs of life. */
function isHeldByProcess({ details }: RunState): boolean {
  return details.pause_reschedule !== true && details.heartbeat_seconds !== undefined;
}

const newAttempt: FlowRunPolicy = { resuming: false, pause_keys: [], retry_type: "reschedule" };

/** A pause that blocks goes on in its process. One that is scheduled instead has lost it: the run begins anew, with its pauses. */
function beginsAnew({ details }: RunState, { type }: Proposal): boolean {
  return details.pause_reschedule !== true && type === "SCHEDULED";
}

function failed(message: string): Proposal {
  return { type: "FAILED", name: stateNames.failed, message, data: null, details: {} };
}

function verbOf({ name }: Proposal): "pause" | "suspend" {
  return name === stateNames.suspended ? "suspend" : "pause";
}

function isOver(deadline: Timestamp | undefined, now: Timestamp): boolean {
  return deadline !== undefined && deadline < now;
}

export const retryFailedRun: FlowRunRule = {
  name: "retry-failed-run",
  from: ["RUNNING", "CRASHED"],
  to: ["FAILED"],
  decide({ run, initial, proposed, now }) {
    // A run that was taken for dead and is not has its retries.
    if (initial?.type === "CRASHED" && initial.details.process_lost !== true) return accept;
    const { retries, retry_delay } = run.policy;
    if (retries === null || retries === undefined || run.run_count > retries) {
      return { ...accept, before: withPolicy(run, { retry_type: null }) };
    }
    return {
      kind: "reject",
      reason: "Retrying",
      // The run keeps its claim and its slot of the deployment's limit while it waits to run again in the same process.
      state: withDetails(awaitingRetry(proposed, addSeconds(now, retry_delay ?? 0)), heldBy(initial)),
      before: withPolicy(run, { resuming: false, pause_keys: [], retry_type: "in_process" }),
    };
  },
};

function heldBy(state: RunState | null) {
  const { claim, deployment_concurrency_lease_id: lease = null } = state?.details ?? {};
  return {
    ...(claim === undefined ? {} : { claim }),
    ...(lease === null ? {} : { deployment_concurrency_lease_id: lease }),
  };
}

function withPolicy(run: FlowRunSubject, change: FlowRunPolicy): Pick<FlowRunSubject, "policy"> {
  return { policy: { ...run.policy, ...change } };
}
