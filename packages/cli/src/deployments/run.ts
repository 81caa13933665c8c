import { ApiError, type Client } from "@ostinato/client";
import { isTerminal, randomId } from "@ostinato/core";
import { createFlowRunFromDeployment, type Deployment, type FlowRun, readFlowRun } from "@ostinato/protocol";
import { withNamedBlocks } from "../blocks/parameter-blocks.ts";
import { type Connected, withServer } from "../connect.ts";
import { CliError } from "../errors.ts";
import { exitCodes } from "../exit-codes.ts";
import { followLogs } from "../logs/follow-logs.ts";
import { jsonLogPrinter, logPrinter } from "../logs/log-lines.ts";
import { localTime } from "../output/moments.ts";
import { note, say, sayJson } from "../output/output.ts";
import { oneLine, paint } from "../output/text.ts";
import { exitCodeOf, type Outcome, sayOutcome } from "../run/outcome.ts";
import { checkNames, type GivenParameters, type Parameters, readParameters } from "../run/parameters.ts";
import { findDeployment, type NamedDeployment } from "./find.ts";
import { readMoment } from "./given-times.ts";

export interface DeploymentRunOptions extends GivenParameters {
  readonly at?: string;
  readonly name?: string;
  readonly tag?: readonly string[];
  readonly priority?: number;
  readonly queue?: string;
  readonly jobVariable?: readonly string[];
  readonly watch?: boolean;
  readonly json?: boolean;
}

/** Asks for a run of a deployment; with `watch` follows it to its end. */
export function run(wanted: string, options: DeploymentRunOptions): Promise<void> {
  const at = options.at === undefined ? undefined : readMoment("--at", options.at);
  return withServer(async (connected) => {
    const { client, overNetwork } = connected;
    if (options.watch && !overNetwork) {
      throw new CliError('Watching a run needs a running server. Start one with "ostinato server start".');
    }
    const deployment = await findDeployment(client, wanted);
    const made = await createRun(client, deployment.row, {
      ...options,
      at,
      parameters: await parametersOf(client, deployment, options),
    });
    if (!options.watch && options.json) return sayJson(made);
    if (!options.watch) return sayMade(made, { deployment, client });
    note(`${oneLine(made.name)} of ${oneLine(deployment.fullName)}: ${pageOf(client, made)}`);
    sayUnserved(deployment);
    await watch(connected, made, { deployment, json: options.json });
  });
}

/** The given parameters, once their names are right. The server checks the values. */
export async function parametersOf(
  client: Client,
  { row, fullName }: NamedDeployment,
  given: GivenParameters,
): Promise<Parameters> {
  const schema = row.parameter_openapi_schema ?? undefined;
  const parameters = readParameters(given, schema);
  checkNames({ ...row.parameters, ...parameters }, { flowName: fullName, schema });
  return await withNamedBlocks(client, parameters, schema);
}

interface RunToMake {
  readonly parameters: Parameters;
  readonly at: Date | undefined;
  readonly name?: string;
  readonly tag?: readonly string[];
  readonly priority?: number;
  readonly queue?: string;
  readonly jobVariable?: readonly string[];
}

async function createRun(
  client: Client,
  { id }: Deployment,
  { parameters, at, name, tag, priority, queue, jobVariable }: RunToMake,
): Promise<FlowRun> {
  const state =
    at === undefined
      ? {}
      : { state: { type: "SCHEDULED", state_details: { scheduled_time: at.toISOString() } } as const };
  try {
    return await client.call(createFlowRunFromDeployment, {
      params: { id },
      body: {
        parameters: { ...parameters },
        name: name ?? null,
        tags: [...(tag ?? [])],
        idempotency_key: randomId(),
        ...(priority === undefined ? {} : { priority }),
        ...(queue === undefined ? {} : { work_queue_name: queue }),
        ...(jobVariable === undefined ? {} : { job_variables: readParameters({ param: jobVariable }, undefined) }),
        ...state,
      },
    });
  } catch (error) {
    throw refusalOf(error) ?? error;
  }
}

/** The server's words on parameters that break the schema. */
export function refusalOf(error: unknown): CliError | undefined {
  if (!(error instanceof ApiError) || (error.status !== 409 && error.status !== 422)) return undefined;
  const { detail } = Object(error.body) as { readonly detail?: unknown };
  const message = typeof detail === "string" ? detail : error.message;
  return new CliError(message, { exitCode: exitCodes.usage, cause: error });
}

interface Made {
  readonly deployment: NamedDeployment;
  readonly client: Client;
  readonly json: boolean | undefined;
}

function sayMade(made: FlowRun, { deployment, client }: Omit<Made, "json">): void {
  const time = made.next_scheduled_start_time ?? made.expected_start_time;
  const isLater = time !== null && Date.parse(time) > Date.now() + 1000;
  const isServed = deployment.row.status === "READY";
  const when = isLater ? `starts at ${localTime(time)}` : isServed ? "starts at once" : "is due";
  say(`Flow run ${oneLine(made.name)} of ${oneLine(deployment.fullName)} ${when}.`);
  say(`  ${paint("cyan", pageOf(client, made))}`);
  sayUnserved(deployment);
}

function sayUnserved({ row, fullName }: NamedDeployment): void {
  if (row.status === "READY") return;
  const { work_pool_name: pool } = row;
  note(
    pool === null
      ? `  Nothing serves ${oneLine(fullName)} now: the run waits until something does.`
      : `  No worker takes the runs of ${oneLine(fullName)} now. Start one: ostinato worker start --pool ${oneLine(pool)}`,
  );
}

function pageOf(client: Client, { id }: FlowRun): string {
  return `${client.baseUrl.replace(/\/api$/, "")}/runs/flow-run/${id}`;
}

async function watch(
  connected: Connected,
  made: FlowRun,
  { deployment, json }: Pick<Made, "deployment" | "json">,
): Promise<void> {
  const { client } = connected;
  const leave = () => {
    note(`The run goes on. Follow it again: ostinato flow-run logs ${made.id} --follow`);
    process.exit(exitCodes.cancelled);
  };
  process.once("SIGINT", leave);
  const read = () => client.call(readFlowRun, { params: { id: made.id } });
  await followLogs(connected, {
    flowRunId: made.id,
    target: { flow_run_id: made.id, subflows: true, level: null },
    print: json ? jsonLogPrinter() : logPrinter(client),
    hasEnded: async () => {
      const { state_type } = await read();
      return state_type !== null && isTerminal(state_type);
    },
  });
  process.off("SIGINT", leave);
  const outcome = outcomeOf(await read(), { deployment, client });
  sayOutcome(outcome, { json });
  process.exitCode = exitCodeOf(outcome);
}

function outcomeOf(run: FlowRun, { deployment, client }: Pick<Made, "deployment" | "client">): Outcome {
  return {
    flowRunId: run.id,
    flowRunName: run.name,
    flowName: deployment.fullName,
    stateType: run.state_type ?? "",
    stateName: run.state_name ?? "",
    message: run.state?.message ?? "",
    seconds: run.estimated_run_time,
    url: pageOf(client, run),
  };
}
