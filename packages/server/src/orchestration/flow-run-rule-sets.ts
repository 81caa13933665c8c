import { timesAfter } from "@ostinato/core";
import { actUnderClaim, claimBeforeEnd, keepClaim } from "./claim-rules.ts";
import { flowRunFollowers as followers } from "./flow-run-followers.ts";
import {
  cancelAtOnceWithoutProcess,
  cancellingEndsAsCancelled,
  endPauseOnce,
  type FlowRunEffect,
  type FlowRunFacts,
  type FlowRunSubject,
  guardFinishedRun,
  keepConcurrencyLease,
  keepPersistedResult,
  markLateOnce,
  pause,
  refuseRepeatedTransition,
  resume,
  retryFailedRun,
} from "./flow-run-rules.ts";
import { findRoom } from "./place-rules.ts";
import { restartCrashed, restartLost } from "./restart-rules.ts";
import type { RuleSet, Transition } from "./rule.ts";
import { cancelInsteadOfLate, keepSlotAtStart, secureSlot } from "./slot-rules.ts";
import { keepScheduledTime, startOnce, waitForScheduledTime } from "./start-rules.ts";
import { isFinal, type RunState, stateAfter, withDetails } from "./state.ts";

type FlowRunRuleSet = RuleSet<FlowRunSubject, FlowRunFacts, FlowRunEffect>;

/** Rules for proposals of clients. */
export const coreFlowRunRules: FlowRunRuleSet = {
  rules: [
    keepConcurrencyLease,
    actUnderClaim,
    keepClaim,
    refuseRepeatedTransition,
    endPauseOnce,
    claimBeforeEnd,
    guardFinishedRun,
    cancellingEndsAsCancelled,
    cancelAtOnceWithoutProcess,
    startOnce,
    findRoom,
    keepSlotAtStart,
    secureSlot,
    markLateOnce,
    pause,
    resume,
    keepScheduledTime,
    waitForScheduledTime,
    retryFailedRun,
  ],
  followers: [...followers, restartCrashed],
};

/** Rules for forced states, and for the first state of a run. */
export const minimalFlowRunRules: FlowRunRuleSet = {
  rules: [keepConcurrencyLease, actUnderClaim, keepClaim, keepPersistedResult, cancelAtOnceWithoutProcess],
  followers: [...followers, restartLost],
};

export const markLateRules: FlowRunRuleSet = { rules: [markLateOnce, cancelInsteadOfLate], followers };

/** Applies a new state to a flow run, for every rule set. */
export function transformFlowRun(transition: Transition<FlowRunSubject>): {
  readonly run: FlowRunSubject;
  readonly written: RunState;
} {
  const { run, initial } = transition;
  const { parent_task_run_id } = run;
  const references = parent_task_run_id === null ? {} : { task_run_id: parent_task_run_id };
  const written = withDetails(stateAfter(transition), { flow_run_id: run.id, ...references });
  const counts = written.type === "RUNNING" && run.policy.resuming !== true;
  const forgetsResuming = written.type === "RUNNING" || isFinal(written);
  return {
    written,
    run: {
      ...run,
      ...timesAfter(run, initial, written),
      run_count: run.run_count + (counts ? 1 : 0),
      policy: forgetsResuming && run.policy.resuming === true ? { ...run.policy, resuming: false } : run.policy,
    },
  };
}
