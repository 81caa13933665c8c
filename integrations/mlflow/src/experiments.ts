import { isAbsent, MlflowError } from "./mlflow-error.ts";
import type { Rest } from "./rest.ts";
import { byKey, type WireEntry } from "./run-facts.ts";

export interface Experiment {
  readonly id: string;
  readonly name: string;
  readonly artifactUri: string;
  readonly tags: Readonly<Record<string, string>>;
  /** Its page in MLflow. */
  readonly url: string;
}

interface WireExperiment {
  readonly experiment_id: string;
  readonly name: string;
  readonly artifact_location: string;
  readonly lifecycle_stage: string;
  readonly tags?: readonly WireEntry[];
}

/** Undefined where there is none of this name. */
export async function findExperiment(rest: Rest, name: string): Promise<Experiment | undefined> {
  const found = await wireExperiment(rest, name);
  return found === undefined ? undefined : experimentOf(rest, found);
}

/** Makes it where there is none, also when several programs do so at once. */
export async function experimentNamed(rest: Rest, name: string): Promise<Experiment> {
  const found = await wireExperiment(rest, name);
  if (found !== undefined) {
    refuseDeleted(rest, found);
    return experimentOf(rest, found);
  }
  try {
    await rest.call({ method: "POST", path: "experiments/create", body: { name } });
  } catch (error) {
    if (!(error instanceof MlflowError) || error.errorCode !== "RESOURCE_ALREADY_EXISTS") throw error;
  }
  const made = await wireExperiment(rest, name);
  if (made !== undefined) return experimentOf(rest, made);
  throw new MlflowError(`MLflow at ${rest.url} has no experiment "${name}" right after making it`, {
    code: "MLFLOW_NOT_FOUND",
  });
}

async function wireExperiment(rest: Rest, name: string): Promise<WireExperiment | undefined> {
  try {
    const { experiment } = await rest.call<{ readonly experiment: WireExperiment }>({
      method: "GET",
      path: "experiments/get-by-name",
      query: { experiment_name: name },
    });
    return experiment;
  } catch (error) {
    if (isAbsent(error)) return undefined;
    throw error;
  }
}

function refuseDeleted(rest: Rest, { name, lifecycle_stage }: WireExperiment): void {
  if (lifecycle_stage !== "deleted") return;
  throw new MlflowError(
    `The experiment "${name}" of MLflow at ${rest.url} is deleted; restore it in MLflow, or name another`,
    { code: "MLFLOW_REFUSED", errorCode: "INVALID_STATE" },
  );
}

function experimentOf(
  { pagesUrl }: Rest,
  { experiment_id: id, name, artifact_location, tags }: WireExperiment,
): Experiment {
  return { id, name, artifactUri: artifact_location, tags: byKey(tags), url: `${pagesUrl}/#/experiments/${id}` };
}
