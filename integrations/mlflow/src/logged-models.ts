import { stat } from "node:fs/promises";
import { basename } from "node:path";
import type { Bucket } from "ostinato/bucket";
import { artifactsAt } from "./artifacts.ts";
import { MlflowError } from "./mlflow-error.ts";
import { type Rest, versionOf } from "./rest.ts";
import { entriesOf } from "./run-facts.ts";

export interface LogModelOptions {
  /** A file, or a folder with all that is in it. */
  readonly from: string;
  /** What kind of model it is, such as `classifier`. */
  readonly type?: string;
  readonly params?: Readonly<Record<string, unknown>>;
  readonly tags?: Readonly<Record<string, unknown>>;
  /** Values of this model, which the run gets too. */
  readonly metrics?: Readonly<Record<string, number>>;
}

/** A model that MLflow keeps. */
export interface LoggedModel {
  /** Of the logged model; undefined in MLflow 2, where a model is no more than artifacts of its run. */
  readonly id: string | undefined;
  readonly name: string;
  /** `models:/m-…` in MLflow 3, `runs:/…/name` in MLflow 2: what other programs load it by. */
  readonly uri: string;
  readonly runId: string;
  /** The files of the model. */
  readonly artifacts: Bucket;
  /** Its page in MLflow. */
  readonly url: string;
}

/** What the run that makes a model does for it. */
interface ModelRun {
  readonly id: string;
  readonly experimentId: string;
  readonly url: string;
  readonly artifactUri: string;
  logMetrics(metrics: Readonly<Record<string, number>>, options?: { readonly model: LoggedModel }): Promise<void>;
}

interface WireLoggedModel {
  readonly info: {
    readonly model_id: string;
    readonly experiment_id: string;
    readonly name: string;
    readonly artifact_uri: string;
    readonly source_run_id?: string;
  };
}

export async function logModel(
  rest: Rest,
  run: ModelRun,
  { name, from, type, params = {}, tags = {}, metrics = {} }: LogModelOptions & { readonly name: string },
): Promise<LoggedModel> {
  const body = {
    experiment_id: run.experimentId,
    name,
    source_run_id: run.id,
    params: entriesOf(params),
    tags: entriesOf(tags),
    ...(type === undefined ? {} : { model_type: type }),
  };
  const made = await createLoggedModel(rest, body);
  if (made === undefined) return await logAsArtifacts(rest, run, { name, from, metrics });
  const model = loggedModelOf(rest, made);
  try {
    await send(model.artifacts, from);
    await run.logMetrics(metrics, { model });
    await setStatus(rest, model, "LOGGED_MODEL_READY");
  } catch (error) {
    await setStatus(rest, model, "LOGGED_MODEL_UPLOAD_FAILED").catch(() => {}); // The first error is the one to tell.
    throw error;
  }
  await rest.call({
    method: "POST",
    path: "runs/outputs",
    body: { run_id: run.id, models: [{ model_id: model.id, step: 0 }] },
  });
  return model;
}

export async function readLoggedModel(rest: Rest, id: string): Promise<LoggedModel> {
  try {
    const { model } = await rest.call<{ readonly model: WireLoggedModel }>({
      method: "GET",
      path: `logged-models/${encodeURIComponent(id)}`,
    });
    return loggedModelOf(rest, model);
  } catch (error) {
    if (!isUnknownPath(error)) throw error;
    throw new MlflowError(
      `MLflow at ${rest.url} is ${await versionOf(rest)} and has no logged models; take MLflow 3, or read the artifacts of the run`,
      { code: "MLFLOW_UNSUPPORTED", status: 404, cause: error },
    );
  }
}

/** Undefined where MLflow knows no logged models, before its version 3. */
async function createLoggedModel(rest: Rest, body: object): Promise<WireLoggedModel | undefined> {
  try {
    const { model } = await rest.call<{ readonly model: WireLoggedModel }>({
      method: "POST",
      path: "logged-models",
      body,
    });
    return model;
  } catch (error) {
    if (isUnknownPath(error)) return undefined;
    throw error;
  }
}

/** What MLflow does not know it answers as any web server does, and not in its own words. */
function isUnknownPath(error: unknown): boolean {
  return error instanceof MlflowError && error.status === 404 && error.errorCode === undefined;
}

/** MLflow 2: the model is a folder among the artifacts of the run. */
async function logAsArtifacts(
  rest: Rest,
  run: ModelRun,
  { name, from, metrics }: { readonly name: string } & Required<Pick<LogModelOptions, "from" | "metrics">>,
): Promise<LoggedModel> {
  const { id: runId, artifactUri, url } = run;
  const artifacts = artifactsAt(rest, `${artifactUri}/${name}`);
  await send(artifacts, from);
  await run.logMetrics(metrics);
  return { id: undefined, name, uri: `runs:/${runId}/${name}`, runId, artifacts, url };
}

async function send(artifacts: Bucket, from: string): Promise<void> {
  const isFolder = (await stat(from)).isDirectory();
  if (isFolder) await artifacts.uploadFolder(from, "");
  else await artifacts.upload(from, basename(from));
}

async function setStatus(rest: Rest, { id = "" }: LoggedModel, status: string): Promise<void> {
  const body = { model_id: id, status };
  await rest.call({ method: "PATCH", path: `logged-models/${encodeURIComponent(id)}`, body, isRepeatable: true });
}

function loggedModelOf(rest: Rest, { info }: WireLoggedModel): LoggedModel {
  const { model_id: id, experiment_id, name, artifact_uri, source_run_id = "" } = info;
  return {
    id,
    name,
    uri: `models:/${id}`,
    runId: source_run_id,
    get artifacts() {
      return artifactsAt(rest, artifact_uri);
    },
    url: `${rest.pagesUrl}/#/experiments/${experiment_id}/models/${id}`,
  };
}
