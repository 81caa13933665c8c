import { randomId, stateNames } from "@ostinato/core";
import type {
  createTaskRun,
  FlowRun as FlowRunRow,
  filterFlowRuns,
  listFlowRunResults,
  readFlowRun,
  readTaskRun,
  StoredResult,
  TaskInputs,
} from "@ostinato/protocol";
import { type Found, revive } from "../results/kept-results.ts";
import type { Scope } from "../scope.ts";
import { redactInside } from "../secrets/redaction.ts";
import type { Session } from "../session/session.ts";

/** The flow or the deployment that a parent runs. */
export interface Tracked {
  readonly name: string;
  /** The name with a short code that is equal on all machines. */
  readonly label: string;
  readonly version: string | null;
  readonly tags: readonly string[];
}

/** A call of a flow inside another. */
export interface SubflowCall {
  /** Position among the calls of flows with this name. */
  readonly order: number;
  /** Identifies the call when the parent runs again; undefined where it cannot be recognized. */
  readonly identity: string | undefined;
  readonly inputs: TaskInputs;
  readonly labels?: Readonly<Record<string, string>>;
}

/**
 * The task run that represents a subflow in its parent, or did so in an earlier attempt. The server keeps its state in step with the
 * subflow's.
 */
export async function createTrackingTask(
  scope: Scope,
  { name, label, version, tags }: Tracked,
  { order, identity, inputs, labels = {} }: SubflowCall,
): Promise<string> {
  const { id } = await scope.session.client.call<typeof createTaskRun>("POST /task_runs/", {
    body: {
      name: `${name}-${order}`,
      flow_run_id: scope.flowRunId ?? null,
      task_key: `child-${label}`,
      dynamic_key: identity ?? randomId(),
      task_version: version,
      state: { type: "PENDING", name: stateNames.pending },
      task_inputs: inputs,
      labels,
      tags: redactInside([...tags]),
    },
  });
  return id;
}

/** Identifies the call of a subflow in its parent; undefined where the run is not a subflow. */
export async function subflowIdentity(session: Session, run: FlowRunRow): Promise<string | undefined> {
  if (run.parent_task_run_id === null) return undefined;
  const { dynamic_key } = await session.client.call<typeof readTaskRun>("GET /task_runs/{id}", {
    params: { id: run.parent_task_run_id },
  });
  return dynamic_key;
}

/** A subflow run of an earlier attempt with the same parameters that finished and stored its result. */
export async function finishedSubflow(
  scope: Scope,
  identity: string | undefined,
): Promise<{ readonly run: FlowRunRow; readonly found: Found } | undefined> {
  const found = identity === undefined ? undefined : await scope.kept?.take(identity);
  if (found?.flowRunId === undefined) return undefined;
  const run = await scope.session.client.call<typeof readFlowRun>("GET /flow_runs/{id}", {
    params: { id: found.flowRunId },
  });
  // The process may have died between storing the result and reporting COMPLETED.
  return run.state_type === "COMPLETED" ? { run, found } : undefined;
}

/** The unfinished subflow run of the same call in an earlier attempt of the parent: it is resumed instead of starting another one. */
export async function unfinishedSubflow(scope: Scope, taskRunId: string): Promise<FlowRunRow | undefined> {
  if (!scope.isAgain) return undefined;
  const [run] = await scope.session.client.call<typeof filterFlowRuns>("POST /flow_runs/filter", {
    body: {
      flow_runs: { parent_task_run_id: { any_: [taskRunId] } },
      sort: "EXPECTED_START_TIME_DESC",
      limit: 1,
    },
  });
  return run?.state_type === "COMPLETED" ? undefined : run;
}

/** The stored result of a flow run. */
export async function keptFlowResult(session: Session, flowRunId: string): Promise<Found | undefined> {
  let after: string | null = null;
  do {
    const page: { results: StoredResult[]; next: string | null } = await session.client.call<typeof listFlowRunResults>(
      "POST /flow_runs/{id}/results",
      {
        params: { id: flowRunId },
        body: { after },
      },
    );
    const own = page.results.findLast((result) => result.flow_run_id === flowRunId && result.task_run_id === null);
    if (own !== undefined) return await revive(own);
    after = page.next;
  } while (after !== null);
  return undefined;
}
