import { formatTimestamp, type Timestamp } from "@ostinato/core";
import type { FlowRun, FlowRunPolicy } from "@ostinato/protocol";
import { readJson, readOptionalJson, readPlainJson } from "../db/json-text.ts";
import type { JsonText, Tables } from "../db/tables.ts";
import { presentTimes } from "../orchestration/run-times.presenter.ts";
import { presentState } from "../orchestration/state.presenter.ts";
import { type StateColumnsOfRun, stateOfRun } from "../orchestration/state.rows.ts";

/**
 * A flow run with the state that it is in and the work pool of its queue, as `selectFlowRuns` reads it. A queue that was deleted has no
 * pool, and is not shown: a run keeps its id, so that deleting a queue costs the same however many runs it has.
 */
export type FlowRunRow = Tables["flow_run"] &
  StateColumnsOfRun & { readonly work_pool_id: string | null; readonly work_pool_name: string | null };

/** A flow run as the API answers it. Its time so far depends on `now`. */
export function presentFlowRun(row: FlowRunRow, now: Timestamp): FlowRun {
  const state = stateOfRun(row);
  return {
    id: row.id,
    created: formatTimestamp(row.created),
    updated: formatTimestamp(row.updated),
    name: row.name,
    flow_id: row.flow_id,
    state_id: row.state_id,
    deployment_id: row.deployment_id,
    deployment_version: row.deployment_version,
    work_queue_id: row.work_pool_id === null ? null : row.work_queue_id,
    work_queue_name: row.work_queue_name,
    flow_version: row.flow_version,
    parameters: readJson(row.parameters),
    idempotency_key: row.idempotency_key,
    context: readJson(row.context),
    empirical_policy: policyOf(row.empirical_policy),
    tags: readPlainJson(row.tags),
    labels: readJson(row.labels),
    parent_task_run_id: row.parent_task_run_id,
    state_type: row.state_type,
    state_name: row.state_name,
    run_count: row.run_count,
    ...presentTimes(row, now),
    auto_scheduled: row.auto_scheduled === 1,
    infrastructure_document_id: row.infrastructure_document_id,
    infrastructure_pid: row.infrastructure_pid,
    created_by: readOptionalJson(row.created_by),
    work_pool_id: row.work_pool_id,
    work_pool_name: row.work_pool_name,
    state: state === null ? null : presentState(state),
    job_variables: readOptionalJson(row.job_variables),
    priority: row.priority,
  };
}

/** Most runs of a page have the same policy, which is read once. */
let lastPolicy: { readonly text: JsonText; readonly policy: Required<FlowRunPolicy> } | undefined;

function policyOf(text: JsonText): Required<FlowRunPolicy> {
  if (lastPolicy?.text !== text) {
    lastPolicy = { text, policy: Object.freeze(completeFlowRunPolicy(readPlainJson(text))) };
  }
  return lastPolicy.policy;
}

/** Fills in every field of a policy, as clients expect; old clients send `max_retries` and `retry_delay_seconds`. */
export function completeFlowRunPolicy(given: FlowRunPolicy): Required<FlowRunPolicy> {
  const { max_retries = 0, retry_delay_seconds = 0 } = given;
  return {
    max_retries,
    retry_delay_seconds,
    retries: given.retries ?? (max_retries === 0 ? null : max_retries),
    retry_delay: given.retry_delay ?? (retry_delay_seconds === 0 ? null : Math.trunc(retry_delay_seconds)),
    // A set, as with Prefect.
    pause_keys: [...new Set(given.pause_keys)],
    resuming: given.resuming === undefined ? false : given.resuming,
    retry_type: given.retry_type ?? null,
  };
}
