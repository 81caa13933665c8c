import { timesAfter } from "@ostinato/core";
import { anyOrNone, anyType, type Follower, type RuleSet, type Transition } from "./rule.ts";
import { keepScheduledTime, keepTaskParameters, startOnce, waitForScheduledTime } from "./start-rules.ts";
import { hasData, type RunState, stateAfter, withDetails } from "./state.ts";
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

type TaskRunRuleSet = RuleSet<TaskRunSubject, TaskRunFacts, TaskRunEffect>;

const keepResult: Follower<TaskRunSubject, TaskRunFacts, TaskRunEffect> = {
  name: "keep-result",
  from: anyOrNone,
  to: anyType,
  when: ({ written }) => hasData(written),
  follow: () => ({ effects: [{ kind: "keep-result" }] }),
};

const followers = [keepResult];

/** Rules for task runs that a client moves by requests. */
export const coreTaskRunRules: TaskRunRuleSet = {
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
  followers,
};

/** Rules for deferred task runs, which task workers run, each once, outside any flow. */
export const backgroundTaskRunRules: TaskRunRuleSet = {
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
  followers,
};

/** Rules for forced states. */
export const minimalTaskRunRules: TaskRunRuleSet = { rules: [], followers };

/** Rules for copying the states of a subflow to the task run that stands for it: the result stays with the subflow. */
export const mirrorRules: TaskRunRuleSet = { rules: [], followers: [] };

/** Applies a new state to a task run, for every rule set. */
export function transformTaskRun(transition: Transition<TaskRunSubject>): {
  readonly run: TaskRunSubject;
  readonly written: RunState;
} {
  const { run, initial } = transition;
  const { id: task_run_id, flow_run_id } = run;
  const written = withDetails(stateAfter(transition), { task_run_id, flow_run_id });
  const run_count = run.run_count + (written.type === "RUNNING" ? 1 : 0);
  return { written, run: { ...run, ...timesAfter(run, initial, written), run_count } };
}
