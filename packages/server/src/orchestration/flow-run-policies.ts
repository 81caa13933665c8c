import {
  cancelAtOnceWithoutProcess,
  cancellingEndsAsCancelled,
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
import { anyOrNone, anyType, type Follower, type Policy, type Transition } from "./rule.ts";
import { timesAfter } from "./run-times.ts";
import { keepScheduledTime, startOnce, waitForScheduledTime } from "./start-rules.ts";
import { isFinal, type RunState, stateAfter, withDetails } from "./state.ts";

type FlowRunPolicy = Policy<FlowRunSubject, FlowRunFacts, FlowRunEffect>;

const announce: Follower<FlowRunSubject, FlowRunFacts, FlowRunEffect> = {
  name: "announce",
  from: anyOrNone,
  to: anyType,
  follow: () => ({ effects: [{ kind: "announce" }] }),
};

const mirrorOnParent: Follower<FlowRunSubject, FlowRunFacts, FlowRunEffect> = {
  name: "mirror-on-parent",
  from: anyOrNone,
  to: anyType,
  follow: ({ run }) =>
    run.parent_task_run_id === null ? {} : { effects: [{ kind: "mirror", taskRunId: run.parent_task_run_id }] },
};

const followers = [mirrorOnParent, announce];

/** For what clients propose. */
export const coreFlowRunPolicy: FlowRunPolicy = {
  rules: [
    keepConcurrencyLease,
    refuseRepeatedTransition,
    guardFinishedRun,
    cancellingEndsAsCancelled,
    cancelAtOnceWithoutProcess,
    startOnce,
    markLateOnce,
    pause,
    resume,
    keepScheduledTime,
    waitForScheduledTime,
    retryFailedRun,
  ],
  followers,
};

/** For what is forced, and for the first state of a run. */
export const minimalFlowRunPolicy: FlowRunPolicy = {
  rules: [keepConcurrencyLease, keepPersistedResult, cancelAtOnceWithoutProcess],
  followers,
};

export const markLatePolicy: FlowRunPolicy = { rules: [markLateOnce], followers };

/** What happens to a flow run that goes into a state, whatever the policy. */
export function transformFlowRun(transition: Transition<FlowRunSubject>): {
  readonly run: FlowRunSubject;
  readonly written: RunState;
} {
  const { run, initial, proposed, now } = transition;
  const { parent_task_run_id } = run;
  const references = parent_task_run_id === null ? {} : { task_run_id: parent_task_run_id };
  const written = withDetails(stateAfter(initial, proposed, now), { flow_run_id: run.id, ...references });
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
