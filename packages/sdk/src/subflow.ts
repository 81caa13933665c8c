import { isDeepStrictEqual } from "node:util";
import {
  createTaskRun,
  type FlowRun as FlowRunRow,
  filterFlowRuns,
  listFlowRunResults,
  readFlowRun,
  type StoredResult,
  type TaskInputs,
} from "@ostinato/protocol";
import type { FlowDefinition } from "./flow-definition.ts";
import { digest } from "./identity.ts";
import { type Found, revive } from "./kept-results.ts";
import { redactInside } from "./redaction.ts";
import type { Scope } from "./scope.ts";
import type { Session } from "./session.ts";

/** Which call of which flow a subflow is in its parent: a parent that runs again finds the one from before by it. */
export interface SubflowCall {
  readonly key: string;
  readonly order: number;
}

export function countSubflow(scope: Scope, flow: FlowDefinition): SubflowCall {
  const key = `child-${digest(flow.name).slice(0, 8)}`;
  return { key, order: scope.count(key) };
}

/** The task run that stands for a subflow in its parent. The server keeps its state in step with the subflow's. */
export async function createTrackingTask(
  scope: Scope,
  flow: FlowDefinition,
  { key, order, inputs }: SubflowCall & { readonly inputs: TaskInputs },
): Promise<string> {
  const { id } = await scope.session.client.call(createTaskRun, {
    body: {
      name: `${flow.name}-${order}`,
      flow_run_id: scope.flowRunId ?? null,
      task_key: key,
      dynamic_key: String(order),
      task_version: flow.version,
      state: { type: "PENDING", name: "Pending" },
      task_inputs: inputs,
      tags: redactInside([...(flow.options.tags ?? [])]),
    },
  });
  return id;
}

/** A subflow run of an earlier attempt with the same parameters that finished and kept its result. */
export async function finishedSubflow(
  scope: Scope,
  identity: string | undefined,
): Promise<{ readonly run: FlowRunRow; readonly found: Found } | undefined> {
  const found = identity === undefined ? undefined : await scope.kept?.take(identity);
  if (found?.flowRunId === undefined) return undefined;
  const run = await scope.session.client.call(readFlowRun, {
    params: { id: found.flowRunId },
  });
  // It may have ended between keeping its result and saying that it completed.
  return run.state_type === "COMPLETED" ? { run, found } : undefined;
}

/**
 * The subflow run that an earlier attempt of the parent began with the same parameters and did not finish: it goes on, instead
 * of another one beginning from the start.
 */
export async function unfinishedSubflow(
  scope: Scope,
  taskRunId: string,
  parameters: Readonly<Record<string, unknown>>,
): Promise<FlowRunRow | undefined> {
  if (scope.attempt <= 1) return undefined;
  const [run] = await scope.session.client.call(filterFlowRuns, {
    body: {
      flow_runs: { parent_task_run_id: { any_: [taskRunId] } },
      sort: "EXPECTED_START_TIME_DESC",
      limit: 1,
    },
  });
  if (run === undefined || run.state_type === "COMPLETED") return undefined;
  return isDeepStrictEqual(run.parameters, JSON.parse(JSON.stringify(parameters))) ? run : undefined;
}

/** The result that a flow run kept for itself. */
export async function keptFlowResult(session: Session, flowRunId: string): Promise<Found | undefined> {
  let after: string | null = null;
  do {
    const page: { results: StoredResult[]; next: string | null } = await session.client.call(listFlowRunResults, {
      params: { id: flowRunId },
      body: { after },
    });
    const own = page.results.findLast((result) => result.flow_run_id === flowRunId && result.task_run_id === null);
    if (own !== undefined) return await revive(own, session.results);
    after = page.next;
  } while (after !== null);
  return undefined;
}
