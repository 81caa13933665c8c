import {
  bulkRunLimit,
  type DeploymentFlowRunCreate,
  type FlowRunCreate,
  type FlowRunCreateResult,
} from "@ostinato/protocol";
import { readJson, readPlainJson } from "../db/json-text.ts";
import { type CreatedFlowRun, create as createFlowRun } from "../flow-runs/creation.service.ts";
import { checkNewRun } from "../job-templates/job-templates.service.ts";
import type { Context } from "../kernel/context.ts";
import { absent, RequestError, refused } from "../kernel/errors.ts";
import { unit } from "../kernel/unit.ts";
import type { JsonObject } from "../user-input/json-types.rules.ts";
import { withVariables } from "../variables/variables.service.ts";
import { claimPlace } from "../work-queues/claimed-places.service.ts";
import { type DeploymentRow, deploymentById } from "./deployments.queries.ts";
import { checkRunParameters, hydratedParameters } from "./run-parameters.rules.ts";

/** Creates a run of the deployment, or reads the one of its flow that has the idempotency key. */
export async function createRun(context: Context, id: string, given: DeploymentFlowRunCreate): Promise<CreatedFlowRun> {
  const deployment = await deploymentById(context.db.read, id);
  if (deployment === undefined) throw absent("Deployment");
  return createOf(context, deployment, given);
}

/** Creates one run after the other. One that can't be made says why, and the others are made. */
export async function createRuns(
  context: Context,
  id: string,
  given: readonly DeploymentFlowRunCreate[],
): Promise<FlowRunCreateResult[]> {
  if (given.length > bulkRunLimit) {
    throw refused("TOO_MANY_RUNS", `Cannot create more than ${bulkRunLimit} flow runs at once.`);
  }
  const deployment = await deploymentById(context.db.read, id);
  if (deployment === undefined) throw absent("Deployment");
  const results: FlowRunCreateResult[] = [];
  for (const each of given) results.push(await result(createOf(context, deployment, each)));
  return results;
}

async function result(creating: Promise<CreatedFlowRun>): Promise<FlowRunCreateResult> {
  try {
    const { flowRun } = await creating;
    return { flow_run_id: flowRun.id, status: "CREATED", error: null };
  } catch (error) {
    if (!(error instanceof RequestError) || error.status >= 500) throw error;
    return { flow_run_id: null, status: "FAILED", error: error.message };
  }
}

async function createOf(
  context: Context,
  deployment: DeploymentRow,
  given: DeploymentFlowRunCreate,
): Promise<CreatedFlowRun> {
  const { enforce_parameter_schema: enforce, ...run } = given;
  const merged = { ...readJson<JsonObject>(deployment.parameters), ...given.parameters };
  const parameters = await withVariables(context.db.read, (readVariable) =>
    hydratedParameters(merged, { subject: "flow run", readVariable }),
  );
  if (enforce ?? deployment.enforce_parameter_schema === 1) {
    checkRunParameters(parameters, deployment.parameter_openapi_schema);
  }
  const { work_queue_id: queueId, job_variables: variables } = deployment;
  await checkNewRun(context.db.read, { queueId, deployment: variables, run: given.job_variables });
  const queue = await queueOf(context, deployment, given.work_queue_name ?? null);
  const created: FlowRunCreate = {
    ...run,
    flow_id: deployment.flow_id,
    deployment_id: deployment.id,
    parameters,
    tags: [...readPlainJson<string[]>(deployment.tags), ...(given.tags ?? [])],
    labels: { ...readJson<NonNullable<FlowRunCreate["labels"]>>(deployment.labels), ...given.labels },
    state: given.state ?? { type: "SCHEDULED" },
    infrastructure_document_id: given.infrastructure_document_id ?? deployment.infrastructure_document_id,
    work_pool_name: deployment.work_pool_name,
    work_queue_name: queue,
  };
  return createFlowRun(context, created, { deploymentVersion: deployment.version });
}

/** The queue of the run: the one that it names in the pool of the deployment, which is made where it is not there, or its deployment's. */
async function queueOf(context: Context, deployment: DeploymentRow, named: string | null): Promise<string | null> {
  const { id, queue_name, work_queue_name, work_pool_name: pool } = deployment;
  if (named === null || named === "") return queue_name ?? work_queue_name;
  if (pool === null) {
    throw refused(
      "WORK_POOL_MISSING",
      `Cannot create flow run in work queue ${named} because deployment ${id} is not associated with a work pool. Please remove work_pool_name and try again.`,
    );
  }
  if (named !== queue_name) await unit(context, (unit) => claimPlace(unit, { pool, queue: named }));
  return named;
}
