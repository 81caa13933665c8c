import { fillPlaceholders, jobConfiguration, mergedJobVariables, type References } from "@ostinato/job-templates";
import type { Deployment, Flow, FlowRun, WorkPool } from "@ostinato/protocol";
import type { Job } from "../drivers/job.ts";
import { markingVariables } from "./child-output.ts";

export interface JobOfRunOptions {
  readonly run: FlowRun;
  readonly token: string;
  readonly deployment: Deployment;
  readonly flow: Flow;
  readonly pool: WorkPool;
  readonly workerName: string;
  /** Where the API is, ending with `/api`. */
  readonly baseUrl: string;
  /** `user:password`. */
  readonly auth: string | undefined;
  readonly environment: Readonly<NodeJS.ProcessEnv>;
  /** The blocks and variables of the server. */
  readonly references: References;
}

/** Seconds between two signs of life of a run, unless the worker's `OSTINATO_HEARTBEAT_SECONDS` says otherwise: after three the run has crashed. */
const heartbeatSeconds = 8;

/** The job of a run: the pool's template with the job variables of the deployment and of the run. Throws a `JobTemplateError`. */
export async function jobOfRun(options: JobOfRunOptions): Promise<Job> {
  const { run, token, deployment, pool, workerName, environment, references } = options;
  const variables = mergedJobVariables(deployment.job_variables, run.job_variables);
  const configuration = await jobConfiguration(pool.base_job_template, variables, { environment, references });
  return {
    identity: { flowRunId: run.id, claim: token, workPoolId: pool.id, workerName },
    flowRunName: run.name,
    entrypoint: deployment.entrypoint ?? undefined,
    configuration: {
      ...configuration,
      name: nameOf(configuration.name, options),
      labels: { ...labelsOf(options), ...(configuration.labels as object | null | undefined) },
    },
    environment: environmentOf(options),
  };
}

/** The name may refer to the flow and the run, as `{{ ctx.flow_run.name }}`. */
function nameOf(name: unknown, { flow, run }: JobOfRunOptions): string {
  if (typeof name !== "string" || name === "") return run.name;
  const filled = fillPlaceholders(name, { ctx: { flow, flow_run: run } }, {});
  return typeof filled === "string" && filled !== "" ? filled : run.name;
}

/** The labels that Prefect's workers write. */
function labelsOf({ run, flow, deployment, pool, workerName }: JobOfRunOptions): Record<string, string> {
  return {
    "prefect.io/flow-run-id": run.id,
    "prefect.io/flow-run-name": run.name,
    "prefect.io/flow-id": flow.id,
    "prefect.io/flow-name": flow.name,
    "prefect.io/deployment-id": deployment.id,
    "prefect.io/deployment-name": deployment.name,
    "prefect.io/work-pool-id": pool.id,
    "prefect.io/work-pool-name": pool.name,
    "prefect.io/worker-name": workerName,
  };
}

function environmentOf(options: JobOfRunOptions): Record<string, string> {
  const { run, flow, deployment, workerName, baseUrl, auth, environment } = options;
  return {
    ...settingsOf(environment),
    ...markingVariables,
    OSTINATO_API_URL: baseUrl,
    PREFECT_API_URL: baseUrl,
    ...(auth === undefined ? {} : { OSTINATO_API_AUTH_STRING: auth, PREFECT_API_AUTH_STRING: auth }),
    // The worker shows the name of the run before each of its lines.
    OSTINATO_SHOWN_RUN: run.name,
    OSTINATO_HEARTBEAT_SECONDS: environment.OSTINATO_HEARTBEAT_SECONDS ?? String(heartbeatSeconds),
    PREFECT__WORKER_NAME: workerName,
    PREFECT__FLOW_ID: run.flow_id,
    PREFECT__FLOW_NAME: flow.name,
    PREFECT__DEPLOYMENT_ID: deployment.id,
    PREFECT__DEPLOYMENT_NAME: deployment.name,
  };
}

/** The settings of clients that the worker was started with. Those of servers and the folders of this machine are not for its runs. */
function settingsOf(environment: Readonly<NodeJS.ProcessEnv>): Record<string, string> {
  const isForRuns = (name: string) =>
    /^(OSTINATO|PREFECT)_(?!_)/.test(name) &&
    !/^(OSTINATO|PREFECT)_(SERVER_|HOME$|PROFILES_PATH$|UI_)|_DATABASE_/.test(name) &&
    name !== "OSTINATO_JOB";
  return Object.fromEntries(
    Object.entries(environment).filter(
      (entry): entry is [string, string] => entry[1] !== undefined && isForRuns(entry[0]),
    ),
  );
}
