import type { Static } from "typebox";
import { GlobalConcurrencyLimit } from "./concurrency-limits.ts";
import { CreatedBy, FlowRunPolicy, RunPriority } from "./flow-runs.ts";
import { KeptParameters } from "./kept-parameters.ts";
import { Schedule, ScheduleInput } from "./schedules.ts";
import {
  Enum,
  Indexed,
  IndexedText,
  Integer32,
  JsonObject,
  Labels,
  Maybe,
  Moment,
  maxIndexedBytes,
  Nullable,
  Open,
  Seconds,
  Strict,
  Tags,
  Type,
  Uuid,
} from "./schema.ts";
import { StateCreate } from "./states.ts";

export const maxSchedules = 1000;
export const DeploymentName = Indexed(Type.String({ pattern: "^[^/%&><]+$", maxLength: maxIndexedBytes }));

const positive = Maybe(Integer32({ minimum: 1 }));
/** As many as Prefect allows. */
const scheduledRuns = Maybe(Type.Integer({ minimum: 1, maximum: 50 }));
const parameterSchema = Maybe(JsonObject);
const pullSteps = Maybe(Type.Array(JsonObject));

/** What happens to a run that finds all slots of its deployment taken: it waits, or it is cancelled. */
export const collisionStrategies = ["ENQUEUE", "CANCEL_NEW"] as const;

/** `grace_period_seconds` is how long a run that is being started holds its slot without a sign of life; 300 by default. */
export const ConcurrencyOptions = Open({
  collision_strategy: Enum(collisionStrategies),
  grace_period_seconds: Maybe(Type.Integer({ minimum: 60, maximum: 86_400 })),
});
export type ConcurrencyOptions = Static<typeof ConcurrencyOptions>;

/** Where a version of a deployment comes from: `type` says of which kind it is, other fields belong to the kind. */
export const VersionInfo = Open({ type: Type.String(), version: Type.String() });
export type VersionInfo = Static<typeof VersionInfo>;

export const missedRunPolicies = ["all", "latest", "none"] as const;
export const crashPolicies = ["stay", "restart"] as const;

/**
 * Ours: what happens to runs that could not start at their time, and to runs whose process died.
 *
 * - `missed` says which runs start late whose time passed while nobody served the deployment: all (the default), the latest, none.
 * - `expire_after_seconds` cancels a run that has not started so long after its time.
 * - `on_crash` starts a crashed run again, at most `max_restarts` times (3 by default).
 */
export const RunPolicy = Strict({
  missed: Maybe(Enum(missedRunPolicies)),
  expire_after_seconds: Maybe(Seconds({ minimum: 1 })),
  on_crash: Maybe(Enum(crashPolicies)),
  max_restarts: Maybe(Integer32({ minimum: 0 })),
});
export type RunPolicy = Static<typeof RunPolicy>;

/** `replaces` is the slug of the schedule that this one takes the place of. */
export const DeploymentScheduleCreate = Strict({
  active: Type.Optional(Type.Boolean()),
  schedule: ScheduleInput,
  max_scheduled_runs: scheduledRuns,
  parameters: Type.Optional(JsonObject),
  slug: Maybe(IndexedText),
  replaces: Maybe(IndexedText),
});
export type DeploymentScheduleCreate = Static<typeof DeploymentScheduleCreate>;

/** Writes only the fields that are present. */
export const DeploymentScheduleUpdate = Strict({
  active: Maybe(Type.Boolean()),
  schedule: Maybe(ScheduleInput),
  max_scheduled_runs: scheduledRuns,
  parameters: Type.Optional(JsonObject),
  slug: Maybe(IndexedText),
  replaces: Maybe(IndexedText),
});
export type DeploymentScheduleUpdate = Static<typeof DeploymentScheduleUpdate>;

export const DeploymentSchedule = Open({
  id: Uuid,
  created: Moment,
  updated: Moment,
  deployment_id: Uuid,
  schedule: Schedule,
  active: Type.Boolean(),
  max_scheduled_runs: Nullable(Type.Integer()),
  parameters: JsonObject,
  slug: Nullable(Type.String()),
  /** Ours: why it makes no runs, or runs that will fail. */
  problem: Nullable(Type.String()),
});
export type DeploymentSchedule = Static<typeof DeploymentSchedule>;

const definition = {
  version: Maybe(Type.String()),
  version_info: Maybe(VersionInfo),
  description: Maybe(Type.String()),
  concurrency_limit: positive,
  concurrency_options: Maybe(ConcurrencyOptions),
  global_concurrency_limit_id: Maybe(Uuid),
  parameter_openapi_schema: parameterSchema,
  work_queue_name: Maybe(Type.String()),
  work_pool_name: Maybe(Type.String()),
  storage_document_id: Maybe(Uuid),
  infrastructure_document_id: Maybe(Uuid),
  path: Maybe(Type.String()),
  entrypoint: Maybe(Type.String()),
  pull_steps: pullSteps,
  tags: Type.Optional(Tags),
  /** Ours. */
  run_policy: Maybe(RunPolicy),
};

