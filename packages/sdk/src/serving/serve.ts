import { durationSeconds } from "@ostinato/core";
import type { Deployment, pauseDeployment } from "@ostinato/protocol";
import { logLevels } from "@ostinato/protocol/log-levels";
import { UsageError } from "../errors.ts";
import { failureMessage } from "../failures/failure-text.ts";
import type { ServingOptions } from "../flow/deployment-options.ts";
import type { FlowDefinition } from "../flow/flow-definition.ts";
import type { DeploymentDefinition } from "../flow/flow-deployment.ts";
import { flowId } from "../flow/flow-registration.ts";
import { inferredSchema } from "../inputs/inferred-schema.ts";
import { jsonSchemaOf } from "../inputs/parameter-schema.ts";
import { notice } from "../logging/console-output.ts";
import { type Session, session } from "../session/session.ts";
import { announceServing } from "./announcement.ts";
import { checkDeploymentOptions, checkServingOptions } from "./deployment-checks.ts";
import { registerDeployment, type ServedFlow } from "./registration.ts";
import { Runner } from "./runner.ts";
import { type StopRequests, stopRequests } from "./stop-requests.ts";

export { runDeployment } from "./deployment-run.ts";

const defaults = { limit: 5, shutdownTimeout: "10m", killAfter: "30s" } as const;

/** Registers the deployments, and executes their runs until the process is told to stop. */
export async function serveDeployments(
  deployments: readonly DeploymentDefinition[],
  { program, ...options }: ServingOptions & { readonly program: URL },
): Promise<void> {
  checkServingOptions(options);
  checkAll(deployments);
  const opened = await session();
  refuseServerInside(opened);
  const release = opened.keepAlive();
  const requests = stopRequests(options.signal);
  try {
    const registered: Registered[] = [];
    for (const deployment of deployments) registered.push(await register(opened, deployment, options));
    await run(opened, registered, { options, requests, program });
  } finally {
    requests.stopListening();
    release();
  }
}

interface Registered {
  readonly row: Deployment;
  readonly flow: ServedFlow;
}

interface RunOptions {
  readonly options: ServingOptions;
  readonly requests: StopRequests;
  readonly program: URL;
}

async function run(
  opened: Session,
  registered: readonly Registered[],
  { options, requests, program }: RunOptions,
): Promise<void> {
  const limit = options.limit ?? defaults.limit;
  const runner = new Runner({
    session: opened,
    program,
    limit,
    killAfterSeconds: durationSeconds(options.killAfter ?? defaults.killAfter),
    deployments: registered.map(({ row, flow }) => ({
      id: row.id,
      deploymentName: row.name,
      flowName: flow.name,
      file: flow.file,
    })),
  });
  await announceServing(
    opened,
    registered.map(({ row, flow }) => ({ row, flowName: flow.name })),
    limit,
  );
  await runner.start();
  await requests.stop;
  if (runner.count > 0) {
    const what = runner.count === 1 ? "the run that is" : `${runner.count} runs that are`;
    notice(logLevels.info, `stopping: no further runs start; waiting for ${what} under way. Once more to end at once`);
  }
  await runner.stop(durationSeconds(options.shutdownTimeout ?? defaults.shutdownTimeout), requests.atOnce);
  if (options.pauseOnShutdown === true) for (const { row } of registered) await pause(opened, row);
}

function checkAll(deployments: readonly DeploymentDefinition[]): void {
  if (deployments.length === 0) {
    throw new UsageError('serve() needs a deployment: serve(train.toDeployment({ name: "nightly" }))');
  }
  const names = new Set<string>();
  for (const { flow, name, options } of deployments) {
    const what = `Deployment "${flow.name}/${name}"`;
    checkDeploymentOptions(what, options);
    if (names.has(`${flow.name}/${name}`)) throw new UsageError(`${what} is given twice; give each another name`);
    names.add(`${flow.name}/${name}`);
  }
}

/** A server inside this process makes no runs by schedules, and processes of runs could not reach it. */
function refuseServerInside({ connection }: Session): void {
  if (!connection.inProcess) return;
  throw new UsageError(
    'Serving needs a server, and none answers. Start one with "ostinato server start", or name it in OSTINATO_API_URL.',
  );
}

async function register(
  opened: Session,
  { flow, options }: DeploymentDefinition,
  { pauseOnShutdown = false }: ServingOptions,
): Promise<Registered> {
  const served = await servedFlow(opened, flow);
  return { row: await registerDeployment(opened, served, { options, resume: pauseOnShutdown }), flow: served };
}

async function servedFlow(opened: Session, flow: FlowDefinition): Promise<ServedFlow> {
  const { name, version, file, options, fn } = flow;
  if (file === undefined) {
    throw new UsageError(
      `Flow "${name}" is made by code that is in no file, so the process of a run cannot load it: make it at the top of a module`,
    );
  }
  const own = options.parameters === undefined ? undefined : await jsonSchemaOf(options.parameters);
  const inferred = options.parameters === undefined ? inferredSchema(fn) : undefined;
  return {
    id: await flowId(opened, flow),
    name,
    version,
    description: options.description,
    file,
    parameterSchema: own === undefined ? inferred : { ...own },
    isOwnSchema: own !== undefined,
  };
}

async function pause({ client }: Session, { id, name }: Deployment): Promise<void> {
  try {
    await client.call<typeof pauseDeployment>("POST /deployments/{id}/pause_deployment", {
      params: { id },
      retries: 2,
    });
  } catch (error) {
    notice(logLevels.warning, `the schedules of deployment "${name}" could not be paused: ${failureMessage(error)}`);
  }
}
