import { formatTimestamp, type Timestamp } from "@ostinato/core";
import type { Deployment, DeploymentSchedule, GlobalConcurrencyLimit } from "@ostinato/protocol";
import { readJson, readOptionalJson, readPlainJson, writeJson } from "../db/json-text.ts";
import type { JsonText } from "../db/tables.ts";
import type { DeploymentRow } from "./deployments.queries.ts";
import type { ScheduleRow } from "./schedules.queries.ts";

/** A deployment with what it consists of. */
export interface WholeDeployment {
  readonly row: DeploymentRow;
  readonly schedules: readonly ScheduleRow[];
  readonly limit: GlobalConcurrencyLimit | null;
}

export function presentDeployment({ row, schedules, limit }: WholeDeployment): Deployment {
  return {
    id: row.id,
    created: formatTimestamp(row.created),
    updated: formatTimestamp(row.updated),
    name: row.name,
    version: row.version,
    description: row.description,
    flow_id: row.flow_id,
    paused: row.paused === 1,
    schedules: schedules.map(presentSchedule),
    concurrency_limit: null,
    global_concurrency_limit: limit,
    concurrency_options: concurrencyOptions(row),
    job_variables: readJson(row.job_variables),
    parameters: readJson(row.parameters),
    tags: readPlainJson(row.tags),
    labels: readJson(row.labels),
    work_queue_name: queueName(row),
    work_queue_id: row.work_queue_id,
    last_polled: momentOrNull(lastPolled(row)),
    parameter_openapi_schema: readOptionalJson(row.parameter_openapi_schema),
    path: row.path,
    pull_steps: readOptionalJson(row.pull_steps),
    entrypoint: row.entrypoint,
    storage_document_id: row.storage_document_id,
    infrastructure_document_id: row.infrastructure_document_id,
    created_by: readOptionalJson(row.created_by),
    updated_by: readOptionalJson(row.updated_by),
    work_pool_name: row.work_pool_name,
    status: row.status,
    enforce_parameter_schema: row.enforce_parameter_schema === 1,
    run_policy: readPlainJson(row.run_policy),
  };
}

export function presentSchedule(row: ScheduleRow): DeploymentSchedule {
  return {
    id: row.id,
    created: formatTimestamp(row.created),
    updated: formatTimestamp(row.updated),
    deployment_id: row.deployment_id,
    schedule: readPlainJson(row.schedule),
    active: row.active === 1,
    max_scheduled_runs: row.max_scheduled_runs,
    parameters: readJson(row.parameters),
    slug: row.slug,
    problem: row.problem,
  };
}

/** What a deployment says, as its history keeps it: everything that a run of it may depend on. */
export function definitionOf(row: DeploymentRow, schedules: readonly ScheduleRow[]): JsonText {
  const said = presentDeployment({ row, schedules: [], limit: null });
  return writeJson({
    description: said.description,
    entrypoint: said.entrypoint,
    path: said.path,
    pull_steps: said.pull_steps,
    parameters: said.parameters,
    parameter_openapi_schema: said.parameter_openapi_schema,
    enforce_parameter_schema: said.enforce_parameter_schema,
    tags: said.tags,
    labels: said.labels,
    work_pool_name: said.work_pool_name,
    work_queue_name: said.work_queue_name,
    job_variables: said.job_variables,
    concurrency_limit: row.concurrency_limit,
    concurrency_options: said.concurrency_options,
    run_policy: said.run_policy,
    storage_document_id: said.storage_document_id,
    infrastructure_document_id: said.infrastructure_document_id,
    schedules: schedules
      .toSorted((one, other) => one.created - other.created || (one.id < other.id ? -1 : 1))
      .map(presentSchedule)
      .map(({ schedule, active, max_scheduled_runs, parameters, slug }) => ({
        slug,
        schedule,
        active,
        parameters,
        max_scheduled_runs,
      })),
  });
}

function concurrencyOptions({ concurrency_options }: DeploymentRow): Deployment["concurrency_options"] {
  const options = readOptionalJson<NonNullable<Deployment["concurrency_options"]>>(concurrency_options);
  return (
    options && {
      collision_strategy: options.collision_strategy,
      grace_period_seconds: options.grace_period_seconds ?? null,
    }
  );
}

function queueName({ queue_name, work_queue_name }: DeploymentRow): string | null {
  return queue_name ?? work_queue_name;
}

/** Who polls its work queue polls the deployment. */
function lastPolled({ last_polled, queue_polled }: DeploymentRow): Timestamp | null {
  if (last_polled === null || queue_polled === null) return last_polled;
  return queue_polled > last_polled ? queue_polled : last_polled;
}

function momentOrNull(moment: Timestamp | null): string | null {
  return moment === null ? null : formatTimestamp(moment);
}