export const DeploymentCreate = Strict({
  ...definition,
  name: DeploymentName,
  flow_id: Uuid,
  paused: Type.Optional(Type.Boolean()),
  schedules: Type.Optional(Type.Array(DeploymentScheduleCreate, { maxItems: maxSchedules })),
  enforce_parameter_schema: Type.Optional(Type.Boolean()),
  parameters: Type.Optional(JsonObject),
  labels: Maybe(Labels),
  job_variables: Type.Optional(JsonObject),
});
export type DeploymentCreate = Static<typeof DeploymentCreate>;

/** Writes only the fields that are present, null as null: a null `work_pool_name` takes the deployment off its queue. */
export const DeploymentUpdate = Strict({
  ...definition,
  paused: Type.Optional(Type.Boolean()),
  schedules: Type.Optional(Type.Array(DeploymentScheduleUpdate, { maxItems: maxSchedules })),
  enforce_parameter_schema: Maybe(Type.Boolean()),
  parameters: Maybe(JsonObject),
  job_variables: Maybe(JsonObject),
});
export type DeploymentUpdate = Static<typeof DeploymentUpdate>;

export const deploymentStatuses = ["READY", "NOT_READY"] as const;
export type DeploymentStatus = (typeof deploymentStatuses)[number];

/** `concurrency_limit` is always null, as in Prefect: `global_concurrency_limit` has the limit. */
export const Deployment = Open({
  id: Uuid,
  created: Moment,
  updated: Moment,
  name: Type.String(),
  version: Nullable(Type.String()),
  description: Nullable(Type.String()),
  flow_id: Uuid,
  paused: Type.Boolean(),
  schedules: Type.Array(DeploymentSchedule),
  concurrency_limit: Nullable(Type.Integer()),
  global_concurrency_limit: Nullable(GlobalConcurrencyLimit),
  concurrency_options: Nullable(ConcurrencyOptions),
  job_variables: JsonObject,
  parameters: JsonObject,
  tags: Tags,
  labels: Labels,
  work_queue_name: Nullable(Type.String()),
  work_queue_id: Nullable(Uuid),
  last_polled: Nullable(Moment),
  parameter_openapi_schema: Nullable(JsonObject),
  path: Nullable(Type.String()),
  pull_steps: Nullable(Type.Array(JsonObject)),
  entrypoint: Nullable(Type.String()),
  storage_document_id: Nullable(Uuid),
  infrastructure_document_id: Nullable(Uuid),
  created_by: Nullable(CreatedBy),
  updated_by: Nullable(CreatedBy),
  work_pool_name: Nullable(Type.String()),
  status: Enum(deploymentStatuses),
  enforce_parameter_schema: Type.Boolean(),
  /** Ours. */
  run_policy: RunPolicy,
});
export type Deployment = Static<typeof Deployment>;

/** A run of a deployment: its parameters and tags are added to those of the deployment. */
export const DeploymentFlowRunCreate = Strict({
  state: Maybe(StateCreate),
  name: Maybe(Type.String()),
  parameters: Type.Optional(JsonObject),
  /** Ours: the exact parameters, if JSON cannot express them. */
  kept_parameters: Maybe(KeptParameters),
  enforce_parameter_schema: Maybe(Type.Boolean()),
  context: Type.Optional(JsonObject),
  infrastructure_document_id: Maybe(Uuid),
  empirical_policy: Maybe(FlowRunPolicy),
  tags: Type.Optional(Tags),
  idempotency_key: Maybe(IndexedText),
  labels: Maybe(Labels),
  parent_task_run_id: Maybe(Uuid),
  work_queue_name: Maybe(Type.String()),
  job_variables: Maybe(JsonObject),
  priority: RunPriority,
});
export type DeploymentFlowRunCreate = Static<typeof DeploymentFlowRunCreate>;

export const deploymentSorts = ["CREATED_DESC", "UPDATED_DESC", "NAME_ASC", "NAME_DESC"] as const;
export type DeploymentSort = (typeof deploymentSorts)[number];

/** What became of one run of a bulk request. */
export const FlowRunCreateResult = Open({
  flow_run_id: Nullable(Uuid),
  status: Enum(["CREATED", "FAILED"] as const),
  error: Nullable(Type.String()),
});
export type FlowRunCreateResult = Static<typeof FlowRunCreateResult>;
