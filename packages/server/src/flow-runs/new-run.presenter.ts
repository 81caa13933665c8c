import { noTimes, randomRunName, type Timestamp } from "@ostinato/core";
import type { CreatedBy, FlowRunCreate } from "@ostinato/protocol";
import { storable, storableOrNull, writeJson } from "../db/json-text.ts";
import { keptName } from "../kernel/indexed-text.ts";
import { completeFlowRunPolicy, type FlowRunRow } from "./flow-runs.presenter.ts";
import type { RelatedResources } from "./state-event.ts";

/** What a new run is made of. */
export type NewRun = Omit<FlowRunCreate, "parameters"> & {
  readonly id: string;
  readonly parameters: string;
  readonly deploymentVersion?: string | null;
  readonly autoScheduled?: boolean;
};

/** The rows that a new run belongs to. */
export interface Belonging extends Pick<RelatedResources, "workQueue" | "workPool"> {
  readonly flow: { readonly id: string };
}

interface Making {
  readonly related: Belonging;
  readonly flowLabels: object;
  readonly createdBy: CreatedBy | null;
  readonly now: Timestamp;
}

/** The run before it has a state. */
export function newRow(given: NewRun, { related, flowLabels, createdBy, now }: Making): FlowRunRow {
  const { flow, workQueue, workPool } = related;
  const deployment_id = given.deployment_id?.toLowerCase() ?? null;
  const systemLabels = {
    "prefect.flow.id": flow.id,
    ...(deployment_id === null ? {} : { "prefect.deployment.id": deployment_id }),
  };
  return {
    id: given.id,
    created: now,
    updated: now,
    name: storable(keptName(given.name ?? randomRunName())),
    flow_id: flow.id,
    flow_version: storableOrNull(given.flow_version),
    parameters: given.parameters,
    idempotency_key: storableOrNull(given.idempotency_key),
    context: writeJson(given.context ?? {}),
    empirical_policy: writeJson(completeFlowRunPolicy(given.empirical_policy ?? {})),
    tags: writeJson([...new Set(given.tags ?? [])]),
    labels: writeJson({ ...flowLabels, ...systemLabels, ...given.labels }),
    auto_scheduled: given.autoScheduled === true ? 1 : 0,
    deployment_id,
    deployment_version: storableOrNull(given.deploymentVersion),
    parent_task_run_id: given.parent_task_run_id?.toLowerCase() ?? null,
    infrastructure_document_id: given.infrastructure_document_id ?? null,
    infrastructure_pid: null,
    work_queue_id: workQueue?.id ?? null,
    work_queue_name: storableOrNull(workQueue?.name ?? given.work_queue_name),
    work_pool_id: workPool?.id ?? null,
    work_pool_name: workPool?.name ?? null,
    created_by: createdBy === null ? null : writeJson(createdBy),
    job_variables: writeJson(given.job_variables ?? {}),
    priority: given.priority ?? 0,
    worker_id: null,
    worker_name: null,
    ...noTimes,
    state_id: null,
    state_type: null,
    state_name: null,
    state_timestamp: null,
    state_message: null,
    state_details: null,
    state_data: null,
  };
}
