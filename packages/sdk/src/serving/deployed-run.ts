import { type Client, isNotFound } from "@ostinato/client";
import type { Claim } from "@ostinato/client/flow-run-states";
import { proposeState, readState } from "@ostinato/client/flow-run-states";
import { formatTimestamp, isTerminal, stateNames, timeOrderedId } from "@ostinato/core";
import type { References } from "@ostinato/job-templates";
import type { Deployment, FlowRun, readDeployment, readFlow, readFlowRun } from "@ostinato/protocol";
import { logLevels } from "@ostinato/protocol/log-levels";
import { UsageError } from "../errors.ts";
import { failureMessage } from "../failures/failure-text.ts";
import { notice, printLine } from "../logging/console-output.ts";
import { stateMessage } from "../run/state-message.ts";
import { closeSession, type Session, session } from "../session/session.ts";
import { readEntrypoint } from "./entrypoint.ts";
import { loadingMessage } from "./flow-loading.ts";
import { executeRun, outliveReader } from "./run-execution.ts";

export interface DeployedRunOptions {
  readonly flowRunId: string;
  /** The token of the claim under which a worker has started this process; undefined where the worker knows no claims, as Prefect's. */
  readonly token: string | undefined;
}

/**
 * Executes a run of a deployment in this process, and ends the process: with 0 where the run completed. Before the flow is loaded, whatever goes
 * wrong becomes the run's state and a line of its log. Rejects with a `UsageError` where there is no such run.
 */
export async function executeDeployedRun({ flowRunId, token }: DeployedRunOptions): Promise<void> {
  outliveReader();
  const opened = await session();
  refuseServerInside(opened);
  const row = await readRun(opened, flowRunId);
  // Until the run has begun nothing else holds the process while it waits.
  opened.keepAlive();
  const run = new UnbegunRun(opened, row, token === undefined ? undefined : { token });
  const { state } = row;
  if (state !== null && isTerminal(state.type)) {
    notice(logLevels.info, `flow run "${row.name}" is ${state.name} already: there is nothing to do`);
    await closeSession();
    process.exit(0);
  }
  const stopListening = run.endBySignals();
  try {
    const wanted = await findFlow(opened, row, run);
    await executeRun(
      wanted,
      { flowRunId, claim: run.claim },
      { begun: stopListening, problem: (message) => void run.crash(message) },
    );
  } catch (error) {
    await run.crash(loadingMessage(error));
  }
}

/** A server inside this process knows nothing of deployments that other processes make. */
function refuseServerInside({ connection }: Session): void {
  if (!connection.inProcess) return;
  throw new UsageError(
    "Executing a run of a deployment needs its server, and none answers. Name it in OSTINATO_API_URL or PREFECT_API_URL.",
  );
}

async function readRun({ client, connection }: Session, id: string): Promise<FlowRun> {
  try {
    return await client.call<typeof readFlowRun>("GET /flow_runs/{id}", { params: { id } });
  } catch (error) {
    if (!isNotFound(error)) throw error;
    throw new UsageError(`There is no flow run with the id ${id} on ${connection.baseUrl}.`);
  }
}

async function findFlow(opened: Session, row: FlowRun, run: UnbegunRun) {
  const deployment = await readDeploymentOf(opened, row);
  const { entrypoint, name } = deployment;
  if (entrypoint === null) {
    throw new UsageError(
      `Deployment "${name}" has no entrypoint, so nobody knows which file makes its flow. Deploy it anew with one, such as flows/train.ts:train.`,
    );
  }
  const { client } = opened;
  const [flow, folder] = await Promise.all([
    client.call<typeof readFlow>("GET /flows/{id}", { params: { id: row.flow_id } }),
    sourceOf(opened, row, { deployment, run }),
  ]);
  return { ...readEntrypoint(entrypoint, folder), flowName: flow.name, deploymentName: name };
}

async function readDeploymentOf({ client }: Session, { name, deployment_id: id }: FlowRun): Promise<Deployment> {
  if (id === null) {
    throw new UsageError(
      `Flow run "${name}" has no deployment, so nobody knows which file makes its flow. Go on with it by: ostinato run <file> --resume <id>`,
    );
  }
  try {
    return await client.call<typeof readDeployment>("GET /deployments/{id}", { params: { id } });
  } catch (error) {
    if (!isNotFound(error)) throw error;
    throw new UsageError(`The deployment of flow run "${name}" was deleted.`);
  }
}

