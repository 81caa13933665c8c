import { systemFailure } from "@ostinato/core";
import { UsageError } from "../errors.ts";
import { failureMessage } from "../failures/failure-text.ts";
import type { FlowDefinition } from "../flow/flow-definition.ts";
import { becomeRunProcess, type DeploymentDefinition, type FlowMaker } from "../flow/flow-deployment.ts";
import { onTopLevelCall } from "../flow/top-level-calls.ts";
import { describeFile } from "./file-description.ts";
import { importProgram, LoadError, shorten } from "./program-file.ts";
import type { FromProcess, RunJob } from "./run-job.ts";
import { takeJob } from "./run-job.ts";

interface MadeFlow {
  readonly flow: FlowDefinition;
  readonly maker: FlowMaker;
}

/** How long the file may take to load. */
const loadingMillis = 300_000;
/** How long the rest of the file may take after the run has ended, such as the lines behind `await train.serve()`. */
const restMillis = 2000;

/** Does the job that this process was started for, and ends the process. What prevents it is told to the process that started this one. */
export async function executeJob(environment: NodeJS.ProcessEnv = process.env): Promise<void> {
  const job = takeJob(environment);
  if (job === undefined) throw new Error("This program is started by a process that serves flows, for one run each.");
  outliveReader();
  const onUncaught = (error: unknown) => giveUp(uncaughtMessage(job.file, error));
  process.on("uncaughtException", onUncaught);
  try {
    checkWorkingDirectory();
    if (job.kind === "describe") tell({ kind: "description", ...(await describeFile(job.file)) }, 0);
    else await executeRun(job, () => process.off("uncaughtException", onUncaught));
  } catch (error) {
    giveUp(messageOf(error));
  }
}

function checkWorkingDirectory(): void {
  try {
    process.cwd();
  } catch {
    throw new UsageError(
      "The folder in which the serving process was started does not exist any more. Start it again in one that stays.",
    );
  }
}

/** The message of a file that cannot be loaded contains that of its cause. */
function messageOf(error: unknown): string {
  return error instanceof LoadError ? error.message : failureMessage(error);
}

async function executeRun(job: RunJob, begun: () => void): Promise<void> {
  const ended = Promise.withResolvers<void>();
  const { rest, found } = loadFlow(job, ended.promise);
  const { maker } = await found;
  const future = maker.resume(job.flowRunId, { token: job.token });
  // From here on the run's own handlers report the end of the process under the run.
  future.created.then(begun, () => {});
  const final = await future.finished();
  if (future.id === undefined && final.type !== "COMPLETED") return giveUp(failureMessage(final.error));
  ended.resolve();
  await Promise.race([rest, later(restMillis)]);
  await maker.close();
  process.exit(final.type === "COMPLETED" ? 0 : 1);
}

/** Loads the file, and finds the flow among those that it makes, or among those that it serves. */
function loadFlow(job: RunJob, ended: Promise<void>) {
  const made: MadeFlow[] = [];
  const found = Promise.withResolvers<MadeFlow>();
  becomeRunProcess({
    onFlow: (flow, maker) => void made.push({ flow, maker }),
    onServe(deployments) {
      const served = deployments.find((one) => isWanted(one, job));
      const own = made.find(({ flow }) => flow === served?.flow);
      if (own !== undefined) found.resolve(own);
      return ended;
    },
  });
  refuseTopLevelCalls(job.file);
  const rest = importProgram(job.file).then(() => {
    const named = made.filter(({ flow }) => flow.name === job.flowName);
    const flow = named.find((one) => one.flow.file === job.file) ?? named[0];
    if (flow === undefined) found.reject(new UsageError(noFlow(job, made)));
    else found.resolve(flow);
  }, found.reject);
  const stopWaiting = boundLoading(job.file, found.reject);
  const stop = () => {
    stopWaiting();
    onTopLevelCall(undefined);
  };
  found.promise.then(stop, stop);
  return { found: found.promise, rest };
}

function isWanted({ flow, name }: DeploymentDefinition, { flowName, deploymentName }: RunJob): boolean {
  return flow.name === flowName && name === deploymentName;
}

function refuseTopLevelCalls(file: string): void {
  onTopLevelCall(({ flowName }) => {
    throw new UsageError(
      `${shorten(file)} runs flow "${flowName}" itself when it is loaded, and it is loaded in the process of each run. Limit that to direct starts: if (import.meta.main) await ${flowName}(…)`,
    );
  });
}

/** A file that never finishes loading has no flow to run. */
function boundLoading(file: string, reject: (error: Error) => void): () => void {
  const unsettled = () =>
    reject(new UsageError(`${shorten(file)} waits at its top level for a promise that never settles.`));
  const tooLong = setTimeout(
    () => reject(new UsageError(`${shorten(file)} did not finish loading within ${loadingMillis / 60_000} minutes.`)),
    loadingMillis,
  ).unref();
  process.once("beforeExit", unsettled);
  return () => {
    clearTimeout(tooLong);
    process.off("beforeExit", unsettled);
  };
}

function noFlow({ file, flowName }: RunJob, made: readonly MadeFlow[]): string {
  const names = [...new Set(made.map(({ flow }) => flow.name))];
  const has = names.length === 0 ? "It makes no flows." : `Its flows are: ${names.join(", ")}.`;
  return `${shorten(file)} has no flow "${flowName}" any more. ${has} Give the flow its name back, or serve the file anew.`;
}

function uncaughtMessage(file: string, error: unknown): string {
  return `${shorten(file)} could not be loaded: ${systemFailure(error) ?? failureMessage(error)}. The file is loaded in the process of each run: what only the serving process needs, such as a server on a port, belongs under if (import.meta.main).`;
}

function giveUp(message: string): void {
  process.stderr.write(`${message}\n`);
  tell({ kind: "problem", message }, 1);
}

/** Tells the process that started this one, and ends. */
function tell(message: FromProcess, exitCode: number): void {
  if (process.send === undefined || !process.connected) process.exit(exitCode);
  process.send(message, () => process.exit(exitCode));
}

/** The process goes on when the one that reads its output is gone. */
function outliveReader(): void {
  for (const stream of [process.stdout, process.stderr]) stream.on("error", () => {});
}

function later(millis: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, millis).unref());
}
