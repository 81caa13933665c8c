import type { Bucket } from "ostinato/bucket";
import { artifactsAt } from "./artifacts.ts";
import { type LoggedModel, readLoggedModel } from "./logged-models.ts";
import { isAbsent, MlflowError } from "./mlflow-error.ts";
import type { Rest } from "./rest.ts";
import { byKey, entriesOf, factsOf, type WireEntry, type WireRun } from "./run-facts.ts";

export interface ModelVersion {
  readonly name: string;
  /** From 1. */
  readonly version: number;
  readonly aliases: readonly string[];
  readonly tags: Readonly<Record<string, string>>;
  readonly runId: string | undefined;
  /** Where its files come from: `models:/m-…` or `runs:/…`. */
  readonly source: string;
  /** Its page in MLflow. */
  readonly url: string;
}

export interface RegisterOptions {
  readonly description?: string;
  readonly tags?: Readonly<Record<string, unknown>>;
  /** What the version is called from now on, in place of the one that had the name: `champion`. */
  readonly aliases?: readonly string[];
}

interface WireVersion {
  readonly name: string;
  readonly version: string;
  readonly source: string;
  readonly run_id?: string;
  readonly aliases?: readonly string[];
  readonly tags?: readonly WireEntry[];
}

/** Makes a version of a registered model, and the registered model where there is none. */
export async function registerModel(
  rest: Rest,
  name: string,
  model: LoggedModel,
  { description, tags = {}, aliases = [] }: RegisterOptions = {},
): Promise<ModelVersion> {
  await ensureRegistered(rest, name);
  const { model_version } = await rest.call<{ readonly model_version: WireVersion }>({
    method: "POST",
    path: "model-versions/create",
    body: {
      name,
      source: await sourceOf(rest, model),
      run_id: model.runId,
      ...(model.id === undefined ? {} : { model_id: model.id }),
      tags: entriesOf(tags),
      ...(description === undefined ? {} : { description }),
    },
  });
  const version = Number(model_version.version);
  for (const alias of aliases) await setAlias(rest, name, { alias, version });
  return { ...versionOf(rest, model_version), aliases: [...aliases] };
}

export async function setAlias(
  rest: Rest,
  name: string,
  { alias, version }: { readonly alias: string; readonly version: number },
): Promise<void> {
  const body = { name, alias, version: String(version) };
  await rest.call({ method: "POST", path: "registered-models/alias", body, isRepeatable: true });
}

/** Does nothing where no version has it. */
export async function deleteAlias(rest: Rest, name: string, alias: string): Promise<void> {
  await orUndefined(() => rest.call({ method: "DELETE", path: "registered-models/alias", body: { name, alias } }));
}

/** By its number or by an alias. Undefined where there is none. */
export async function modelVersion(
  rest: Rest,
  name: string,
  which: number | string,
): Promise<ModelVersion | undefined> {
  const call =
    typeof which === "number"
      ? { path: "model-versions/get", query: { name, version: String(which) } }
      : { path: "registered-models/alias", query: { name, alias: which } };
  const found = await orUndefined(() => rest.call<{ readonly model_version: WireVersion }>({ method: "GET", ...call }));
  return found === undefined ? undefined : versionOf(rest, found.model_version);
}

/** The files of a version. */
export async function modelArtifacts(rest: Rest, { source, name, version }: ModelVersion): Promise<Bucket> {
  const [, loggedModel] = /^models:\/(m-[^/]+)$/.exec(source) ?? [];
  if (loggedModel !== undefined) return (await readLoggedModel(rest, loggedModel)).artifacts;
  const { artifact_uri } = await rest.call<{ readonly artifact_uri: string }>({
    method: "GET",
    path: "model-versions/get-download-uri",
    query: { name, version: String(version) },
  });
  return artifactsAt(rest, artifact_uri);
}

async function ensureRegistered(rest: Rest, name: string): Promise<void> {
  try {
    await rest.call({ method: "POST", path: "registered-models/create", body: { name } });
  } catch (error) {
    if (!(error instanceof MlflowError) || error.errorCode !== "RESOURCE_ALREADY_EXISTS") throw error;
  }
}

/** MLflow takes no `runs:/` here: the source is a place of the run's artifacts. */
async function sourceOf(rest: Rest, { id, uri, runId, name }: LoggedModel): Promise<string> {
  if (id !== undefined) return uri;
  const query = { run_id: runId };
  const { run } = await rest.call<{ readonly run: WireRun }>({ method: "GET", path: "runs/get", query });
  return `${factsOf(rest, run).artifactUri}/${name}`;
}

function versionOf({ pagesUrl }: Rest, wire: WireVersion): ModelVersion {
  const { name, version, source, run_id, aliases = [], tags } = wire;
  return {
    name,
    version: Number(version),
    aliases,
    tags: byKey(tags),
    runId: run_id === "" ? undefined : run_id,
    source,
    url: `${pagesUrl}/#/models/${encodeURIComponent(name)}/versions/${version}`,
  };
}

async function orUndefined<T>(ask: () => Promise<T>): Promise<T | undefined> {
  try {
    return await ask();
  } catch (error) {
    if (isAbsent(error)) return undefined;
    throw error;
  }
}
