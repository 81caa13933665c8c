import { artifact, currentRun } from "ostinato";
import type { Bucket } from "ostinato/bucket";
import { artifactsAt } from "./artifacts.ts";
import { type LogBatch, logBatches } from "./log-batches.ts";
import { type LoggedModel, type LogModelOptions, logModel } from "./logged-models.ts";
import type { Rest } from "./rest.ts";
import {
  entriesOf,
  factsOf,
  type MetricPoint,
  type RunFacts,
  type RunStatus,
  type WireRun,
  wireMetric,
} from "./run-facts.ts";

/** A run of MLflow that this program writes. */
export interface MlflowRun extends AsyncDisposable {
  readonly id: string;
  readonly name: string;
  readonly experimentId: string;
  /** Its page in MLflow. */
  readonly url: string;
  readonly artifactUri: string;
  /** Files of the run, through MLflow's server: `await run.artifacts.uploadFolder("plots", "plots")`. */
  readonly artifacts: Bucket;
  /** A param keeps its first value: MLflow refuses another one. Objects and lists are kept as JSON. */
  logParams(params: Readonly<Record<string, unknown>>): Promise<void>;
  /** One value each. `step` is 0 unless given. */
  logMetrics(metrics: Readonly<Record<string, number>>, at?: MetricOptions): Promise<void>;
  /** Any number of values with their steps, in requests of 1,000. */
  logHistory(points: Iterable<MetricPoint>): Promise<void>;
  setTags(tags: Readonly<Record<string, unknown>>): Promise<void>;
  /** Keeps a model: as a logged model in MLflow 3, and as artifacts of the run in MLflow 2. */
  logModel(name: string, options: LogModelOptions): Promise<LoggedModel>;
  /** Ends the run, as FINISHED unless given. What ends a second time stays as it is. */
  finish(status?: Exclude<RunStatus, "RUNNING" | "SCHEDULED">): Promise<void>;
  /** Ends a run that has not ended as FAILED, since a scope that is left before `finish()` was left by an error. */
  [Symbol.asyncDispose](): Promise<void>;
}

export interface MetricOptions {
  readonly step?: number;
  /** Now unless given. */
  readonly at?: Date;
  /** The metrics are of this logged model too, as MLflow 3 shows them. */
  readonly model?: LoggedModel;
}

export interface StartOptions {
  /** By its name. It is made where there is none. */
  readonly experiment: string;
  /** MLflow draws one unless given. */
  readonly name?: string;
  readonly tags?: Readonly<Record<string, unknown>>;
  /** The run below which MLflow shows it. That one alone is linked on the page of the flow run. */
  readonly parent?: { readonly id: string };
}

/** Begins a run in an experiment, and shows a link to it on the page of the flow run, unless it is part of another one. */
export async function startRun(
  rest: Rest,
  experimentId: string,
  { experiment, name, tags = {}, parent }: StartOptions,
): Promise<MlflowRun> {
  const parentTag = parent === undefined ? {} : { "mlflow.parentRunId": parent.id };
  const { run } = await rest.call<{ readonly run: WireRun }>({
    method: "POST",
    path: "runs/create",
    body: {
      experiment_id: experimentId,
      start_time: Date.now(),
      ...(name === undefined ? {} : { run_name: name }),
      tags: entriesOf({ ...originTags(), ...parentTag, ...tags }),
    },
  });
  const facts = factsOf(rest, run);
  if (parent === undefined && originOf() !== undefined) {
    await artifact.link({
      key: `mlflow-${experiment
        .toLowerCase()
        .replaceAll(/[^a-z0-9]+/g, "-")
        .replaceAll(/^-|-$/g, "")}`.replace(/-$/, ""),
      link: facts.url,
      linkText: `${experiment} / ${facts.name} in MLflow`,
      description: "The run of MLflow that this run writes.",
    });
  }
  return writing(rest, facts);
}

/** The run as one that this program writes. */
export function writing(rest: Rest, { id, name, experimentId, url, artifactUri }: RunFacts): MlflowRun {
  let ended = false;
  const send = async (batch: LogBatch) => {
    for (const body of logBatches(batch)) {
      await rest.call({ method: "POST", path: "runs/log-batch", body: { run_id: id, ...body }, isRepeatable: true });
    }
  };
  const finish: MlflowRun["finish"] = async (status = "FINISHED") => {
    if (ended) return;
    const body = { run_id: id, status, end_time: Date.now() };
    await rest.call({ method: "POST", path: "runs/update", body, isRepeatable: true });
    ended = true;
  };
  const run: MlflowRun = {
    id,
    name,
    experimentId,
    url,
    artifactUri,
    get artifacts() {
      return artifactsAt(rest, artifactUri);
    },
    logParams: async (params) => await send({ params: entriesOf(params) }),
    async logMetrics(metrics, { step = 0, at = new Date(), model } = {}) {
      const own = Object.entries(metrics).map(([key, value]) => wireMetric({ name: key, value, step, at }));
      await send({
        metrics: model?.id === undefined ? own : own.map((metric) => ({ ...metric, model_id: model.id })),
      });
    },
    async logHistory(points) {
      await send({ metrics: Array.from(points, wireMetric) });
    },
    setTags: async (tags) => await send({ tags: entriesOf(tags) }),
    logModel: (modelName, options) => logModel(rest, run, { name: modelName, ...options }),
    finish,
    [Symbol.asyncDispose]: () => finish(originOf()?.signal.aborted ? "KILLED" : "FAILED"),
  };
  return run;
}

/** Tags by which people come from MLflow to the run of Ostinato. */
function originTags(): Readonly<Record<string, string | undefined>> {
  const run = originOf();
  if (run === undefined) return {};
  const { flowRun, taskRun, url } = run;
  return {
    "mlflow.source.name": flowRun?.flowName ?? taskRun?.taskName,
    "mlflow.source.type": "JOB",
    "ostinato.flow_run_id": flowRun?.id,
    "ostinato.task_run_id": taskRun?.id,
    "ostinato.url": flowRun?.url ?? url,
  };
}

/** Undefined in a program outside of flows and tasks. */
export function originOf(): ReturnType<typeof currentRun> | undefined {
  try {
    return currentRun();
  } catch {
    return undefined;
  }
}
