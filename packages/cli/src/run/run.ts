import { isNotFound } from "@ostinato/client";
import { isUuid } from "@ostinato/core";
import type { AnyFlow, Flow, FlowFuture } from "@ostinato/sdk";
import { observeRuns } from "@ostinato/sdk/observers";
import { CliError, codeOf, sentenceOf, usageError } from "../errors.ts";
import { showProgress } from "../progress/progress.ts";
import { findFlow } from "./find-flow.ts";
import { type Exports, lendOwnPackage, loadModule, type PackageInUse, type Sdk, sdkOf } from "./load-module.ts";
import { exitCodeOf, type Outcome, outcomeOf, sayOutcome } from "./outcome.ts";
import { allowRuns, type OwnRuns, refuseOwnRuns, watchOwnRuns } from "./own-runs.ts";
import { checkNames, type GivenParameters, readParameters } from "./parameters.ts";
import { listenForSignals } from "./run-signals.ts";
import { readTarget, type Target } from "./target.ts";

export interface RunOptions extends GivenParameters {
  readonly resume?: string;
  readonly json?: boolean;
}

/** Runs a flow of a file, and ends the process with the exit code of the outcome. */
export async function runFile(text: string, options: RunOptions): Promise<void> {
  checkOptions(options);
  const target = readTarget(text);
  const inUse = lendOwnPackage();
  // The SDK handles signals while a run is under way.
  const signals = listenForSignals({ isRunning: () => process.listenerCount("SIGINT") > 1 });
  const stopProgress = showProgress();
  try {
    const outcome = await runOnce(target, options, inUse);
    const { closeSession } = await sdkOf(inUse);
    await closeSession();
    stopProgress();
    sayOutcome(outcome, { json: options.json, resumeHint: `ostinato run ${text}` });
    leave(signals.exitCode ?? exitCodeOf(outcome));
  } catch (error) {
    stopProgress();
    throw ofProgram(error);
  }
}

/** Wrong use of the SDK by the program that runs is a failure of the program, not wrong use of the command. */
function ofProgram(error: unknown): unknown {
  if (error instanceof CliError || codeOf(error) !== "USAGE_ERROR") return error;
  return new CliError(sentenceOf(error), { cause: error });
}

function checkOptions({ resume, ...given }: RunOptions): void {
  if (resume === undefined) return;
  if (!isUuid(resume)) {
    throw usageError(
      `${JSON.stringify(resume)} is not the id of a flow run. "ostinato flow-run ls" lists the newest with their ids.`,
    );
  }
  if (hasParameters(given)) {
    throw usageError("A run that is resumed keeps its parameters: leave out -p and -P, or start a new run.");
  }
}

function hasParameters({ param, params }: GivenParameters): boolean {
  return param !== undefined || params !== undefined;
}

/** A file that runs its flow itself may do so, unless a flow or parameters were given. */
async function runOnce(target: Target, options: RunOptions, inUse: PackageInUse): Promise<Outcome> {
  if (target.exportName !== undefined || hasParameters(options) || options.resume !== undefined) {
    refuseOwnRuns(target.shown);
    const exports = await loadModule(target);
    return await start(exports, { target, options, inUse });
  }
  const ownRuns = watchOwnRuns();
  const exports = await loadModule(target).catch((error: unknown) => {
    // Prefer the end of the run over the error that the file rethrows.
    if (ownRuns.outcome()?.error === undefined) throw error;
    return undefined;
  });
  if (exports === undefined || ownRuns.calls > 0) return await ended(ownRuns, target);
  return await start(exports, { target, options, inUse });
}

/** Waits, as `node` does, until nothing that the file started is left to do. */
function ended(ownRuns: OwnRuns, { shown }: Target): Promise<Outcome> {
  return new Promise((resolve, reject) => {
    const end = () => {
      const outcome = ownRuns.outcome();
      if (outcome === undefined) reject(new CliError(`${shown} called a flow, which could not start.`));
      else resolve(outcome);
    };
    if (ownRuns.outcome()?.error === undefined) process.once("beforeExit", end);
    else end();
  });
}

interface Start {
  readonly target: Target;
  readonly options: RunOptions;
  readonly inUse: PackageInUse;
}

async function start(exports: Exports, { target, options, inUse }: Start): Promise<Outcome> {
  allowRuns();
  const sdk = await sdkOf(inUse);
  const flow = findFlow({ exports, target, isFlow: sdk.isFlow });
  let url: string | undefined;
  observeRuns((seen) => {
    if (seen.kind === "flow-run" && seen.parentId === null) url = seen.url ?? undefined;
  });
  const begin = await preparedCall(flow, { sdk, options });
  const started = performance.now();
  const future = begin();
  const final = await future.finished();
  const seconds = (performance.now() - started) / 1000;
  if (final.type !== "COMPLETED" && future.id === undefined) throw notBegun(final.error, options.resume);
  return outcomeOf(final, { flowRunId: future.id, flowRunName: future.name, flowName: flow.name, seconds, url });
}

/** Returns the call, once its parameters are valid. It does not return the future, which an async function would await. */
async function preparedCall(
  flow: AnyFlow,
  { sdk, options }: { readonly sdk: Sdk; readonly options: RunOptions },
): Promise<() => FlowFuture<unknown>> {
  const { resume } = options;
  const runnable = flow as Flow<never, unknown>;
  if (resume !== undefined) return () => sdk.resumeRun(resume, runnable);
  const { parameterSchema: schema } = await sdk.describeFlow(flow);
  const parameters = readParameters(options, schema);
  checkNames(parameters, { flowName: flow.name, schema });
  return () => sdk.runFlow(runnable, parameters);
}

function notBegun(error: Error, resume: string | undefined): Error {
  if (resume === undefined || !isNotFound(error)) return error;
  return new CliError(`There is no flow run with the id ${resume}. "ostinato flow-run ls" lists the newest.`, {
    cause: error,
  });
}

/** Exits even when the flow left a connection or a timer open. */
function leave(exitCode: number): void {
  process.stdout.write("", () => process.exit(exitCode));
}
