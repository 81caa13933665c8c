import { UsageError } from "../errors.ts";
import { failureMessage } from "../failures/failure-text.ts";
import type { FlowDefinition } from "../flow/flow-definition.ts";
import { becomeRunProcess, type DeploymentDefinition, type FlowMaker } from "../flow/flow-deployment.ts";
import { onTopLevelCall } from "../flow/top-level-calls.ts";
import { importProgram, shorten } from "./program-file.ts";
import type { FromRunProcess, RunJob } from "./run-job.ts";
import { takeJob } from "./run-job.ts";

interface MadeFlow {
  readonly flow: FlowDefinition;
  readonly maker: FlowMaker;
}

/** How long the file may take to load. */
const loadingMillis = 300_000;
/** How long the rest of the file may take after the run has ended, such as the lines behind `await train.serve()`. */
const restMillis = 2000;

/**
 * Executes the one run that this process was started for, and ends the process. A run that cannot begin is reported to the process that
 * started this one.
 */
export async function executeJob(environment: NodeJS.ProcessEnv = process.env): Promise<void> {
  const job = takeJob(environment);
  if (job === undefined) throw new Error("This program is started by a process that serves flows, for one run each.");
  outliveReader();
  const onUncaught = (error: unknown) => void giveUp(uncaughtMessage(job, error));
  process.on("uncaughtException", onUncaught);
  const ended = Promise.withResolvers<void>();
  try {
    const { rest, found } = loadFlow(job, ended.promise);
    const { maker } = await found;
    const future = maker.resume(job.flowRunId, { token: job.token });
    // From here on the run's own handlers decide: they report the end of the process under the run.
    void future.created.then(() => process.off("uncaughtException", onUncaught)).catch(() => {});
    const final = await future.finished();
    if (future.id === undefined && final.type !== "COMPLETED") return giveUp(failureMessage(final.error));
    ended.resolve();
    await Promise.race([rest, later(restMillis)]);
    await maker.close();
    process.exit(final.type === "COMPLETED" ? 0 : 1);
  } catch (error) {
    giveUp(failureMessage(error));
  }
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
  onTopLevelCall(({ flowName }) => {
    throw new UsageError(
      `${shorten(job.file)} runs flow "${flowName}" itself when it is loaded, and it is loaded in the process of each run. Limit that to direct starts: if (import.meta.main) await ${flowName}(…)`,
    );
  });
  const loaded = importProgram(job.file).then(() => {
    const flow = made.find((one) => one.flow.name === job.flowName && one.flow.file === job.file);
    const namesake = made.find((one) => one.flow.name === job.flowName);
    found.resolve(flow ?? namesake ?? Promise.reject(new UsageError(noFlow(job, made))));
  });
  loaded.catch(found.reject);
  const unsettled = () =>
    found.reject(new UsageError(`${shorten(job.file)} waits at its top level for a promise that never settles.`));
  process.once("beforeExit", unsettled);
  const tooLong = setTimeout(
    () =>
      found.reject(
        new UsageError(`${shorten(job.file)} did not finish loading within ${loadingMillis / 60_000} minutes.`),
      ),
    loadingMillis,
  ).unref();
  void found.promise
    .finally(() => {
      clearTimeout(tooLong);
      process.off("beforeExit", unsettled);
      onTopLevelCall(undefined);
    })
    .catch(() => {});
  return { found: found.promise, rest: loaded.catch(() => {}) };
}

function isWanted({ flow, name }: DeploymentDefinition, { flowName, deploymentName }: RunJob): boolean {
  return flow.name === flowName && name === deploymentName;
}

function noFlow({ file, flowName }: RunJob, made: readonly MadeFlow[]): string {
  const names = made.map(({ flow }) => flow.name);
  const has = names.length === 0 ? "It makes no flows." : `Its flows are: ${names.join(", ")}.`;
  return `${shorten(file)} has no flow "${flowName}" any more. ${has} Give the flow its name back, or serve the file anew.`;
}

function uncaughtMessage({ file }: RunJob, error: unknown): string {
  return `${shorten(file)} could not be loaded: ${failureMessage(error)}. The file is loaded in the process of each run: what only the serving process needs, such as a server on a port, belongs under if (import.meta.main).`;
}

/** Tells the process that started this one why the run cannot begin, and ends. */
function giveUp(message: string): void {
  process.stderr.write(`${message}\n`);
  const report: FromRunProcess = { kind: "problem", message };
  if (process.send === undefined || !process.connected) process.exit(1);
  process.send(report, () => process.exit(1));
}

/** The process goes on when the one that reads its output is gone. */
function outliveReader(): void {
  for (const stream of [process.stdout, process.stderr]) stream.on("error", () => {});
}

function later(millis: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, millis).unref());
}
