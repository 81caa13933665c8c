import { DriverError } from "./driver-error.ts";

/** Whose job it is. Drivers keep it with what they start, so that a worker can tell what it finds. */
export interface JobIdentity {
  readonly flowRunId: string;
  /** The token under which the run was claimed: another attempt has another one. */
  readonly claim: string;
  readonly workPoolId: string;
  readonly workerName: string;
}

/** One attempt at one flow run. */
export interface Job {
  readonly identity: JobIdentity;
  readonly flowRunName: string;
  /** Where the deployment has its flow: `file.ts:export`, `file.py:function`. */
  readonly entrypoint: string | undefined;
  /** The job template of the work pool, filled in with the job variables. Each driver reads the fields that it knows. */
  readonly configuration: Readonly<Record<string, unknown>>;
  /** What the worker tells every job, such as the server's address. The `env` of the configuration takes precedence. */
  readonly environment: Readonly<Record<string, string>>;
}

/** The names of the labels in which drivers keep an identity. They are valid in Docker and in Kubernetes. */
export const labelNames = {
  flowRunId: "ostinato/flow-run-id",
  claim: "ostinato/claim",
  workPoolId: "ostinato/work-pool-id",
  workerName: "ostinato/worker-name",
} as const satisfies Readonly<Record<keyof JobIdentity, string>>;

export function labelsOf(identity: JobIdentity): Record<string, string> {
  return Object.fromEntries(
    Object.entries(labelNames).map(([field, label]) => [label, identity[field as keyof JobIdentity]]),
  );
}

/** The identity in labels; undefined where they are not ours. */
export function identityIn(labels: Readonly<Record<string, string | undefined>>): JobIdentity | undefined {
  const { [labelNames.flowRunId]: flowRunId, [labelNames.claim]: claim, [labelNames.workPoolId]: workPoolId } = labels;
  if (flowRunId === undefined || claim === undefined || workPoolId === undefined) return undefined;
  return { flowRunId, claim, workPoolId, workerName: labels[labelNames.workerName] ?? "" };
}

/** The variable that carries the claim. */
export const claimVariable = "OSTINATO__CLAIM";

/** The variable in which every client of Prefect looks for the run to execute. */
const flowRunVariable = "PREFECT__FLOW_RUN_ID";

/**
 * The environment of a job: what is inherited, then what the worker says, then the `env` of the configuration, in which null removes a
 * variable. Nothing overrides which run it is.
 */
export function environmentOf(
  { identity, environment, configuration }: Job,
  inherited: Readonly<NodeJS.ProcessEnv> = {},
): Record<string, string> {
  const merged: Record<string, string | undefined> = {
    ...inherited,
    ...environment,
    ...configuredVariables(configuration.env),
    [flowRunVariable]: identity.flowRunId,
    [claimVariable]: identity.claim,
  };
  return Object.fromEntries(
    Object.entries(merged).filter((entry): entry is [string, string] => entry[1] !== undefined),
  );
}

function configuredVariables(env: unknown): Record<string, string | undefined> {
  if (env === undefined || env === null) return {};
  if (typeof env !== "object" || Array.isArray(env)) {
    throw new DriverError(`env is ${JSON.stringify(env)}; give an object of variables: {"LOG_LEVEL": "debug"}`);
  }
  return Object.fromEntries(Object.entries(env).map(([name, value]) => [name, variableText(name, value)]));
}

/** Numbers and booleans are written as Prefect's workers write them, so that one job template means the same to both. */
function variableText(name: string, value: unknown): string | undefined {
  if (name === "" || /[=\0]/.test(name)) {
    throw new DriverError(`env has a variable ${JSON.stringify(name)}; give it a name without "=".`);
  }
  if (value === null || value === undefined) return undefined;
  if (typeof value === "boolean") return value ? "True" : "False";
  if (typeof value === "object") {
    throw new DriverError(`env.${name} is ${JSON.stringify(value)}; give a string.`);
  }
  const text = String(value);
  if (text.includes("\0")) throw new DriverError(`env.${name} contains a NUL character, which no variable can hold.`);
  return text;
}
