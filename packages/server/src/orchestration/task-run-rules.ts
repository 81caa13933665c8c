import {
  addSeconds,
  type RunTimes,
  retryDelay,
  stateNames,
  type Timestamp,
  terminalStateTypes,
  withJitter,
} from "@ostinato/core";
import type { StateDetails, TaskRunPolicy } from "@ostinato/protocol";
import { abort, accept, anyOrNone, anyType, type EffectOf, type Rule, refuse } from "./rule.ts";
import { awaitingRetry } from "./start-rules.ts";
import { detailTime, isFinal, keepsResult, neverAfterEnd, type Proposal, type RunState } from "./state.ts";

/** The fields of a task run that rules read and may change. */
export interface TaskRunSubject extends RunTimes {
  readonly id: string;
  readonly flow_run_id: string | null;
  readonly policy: TaskRunPolicy;
  /** The attempt of its flow run in which the task run last started. */
  readonly flow_run_run_count: number;
}

export interface TaskRunFacts {
  /** The flow run that the task run belongs to, if any. */
  readonly flowRun: EnclosingFlowRun | null;
  /** The completed state that was kept under the cache key of the proposal, if any is still good. */
  readonly cached: Proposal | null;
}

interface EnclosingFlowRun {
  readonly id: string;
  readonly run_count: number;
  readonly state: Pick<RunState, "type" | "details"> | null;
}

export interface TaskRunEffects {
  /** The state may be used for other task runs with this key. */
  readonly cache: { readonly key: string; readonly expires: Timestamp | null };
  /** Keeps the result in the state as an artifact. */
  readonly "keep-result": object;
}

export type TaskRunEffect = EffectOf<TaskRunEffects>;

type TaskRunRule<Need extends keyof TaskRunFacts = never> = Rule<TaskRunSubject, TaskRunFacts, TaskRunEffect, Need>;

export const reuseCachedState: TaskRunRule<"cached"> = {
  name: "reuse-cached-state",
  from: anyOrNone,
  to: ["RUNNING"],
  needs: ["cached"],
  decide: (_transition, { cached }) =>
    cached === null
      ? accept
      : { kind: "reject", state: { ...cached, name: stateNames.cached }, reason: "Retrieved state from cache" },
};

export const guardFinishedTask: TaskRunRule<"flowRun"> = {
  name: "guard-finished-task",
  from: terminalStateTypes,
  to: anyType,
  needs: ["flowRun"],
  decide({ run, initial, proposed }, { flowRun }) {
    if (initial === null) return accept;
    if (neverAfterEnd.includes(proposed.type)) return abort(`Run is already ${initial.type}.`);
    if (initial.type === "COMPLETED" && keepsResult(initial)) return refuse("This run is already completed.");
    if (isFinal(proposed)) return accept;
    const isRetryOfFlow = flowRun !== null && run.flow_run_run_count < flowRun.run_count;
    const renamed =
      proposed.type === "RUNNING" && isRetryOfFlow ? { ...proposed, name: stateNames.retrying } : proposed;
    return { ...accept, proposed: renamed, before: { run_count: 0 } };
  },
};

const flowMustRun = "The enclosing flow must be running to begin task execution.";

export const startWithinRunningFlow: TaskRunRule<"flowRun"> = {
  name: "start-within-running-flow",
  from: anyOrNone,
  to: ["RUNNING"],
  needs: ["flowRun"],
  decide(_transition, { flowRun }) {
    if (flowRun === null || flowRun.state?.type === "RUNNING") return accept;
    if (flowRun.state?.type !== "PAUSED") return abort(flowMustRun);
    return {
      kind: "reject",
      reason: `The flow is paused, new tasks can execute after resuming flow run: ${flowRun.id}.`,
      state: {
        type: "PAUSED",
        name: stateNames.notReady,
        message: null,
        data: null,
        details: pauseOf(flowRun.state.details),
      },
    };
  },
};

function pauseOf({ pause_timeout = null, pause_reschedule = false }: StateDetails): StateDetails {
  return { pause_timeout, pause_reschedule };
}

export const retryFailedTask: TaskRunRule = {
  name: "retry-failed-task",
  from: ["RUNNING"],
  to: ["FAILED"],
  decide({ run, proposed, now, random }) {
    const { retries = null, retry_delay, retry_jitter_factor } = run.policy;
    if (proposed.details.retriable === false || retries === null || run.run_count > retries) return accept;
    const delay = retryDelay(retry_delay ?? 0, run.run_count);
    const jitter = retry_jitter_factor ?? 0;
    const at = addSeconds(now, jitter > 0 ? withJitter(delay, jitter, random) : delay);
    return { kind: "reject", reason: "Retrying", state: awaitingRetry(proposed, at) };
  },
};

export const nameReruns: TaskRunRule = {
  name: "name-reruns",
  from: anyType,
  to: ["RUNNING"],
  decide({ run, initial, proposed }) {
    if (initial === null || run.run_count === 0) return accept;
    const name = initial.name === stateNames.awaitingRetry ? stateNames.retrying : stateNames.rerunning;
    return { ...accept, proposed: { ...proposed, name } };
  },
};

export const countFlowAttempt: TaskRunRule<"flowRun"> = {
  name: "count-flow-attempt",
  from: anyOrNone,
  to: ["RUNNING"],
  needs: ["flowRun"],
  decide: (_transition, { flowRun }) =>
    flowRun === null ? accept : { ...accept, before: { flow_run_run_count: flowRun.run_count } },
};

const maxCacheKeyLength = 2000;

export const keepForCache: TaskRunRule = {
  name: "keep-for-cache",
  from: anyOrNone,
  to: ["COMPLETED"],
  decide({ proposed }) {
    const key = proposed.details.cache_key ?? "";
    if (key === "") return accept;
    if (key.length > maxCacheKeyLength) {
      const reason = `Cache key exceeded maximum allowed length of ${maxCacheKeyLength} characters.`;
      return { kind: "reject", state: proposed, reason };
    }
    const expires = detailTime(proposed, "cache_expiration") ?? null;
    return {
      ...accept,
      after: () => ({ effects: [{ kind: "cache", key, expires }] }),
    };
  },
};
