import { context, type FlowRunView, type TaskRunView } from "../context.ts";
import { NotInRun } from "../errors.ts";

/** The run that the calling code belongs to: its task run, or else its flow run. */
export interface CurrentRun {
  readonly kind: "flow-run" | "task-run";
  readonly id: string;
  readonly name: string;
  /** The number of the attempt, from 1. */
  readonly attempt: number;
  readonly tags: readonly string[];
  /** The parameters of the flow, or the arguments of the task by name. */
  readonly parameters: Readonly<Record<string, unknown>>;
  /** Aborted when the run is cancelled or takes too long: pass it to anything that can be aborted. */
  readonly signal: AbortSignal;
  /** The run's page; undefined while the server runs inside this process. */
  readonly url: string | undefined;
  /** The flow run; undefined in a task that was called outside of flows. */
  readonly flowRun: CurrentFlowRun | undefined;
  /** The task run; undefined in the flow's own code. */
  readonly taskRun: CurrentTaskRun | undefined;
}

export interface CurrentFlowRun {
  readonly id: string;
  readonly name: string;
  readonly flowName: string;
  readonly attempt: number;
  readonly parameters: Readonly<Record<string, unknown>>;
  /**
   * The time for which the run was scheduled, such as `"2026-12-01T02:00:00Z"`, however late it starts: by a schedule, by a backfill, or
   * by whoever asked for it. The time at which it was made where nobody scheduled it.
   */
  readonly scheduledTime: string | undefined;
  readonly url: string | undefined;
}

export interface CurrentTaskRun {
  readonly id: string;
  readonly name: string;
  readonly taskName: string;
  readonly attempt: number;
  readonly url: string | undefined;
}

/**
 * Tells a flow or task about its own run.
 *
 * ```ts
 * import { currentRun, task } from "ostinato";
 *
 * export const download = task({ timeout: "1m" }, async function download(address: string) {
 *   const { signal, attempt } = currentRun();
 *   const response = await fetch(address, { signal, headers: { "x-attempt": String(attempt) } });
 *   return await response.text();
 * });
 * ```
 */
export function currentRun(): CurrentRun {
  const run = context.getStore();
  if (run === undefined) throw new NotInRun("currentRun()");
  const { session, flowRun, taskRun } = run;
  const page = pagesOf(session?.uiUrl);
  const own = taskRun ?? flowRun;
  if (own === undefined) throw new NotInRun("currentRun()");
  const flow = flowRun === undefined ? undefined : describeFlowRun(flowRun, page);
  return {
    kind: taskRun === undefined ? "flow-run" : "task-run",
    id: own.id,
    name: own.name,
    attempt: own.attempt,
    tags: own.tags,
    parameters: taskRun === undefined ? (flow?.parameters ?? {}) : Object.fromEntries(taskRun.inputs),
    // A getter, because the signal is created only when it is read.
    get signal() {
      return own.signal;
    },
    url: page(taskRun === undefined ? "flow-run" : "task-run", own.id),
    flowRun: flow,
    taskRun: taskRun === undefined ? undefined : describeTaskRun(taskRun, page),
  };
}

type Pages = (kind: CurrentRun["kind"], id: string) => string | undefined;

function pagesOf(uiUrl: string | undefined): Pages {
  return (kind, id) => (uiUrl === undefined ? undefined : `${uiUrl}/runs/${kind}/${id}`);
}

function describeFlowRun(
  { id, name, flowName, attempt, parameters, scheduledTime }: FlowRunView,
  page: Pages,
): CurrentFlowRun {
  return {
    id,
    name,
    flowName,
    attempt,
    parameters: (parameters ?? {}) as Readonly<Record<string, unknown>>,
    scheduledTime,
    url: page("flow-run", id),
  };
}

function describeTaskRun({ id, name, taskName, attempt }: TaskRunView, page: Pages): CurrentTaskRun {
  return { id, name, taskName, attempt, url: page("task-run", id) };
}
