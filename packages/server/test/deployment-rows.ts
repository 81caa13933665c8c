import {
  addSeconds,
  defaultStateName,
  microsPerSecond,
  type StateType,
  type Timestamp,
  timeOrderedId,
} from "@ostinato/core";
import type { Schedule } from "@ostinato/protocol";
import type { Database } from "../src/db/dialect.ts";
import { writeJson } from "../src/db/json-text.ts";
import type { Tables } from "../src/db/tables.ts";

/** Deployments and their runs as rows, for tests that need them in states and at times which the API does not give. */
export interface DeploymentRows {
  flow(name: string): Promise<string>;
  deployment(flowId: string, given?: Partial<Tables["deployment"]>): Promise<string>;
  schedule(deploymentId: string, schedule: Schedule, given?: Partial<Tables["deployment_schedule"]>): Promise<string>;
  run(deploymentId: string, given: RunRow): Promise<string>;
}

interface RunRow {
  readonly name?: string;
  readonly type: StateType;
  readonly stateName?: string;
  readonly message?: string;
  /** Seconds after `now`. */
  readonly at: number;
  /** Seconds. */
  readonly took?: number;
  readonly autoScheduled?: boolean;
  readonly columns?: Partial<Tables["flow_run"]>;
}

export function deploymentRows(db: Database, now: Timestamp): DeploymentRows {
  let made = 0;
  const flowOf = new Map<string, string>();
  const row = () => {
    made += 1;
    const created = addSeconds(now, made - 3600);
    return { id: timeOrderedId(created), created, updated: created };
  };
  return {
    async flow(name) {
      const flow = { ...row(), name, tags: "[]", labels: "{}" };
      await db.write((tx) => tx.insertInto("flow").values(flow).execute());
      return flow.id;
    },
    async deployment(flowId, given) {
      const deployment = { ...row(), ...emptyDeployment, flow_id: flowId, name: `deployment-${made}`, ...given };
      await db.write((tx) => tx.insertInto("deployment").values(deployment).execute());
      flowOf.set(deployment.id, flowId);
      return deployment.id;
    },
    async schedule(deploymentId, schedule, given) {
      const own = { deployment_id: deploymentId, schedule: writeJson(schedule), ...emptySchedule, ...given };
      const added = { ...row(), ...own };
      await db.write((tx) => tx.insertInto("deployment_schedule").values(added).execute());
      return added.id;
    },
    async run(deploymentId, given) {
      const base = row();
      const run = { ...base, ...runColumns(given, now), ...ownersOf(deploymentId), name: given.name ?? `run-${made}` };
      const state = stateOf(run, given);
      await db.write(async (tx) => {
        await tx
          .insertInto("flow_run")
          .values({ ...run, state_id: state.id, ...given.columns })
          .execute();
        await tx.insertInto("flow_run_state").values(state).execute();
      });
      return run.id;
    },
  };

  function ownersOf(deploymentId: string) {
    return { deployment_id: deploymentId, flow_id: flowOf.get(deploymentId) ?? "" };
  }
}

function stateOf(
  run: { readonly id: string; readonly state_timestamp: Timestamp },
  { type, stateName, message }: RunRow,
) {
  return {
    id: timeOrderedId(run.state_timestamp),
    created: run.state_timestamp,
    type,
    name: stateName ?? defaultStateName[type],
    timestamp: run.state_timestamp,
    message: message ?? null,
    state_details: "{}",
    data: null,
    flow_run_id: run.id,
  };
}

function runColumns({ type, stateName, at, took = 0, autoScheduled = false }: RunRow, now: Timestamp) {
  const expected = addSeconds(now, at);
  const waits = type === "SCHEDULED" || type === "PENDING";
  const ended = !waits && type !== "RUNNING";
  return {
    state_type: type,
    state_name: stateName ?? defaultStateName[type],
    state_timestamp: ended ? addSeconds(expected, took) : expected,
    run_count: waits ? 0 : 1,
    expected_start_time: expected,
    next_scheduled_start_time: type === "SCHEDULED" ? expected : null,
    start_time: waits ? null : expected,
    end_time: ended ? addSeconds(expected, took) : null,
    total_run_time: ended ? took * microsPerSecond : 0,
    empirical_policy: "{}",
    tags: "[]",
    labels: "{}",
    flow_version: null,
    parameters: "{}",
    idempotency_key: null,
    context: "{}",
    auto_scheduled: (autoScheduled ? 1 : 0) as 0 | 1,
    deployment_version: null,
    parent_task_run_id: null,
    infrastructure_document_id: null,
    infrastructure_pid: null,
    work_queue_id: null,
    work_queue_name: null,
    created_by: null,
    job_variables: null,
    priority: 0,
    worker_id: null,
    worker_name: null,
  };
}

const emptySchedule = {
  active: 1 as const,
  max_scheduled_runs: null,
  parameters: "{}",
  slug: null,
  scheduled_until: null,
  due: null,
};

const emptyDeployment = {
  tags: "[]",
  paused: 0 as const,
  work_queue_id: null,
  work_queue_name: null,
  concurrency_limit: null,
  concurrency_options: null,
  description: null,
  version: null,
  version_id: null,
  parameters: "{}",
  parameter_openapi_schema: null,
  enforce_parameter_schema: 1 as const,
  labels: "{}",
  pull_steps: null,
  path: null,
  entrypoint: null,
  storage_document_id: null,
  infrastructure_document_id: null,
  job_variables: "{}",
  run_policy: "{}",
  created_by: null,
  updated_by: null,
  status: "READY" as const,
  last_polled: null,
};
