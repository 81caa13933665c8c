import { formatTimestamp, microsPerSecond, stateNames, type Timestamp } from "@ostinato/core";
import { abort, accept, type Rule } from "./rule.ts";
import { detailTime, type Proposal, withDetails } from "./state.ts";

/** Rules of flow runs and of task runs on the way from SCHEDULED to RUNNING. */
type StartRule = Rule<object, object, never>;

/**
 * If several workers try to start a run, exactly one succeeds in making it pending. A pending run may change to a pending state
 * of another name, which tells how far its start has come.
 */
export const startOnce: StartRule = {
  name: "start-once",
  from: ["PENDING", "CANCELLING", "RUNNING", "CANCELLED"],
  to: ["PENDING"],
  decide({ initial, proposed }) {
    if (initial === null) return accept;
    const goesOn = initial.type === "PENDING" && proposed.name !== initial.name && proposed.name !== stateNames.pending;
    if (!goesOn) {
      return abort(`This run is in a ${initial.type} state and cannot transition to a PENDING state.`);
    }
    const { scheduled_time = null, deployment_concurrency_lease_id = null } = initial.details;
    return { ...accept, proposed: withDetails(proposed, { scheduled_time, deployment_concurrency_lease_id }) };
  },
};

export const keepScheduledTime: StartRule = {
  name: "keep-scheduled-time",
  from: ["SCHEDULED"],
  to: ["PENDING"],
  decide: ({ initial, proposed }) =>
    isGiven(proposed.details.scheduled_time)
      ? accept
      : { ...accept, proposed: withDetails(proposed, { scheduled_time: initial?.details.scheduled_time ?? null }) },
};

/** Clocks of servers side by side are never further apart. */
const clockSkewSeconds = 60;

export const waitForScheduledTime: StartRule = {
  name: "wait-for-scheduled-time",
  from: ["SCHEDULED", "PENDING"],
  to: ["RUNNING"],
  decide({ initial, now }) {
    const scheduled = initial === null ? undefined : detailTime(initial, "scheduled_time");
    if (initial === null || scheduled === undefined) return accept;
    // If the clock was set back since, the remaining wait is unknown: starting a little early is better than hours late.
    if (initial.timestamp - now > clockSkewSeconds * microsPerSecond) return accept;
    const delaySeconds = roundHalfDown((scheduled - now) / microsPerSecond);
    return delaySeconds > 0 ? { kind: "wait", delaySeconds, reason: "Scheduled time is in the future" } : accept;
  },
};

function roundHalfDown(seconds: number): number {
  return Math.ceil(seconds - 0.5);
}

/** Keeps the reference to the arguments of a deferred task. */
export const keepTaskParameters: StartRule = {
  name: "keep-task-parameters",
  from: ["SCHEDULED", "PENDING"],
  to: ["PENDING", "RUNNING"],
  decide: ({ initial, proposed }) =>
    isGiven(proposed.details.task_parameters_id)
      ? accept
      : {
          ...accept,
          proposed: withDetails(proposed, { task_parameters_id: initial?.details.task_parameters_id ?? null }),
        },
};

function isGiven(value: unknown): boolean {
  return value !== null && value !== undefined;
}

/** The state that a failed run goes into instead when it is to run again. */
export function awaitingRetry(failed: Proposal, at: Timestamp): Proposal {
  return {
    type: "SCHEDULED",
    name: stateNames.awaitingRetry,
    message: failed.message,
    data: failed.data,
    details: { scheduled_time: formatTimestamp(at) },
  };
}
