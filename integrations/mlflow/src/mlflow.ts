import type { Bucket } from "ostinato/bucket";
import { type Experiment, experimentNamed, findExperiment } from "./experiments.ts";
import { type LoggedModel, readLoggedModel } from "./logged-models.ts";
import { isAbsent } from "./mlflow-error.ts";
import {
  deleteAlias,
  type ModelVersion,
  modelArtifacts,
  modelVersion,
  type RegisterOptions,
  registerModel,
  setAlias,
} from "./registry.ts";
import { type MlflowOptions, openRest, type Rest, versionOf } from "./rest.ts";
import { factsOf, type MetricPoint, type RunFacts, type WireRun } from "./run-facts.ts";
import { type BestRunOptions, bestRun, metricHistory, type SearchOptions, searchRuns } from "./run-search.ts";
import { type MlflowRun, originOf, type StartOptions, startRun, writing } from "./running-run.ts";

/** An MLflow server, 2.22 or 3. Each call rejects with an {@link MlflowError} that says what to do. */
export interface Mlflow {
  /** Without a slash at the end. */
  readonly url: string;
  /** Of MLflow itself: `3.17.2`. */
  version(): Promise<string>;
  /** Makes it where there is none. */
  experiment(name: string): Promise<Experiment>;
  /** Begins a run, to be ended by `finish()`; under `await using` it ends as FAILED where the scope is left before. */
  startRun(options: StartOptions): Promise<MlflowRun>;
  /** Begins a run and ends it: as FINISHED, as FAILED where `act` throws, as KILLED where the run of Ostinato is cancelled. */
  run<T>(options: StartOptions, act: (run: MlflowRun) => Promise<T>): Promise<T>;
  /** Goes on writing a run, such as in another task. Rejects where there is none. */
  openRun(id: string): Promise<MlflowRun>;
  /** Undefined where there is none. */
  readRun(id: string): Promise<RunFacts | undefined>;
  /** None where there is no such experiment. */
  searchRuns(experiment: string, options?: SearchOptions): AsyncIterable<RunFacts>;
  /** Undefined where no run has a value. Runs without one, or whose value is not a finite number, do not compete. */
  bestRun(experiment: string, options: BestRunOptions): Promise<RunFacts | undefined>;
  /** All values of a metric, in the order of their steps. */
  metricHistory(runId: string, metric: string): Promise<readonly MetricPoint[]>;
  /** A logged model of MLflow 3 by its id. */
  loggedModel(id: string): Promise<LoggedModel>;
  /** Makes a version of a registered model, and the registered model where there is none. */
  registerModel(name: string, model: LoggedModel, options?: RegisterOptions): Promise<ModelVersion>;
  /** By its number or by an alias. Undefined where there is none. */
  modelVersion(name: string, which: number | string): Promise<ModelVersion | undefined>;
  /** The files of a version. */
  modelArtifacts(version: ModelVersion): Promise<Bucket>;
  setAlias(name: string, of: { readonly alias: string; readonly version: number }): Promise<void>;
  /** Does nothing where no version has it. */
  deleteAlias(name: string, alias: string): Promise<void>;
}

/**
 * An MLflow server without a block. What is not given is taken from MLflow's own variables, `MLFLOW_TRACKING_URI` and the others.
 *
 * ```ts
 * import { mlflow } from "@ostinato/mlflow";
 *
 * const tracking = mlflow({ url: "http://mlflow:5000" });
 * await using run = await tracking.startRun({ experiment: "taxi" });
 * await run.logParams({ depth: 6 });
 * await run.logMetrics({ rmse: 7.7 });
 * await run.finish();
 * ```
 */
export function mlflow(options: MlflowOptions = {}): Mlflow {
  const rest = openRest(options);
  const start = async (given: StartOptions) =>
    await startRun(rest, (await experimentNamed(rest, given.experiment)).id, given);
  return {
    url: rest.url,
    version: () => versionOf(rest),
    experiment: (name) => experimentNamed(rest, name),
    startRun: start,
    async run(given, act) {
      const run = await start(given);
      try {
        const value = await act(run);
        await run.finish();
        return value;
      } catch (error) {
        // What broke the run is the error to tell.
        await run.finish(originOf()?.signal.aborted ? "KILLED" : "FAILED").catch(() => {});
        throw error;
      }
    },
    openRun: async (id) => writing(rest, factsOf(rest, await wireRun(rest, id))),
    async readRun(id) {
      try {
        return factsOf(rest, await wireRun(rest, id));
      } catch (error) {
        if (isAbsent(error)) return undefined;
        throw error;
      }
    },
    async *searchRuns(experiment, given = {}) {
      const found = await findExperiment(rest, experiment);
      if (found !== undefined) yield* searchRuns(rest, found.id, given);
    },
    async bestRun(experiment, given) {
      const found = await findExperiment(rest, experiment);
      return found === undefined ? undefined : await bestRun(rest, found.id, given);
    },
    metricHistory: (runId, metric) => metricHistory(rest, runId, metric),
    loggedModel: (id) => readLoggedModel(rest, id),
    registerModel: (name, model, given) => registerModel(rest, name, model, given),
    modelVersion: (name, which) => modelVersion(rest, name, which),
    modelArtifacts: (version) => modelArtifacts(rest, version),
    setAlias: (name, of) => setAlias(rest, name, of),
    deleteAlias: (name, alias) => deleteAlias(rest, name, alias),
  };
}

async function wireRun(rest: Rest, id: string): Promise<WireRun> {
  const query = { run_id: id };
  return (await rest.call<{ readonly run: WireRun }>({ method: "GET", path: "runs/get", query })).run;
}
