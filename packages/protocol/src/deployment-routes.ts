import {
  Deployment,
  DeploymentCreate,
  DeploymentFlowRunCreate,
  DeploymentSchedule,
  DeploymentScheduleCreate,
  DeploymentScheduleUpdate,
  DeploymentUpdate,
  deploymentSorts,
  FlowRunCreateResult,
  maxSchedules,
} from "./deployments.ts";
import { DeploymentFilter, runCriteria } from "./filters.ts";
import { FlowRun } from "./flow-runs.ts";
import { route } from "./route.ts";
import {
  ById,
  Count,
  Enum,
  Limit,
  Maybe,
  MomentInput,
  None,
  Offset,
  Open,
  Page,
  Paginated,
  Seconds,
  Strict,
  Type,
  Uuid,
} from "./schema.ts";

const sort = Maybe(Enum(deploymentSorts));
const tag = "Deployments";

export const createDeployment = route({
  method: "POST",
  path: "/deployments/",
  access: "run",
  summary: "Create a deployment, or replace the one of the flow that has the name",
  tag,
  body: DeploymentCreate,
  replies: { 200: Deployment, 201: Deployment },
});

export const updateDeployment = route({
  method: "PATCH",
  path: "/deployments/{id}",
  access: "run",
  summary: "Change a deployment",
  tag,
  params: ById,
  body: DeploymentUpdate,
  replies: { 204: None },
});

export const readDeployment = route({
  method: "GET",
  path: "/deployments/{id}",
  access: "read",
  summary: "Read a deployment",
  tag,
  params: ById,
  replies: { 200: Deployment },
});

export const readDeploymentByName = route({
  method: "GET",
  path: "/deployments/name/{flow_name}/{deployment_name}",
  access: "read",
  summary: "Read a deployment by the names of its flow and its own",
  tag,
  params: Open({ flow_name: Type.String(), deployment_name: Type.String() }),
  replies: { 200: Deployment },
});

export const deleteDeployment = route({
  method: "DELETE",
  path: "/deployments/{id}",
  access: "edit",
  summary: "Delete a deployment with its schedules and its future runs",
  tag,
  params: ById,
  replies: { 204: None },
});

export const countDeployments = route({
  method: "POST",
  path: "/deployments/count",
  access: "read",
  summary: "Count deployments",
  tag,
  body: Open(runCriteria),
  bodyOptional: true,
  replies: { 200: Count },
});

export const filterDeployments = route({
  method: "POST",
  path: "/deployments/filter",
  access: "read",
  summary: "Find deployments",
  tag,
  body: Open({ ...runCriteria, sort, limit: Limit, offset: Offset }),
  bodyOptional: true,
  replies: { 200: Type.Array(Deployment) },
});

export const paginateDeployments = route({
  method: "POST",
  path: "/deployments/paginate",
  access: "read",
  summary: "Find deployments, by page",
  tag,
  body: Open({ ...runCriteria, sort, limit: Limit, page: Page }),
  bodyOptional: true,
  replies: { 200: Paginated(Deployment) },
});

export const bulkDeleteDeployments = route({
  method: "POST",
  path: "/deployments/bulk_delete",
  access: "edit",
  summary: "Delete the deployments that match",
  tag,
  body: Strict({ deployments: Maybe(DeploymentFilter), limit: Maybe(Type.Integer({ minimum: 1, maximum: 50 })) }),
  bodyOptional: true,
  replies: { 200: Open({ deleted: Type.Array(Uuid) }) },
});

/** Whoever asks is taken to serve these deployments: they become READY. */
export const scheduledRunsOfDeployments = route({
  method: "POST",
  path: "/deployments/get_scheduled_flow_runs",
  access: "run",
  summary: "The runs of these deployments that are due, the earliest first",
  tag,
  body: Open({
    deployment_ids: Type.Array(Uuid, { maxItems: 5000 }),
    scheduled_before: Maybe(MomentInput),
    limit: Limit,
  }),
  replies: { 200: Type.Array(FlowRun) },
});

/** The runs that one request makes for each schedule. */
const maxRunsOfRequest = 1000;

/** Times bound the dates that are made; `min_time` is in seconds. */
export const scheduleDeployment = route({
  method: "POST",
  path: "/deployments/{id}/schedule",
  access: "run",
  summary: "Make the runs that the schedules of a deployment give in a range of time",
  tag,
  params: ById,
  body: Open({
    start_time: Maybe(MomentInput),
    end_time: Maybe(MomentInput),
    min_time: Maybe(Seconds({ minimum: 0 })),
    min_runs: Maybe(Type.Integer({ minimum: 0, maximum: maxRunsOfRequest })),
    max_runs: Maybe(Type.Integer({ minimum: 0, maximum: maxRunsOfRequest })),
  }),
  bodyOptional: true,
  replies: { 200: None },
});

export const pauseDeployment = route({
  method: "POST",
  path: "/deployments/{id}/pause_deployment",
  access: "edit",
  summary: "Stop all schedules of a deployment, and drop the runs that they made",
  tag,
  params: ById,
  replies: { 200: None },
});

export const resumeDeployment = route({
  method: "POST",
  path: "/deployments/{id}/resume_deployment",
  access: "edit",
  summary: "Let the schedules of a deployment go on",
  tag,
  params: ById,
  replies: { 200: None },
});

export const createFlowRunFromDeployment = route({
  method: "POST",
  path: "/deployments/{id}/create_flow_run",
  access: "run",
  summary: "Create a run of a deployment",
  tag,
  params: ById,
  body: DeploymentFlowRunCreate,
  replies: { 200: FlowRun, 201: FlowRun },
});

/** Runs of one bulk request. The service checks it, because Prefect's clients know the sentence of its error. */
export const bulkRunLimit = 100;

export const bulkCreateFlowRuns = route({
  method: "POST",
  path: "/deployments/{id}/create_flow_run/bulk",
  access: "run",
  summary: "Create several runs of a deployment",
  tag,
  params: ById,
  body: Type.Unsafe<DeploymentFlowRunCreate[]>({
    ...Type.Array(DeploymentFlowRunCreate),
    "~described": { maxItems: bulkRunLimit },
  }),
  replies: { 200: Open({ results: Type.Array(FlowRunCreateResult) }) },
});

export const readDeploymentSchedules = route({
  method: "GET",
  path: "/deployments/{id}/schedules",
  access: "read",
  summary: "The schedules of a deployment",
  tag,
  params: ById,
  replies: { 200: Type.Array(DeploymentSchedule) },
});

export const createDeploymentSchedules = route({
  method: "POST",
  path: "/deployments/{id}/schedules",
  access: "edit",
  summary: "Add schedules to a deployment",
  tag,
  params: ById,
  body: Type.Array(DeploymentScheduleCreate, { maxItems: maxSchedules }),
  replies: { 201: Type.Array(DeploymentSchedule) },
});

const ScheduleOfDeployment = Open({ id: Uuid, schedule_id: Uuid });

export const updateDeploymentSchedule = route({
  method: "PATCH",
  path: "/deployments/{id}/schedules/{schedule_id}",
  access: "edit",
  summary: "Change a schedule of a deployment",
  tag,
  params: ScheduleOfDeployment,
  body: DeploymentScheduleUpdate,
  replies: { 204: None },
});

export const deleteDeploymentSchedule = route({
  method: "DELETE",
  path: "/deployments/{id}/schedules/{schedule_id}",
  access: "edit",
  summary: "Delete a schedule of a deployment",
  tag,
  params: ScheduleOfDeployment,
  replies: { 204: None },
});
