import {
  createTaskRun,
  type FlowRun as FlowRunRow,
  filterFlowRuns,
  listFlowRunResults,
  type StoredResult,
  type TaskInputs,
} from "@ostinato/protocol";
import type { FlowDefinition } from "./flow-definition.ts";
import { digest } from "./identity.ts";
import { type Found, revive } from "./kept-results.ts";
import type { Scope } from "./scope.ts";
import { patientRetries, type Session } from "./session.ts";

/**
 * The task run that stands for a subflow in its parent. The server keeps its state in step with the subflow's. Its key says
 * which call of which flow it is, so that a parent that runs again finds the one from before.
 */
export async function createTrackingTask(scope: Scope, flow: FlowDefinition, inputs: TaskInputs): Promise<string> {
  const key = `child-${digest(flow.name).slice(0, 8)}`;
  const order = scope.count(`child ${key}`);
  const { id } = await scope.session.client.call(createTaskRun, {
    body: {
      name: `${flow.name}-${order}`,
      flow_run_id: scope.flowRunId ?? null,
      task_key: key,
      dynamic_key: String(order),
      task_version: flow.version,
      state: { type: "PENDING", name: "Pending" },
      task_inputs: inputs,
      tags: [...(flow.options.tags ?? [])],
    },
    retries: patientRetries,
  });
  return id;
}

/** A subflow run of an earlier attempt that finished and kept its result: there is nothing to do again. */
export async function finishedSubflow(
  session: Session,
  taskRunId: string,
  identity: string | undefined,
): Promise<{ readonly run: FlowRunRow; readonly found: Found } | undefined> {
  if (identity === undefined || session.server === undefined) return undefined;
  const [run] = await session.client.call(filterFlowRuns, {
    body: {
      flow_runs: { parent_task_run_id: { any_: [taskRunId] } },
      sort: "EXPECTED_START_TIME_DESC",
      limit: 1,
    },
  });
  if (run?.state_type !== "COMPLETED") return undefined;
  const found = await keptFlowResult(session, run.id, identity);
  return found === undefined ? undefined : { run, found };
}

/** The result that a flow run kept for itself; with an identity, only where it was made from the same parameters. */
export async function keptFlowResult(
  session: Session,
  flowRunId: string,
  identity?: string,
): Promise<Found | undefined> {
  let after: string | null = null;
  do {
    const page: { results: StoredResult[]; next: string | null } = await session.client.call(listFlowRunResults, {
      params: { id: flowRunId },
      body: { after },
    });
    const own = page.results.find((result) => result.flow_run_id === flowRunId && result.task_run_id === null);
    if (own !== undefined) {
      return identity === undefined || own.identity === identity ? revive(own, session.results) : undefined;
    }
    after = page.next;
  } while (after !== null);
  return undefined;
}
