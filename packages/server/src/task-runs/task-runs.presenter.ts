import { formatTimestamp, type Timestamp } from "@ostinato/core";
import type { TaskRun, TaskRunPolicy } from "@ostinato/protocol";
import type { RowOf } from "../db/columns.ts";
import { readJson, readPlainJson } from "../db/json-text.ts";
import type { taskRunColumns } from "../db/tables.ts";
import { presentTimes } from "../orchestration/run-times.presenter.ts";
import { presentState } from "../orchestration/state.presenter.ts";
import { type StateColumnsOfRun, stateOfRun } from "../orchestration/state.rows.ts";

/** A task run with the state that it is in, as `selectTaskRuns` reads it. */
export type TaskRunRow = RowOf<typeof taskRunColumns> & StateColumnsOfRun;

/** A task run as the API answers it. Its time so far depends on `now`. */
export function presentTaskRun(row: TaskRunRow, now: Timestamp): TaskRun {
  const state = stateOfRun(row);
  return {
    id: row.id,
    created: formatTimestamp(row.created),
    updated: formatTimestamp(row.updated),
    name: row.name,
    flow_run_id: row.flow_run_id,
    task_key: row.task_key,
    dynamic_key: row.dynamic_key,
    cache_key: row.cache_key,
    cache_expiration: row.cache_expiration === null ? null : formatTimestamp(row.cache_expiration),
    task_version: row.task_version,
    empirical_policy: completeTaskRunPolicy(readPlainJson(row.empirical_policy)),
    tags: readPlainJson(row.tags),
    labels: readJson(row.labels),
    state_id: row.state_id,
    task_inputs: readPlainJson(row.task_inputs),
    state_type: row.state_type,
    state_name: row.state_name,
    run_count: row.run_count,
    flow_run_run_count: row.flow_run_run_count,
    ...presentTimes(row, now),
    state: state === null ? null : presentState(state),
  };
}

/** Fills in every field of a policy, as clients expect; old clients send `max_retries` and `retry_delay_seconds`. */
export function completeTaskRunPolicy(given: TaskRunPolicy): Required<TaskRunPolicy> {
  const { max_retries = 0, retry_delay_seconds = 0 } = given;
  return {
    max_retries,
    retry_delay_seconds,
    retries: given.retries ?? (max_retries === 0 ? null : max_retries),
    retry_delay: given.retry_delay ?? (retry_delay_seconds === 0 ? null : retry_delay_seconds),
    retry_jitter_factor: given.retry_jitter_factor ?? null,
  };
}
