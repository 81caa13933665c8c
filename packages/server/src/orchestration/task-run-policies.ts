import type { Policy, Transition } from "./rule.ts";
import { timesAfter } from "./run-times.ts";
import { keepScheduledTime, keepTaskParameters, startOnce, waitForScheduledTime } from "./start-rules.ts";
import { type RunState, stateAfter, withDetails } from "./state.ts";
import {
  countFlowAttempt,
  guardFinishedTask,
  keepForCache,
  nameReruns,
  retryFailedTask,
  reuseCachedState,
  startWithinRunningFlow,
  type TaskRunEffect,
  type TaskRunFacts,
  type TaskRunSubject,
} from "./task-run-rules.ts";

type TaskRunPolicy = Policy<TaskRunSubject, TaskRunFacts, TaskRunEffect>;

/** For task runs that a client moves by requests. */
export const coreTaskRunPolicy: TaskRunPolicy = {
  rules: [
    reuseCachedState,
    guardFinishedTask,
    startWithinRunningFlow,
    keepScheduledTime,
    waitForScheduledTime,
    retryFailedTask,
    nameReruns,
    countFlowAttempt,
    keepForCache,
  ],
  followers: [],
};

/** For task runs that were put off, which task workers run, each once, outside any flow. */
export const backgroundTaskRunPolicy: TaskRunPolicy = {
  rules: [
    startOnce,
    reuseCachedState,
    guardFinishedTask,
    keepScheduledTime,
    keepTaskParameters,
    waitForScheduledTime,
    retryFailedTask,
    nameReruns,
    countFlowAttempt,
    keepForCache,
  ],
  followers: [],
};

/** For what is forced, for first states, and for the states of subflows. */
export const minimalTaskRunPolicy: TaskRunPolicy = { rules: [], followers: [] };

/** What happens to a task run that goes into a state, whatever the policy. */
export function transformTaskRun({ run, initial, proposed, now }: Transition<TaskRunSubject>): {
  readonly run: TaskRunSubject;
  readonly written: RunState;
} {
  const { id: task_run_id, flow_run_id } = run;
  const written = withDetails(stateAfter(initial, proposed, now), { task_run_id, flow_run_id });
  const run_count = run.run_count + (written.type === "RUNNING" ? 1 : 0);
  return { written, run: { ...run, ...timesAfter(run, initial, written), run_count } };
}