interface Bringing {
  readonly deployment: Deployment;
  readonly run: UnbegunRun;
}

/** Brings the deployment's code to the folder that becomes the working folder: the one in which the flow was deployed, or that of the pull steps. */
async function sourceOf(opened: Session, row: FlowRun, { deployment, run }: Bringing): Promise<string> {
  const { path, pull_steps: steps, name } = deployment;
  const folder = path === null || path === "" ? process.cwd() : path;
  try {
    process.chdir(folder);
  } catch (error) {
    throw new UsageError(`The folder ${folder} of deployment "${name}" cannot be entered: ${failureMessage(error)}`);
  }
  if (steps === null || steps.length === 0) return folder;
  const [{ runPullSteps }, { pullStepEvents }, references] = await Promise.all([
    import("../sources/pull-steps.ts"),
    import("./pull-step-events.ts"),
    revealedReferences(opened.client),
  ]);
  const log = (line: string) => run.log(logLevels.info, line);
  const onEnd = pullStepEvents(opened, row);
  process.chdir(await runPullSteps(steps, { log, references, signal: run.signal, onEnd }));
  return process.cwd();
}

/** What is secret in the blocks that steps refer to is shown by no line of the log. */
async function revealedReferences(client: Client): Promise<References> {
  const [{ keptValues }, { revealSecrets }] = await Promise.all([
    import("@ostinato/client/kept-values"),
    import("../blocks/revealing.ts"),
  ]);
  return keptValues(client, (document) => revealSecrets(document));
}

const signals = ["SIGTERM", "SIGINT", "SIGHUP"] as const;
/** The exit code by which a shell reports a process that was ended by the signal. */
const signalExitCodes = { SIGTERM: 143, SIGINT: 130, SIGHUP: 129 } as const;

/** A run that is not under way yet: its flow is still to be loaded. What ends it meanwhile is told here, once. */
class UnbegunRun {
  readonly claim: Claim | undefined;
  readonly #opened: Session;
  readonly #row: FlowRun;
  readonly #ending = new AbortController();

  constructor(opened: Session, row: FlowRun, claim: Claim | undefined) {
    this.#opened = opened;
    this.#row = row;
    this.claim = claim;
  }

  /** Aborted when the run ends before it has begun. */
  get signal(): AbortSignal {
    return this.#ending.signal;
  }

  /** Ends the run and the process at a signal, until the returned function is called. */
  endBySignals(): () => void {
    const end = (signal: NodeJS.Signals) => {
      const message = `The process was ended by ${signal} before the run began.`;
      void this.#end(message, signalExitCodes[signal as (typeof signals)[number]]);
    };
    for (const signal of signals) process.on(signal, end);
    return () => {
      for (const signal of signals) process.off(signal, end);
    };
  }

  /** Ends the run as crashed, and the process with 1. */
  async crash(message: string): Promise<void> {
    await this.#end(message, 1);
  }

  async #end(message: string, exitCode: number): Promise<void> {
    if (this.signal.aborted) return;
    this.#ending.abort(new Error(message));
    try {
      this.log(logLevels.error, message);
      await this.#propose(message);
      await closeSession();
    } catch (error) {
      process.stderr.write(`The server could not be told: ${failureMessage(error)}\n`);
    }
    process.exit(exitCode);
  }

  /** A run that somebody has cancelled ends as they wanted. */
  async #propose(message: string): Promise<void> {
    const { id } = this.#row;
    const { state } = await readRun(this.#opened, id);
    if (state === null || isTerminal(state.type)) return;
    const isCancelled = state.type === "CANCELLING";
    await proposeState(this.#opened, {
      flowRunId: id,
      from: readState(state),
      state: isCancelled
        ? { type: "CANCELLED", name: stateNames.cancelled, message: state.message }
        : { type: "CRASHED", name: stateNames.crashed, message: stateMessage(message) },
      claim: this.claim,
    });
  }

  /** Prints a line, and adds it to the log of the run. */
  log(level: number, text: string): void {
    const { clock, logs, server } = this.#opened;
    const now = clock.now();
    const message = stateMessage(text);
    printLine({ level, speaker: this.#row.name, message });
    logs.add({
      ...(server === undefined ? {} : { id: timeOrderedId(now) }),
      name: "ostinato.flow_runs",
      level,
      message,
      timestamp: formatTimestamp(now),
      flow_run_id: this.#row.id,
      task_run_id: null,
    });
  }
}
