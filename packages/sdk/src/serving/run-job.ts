import type { AutomationDefinition } from "../automations/definition.ts";

/** What the process of a run is told through its environment. */
export type Job = RunJob | DescriptionJob;

/** Executes one run, which the process is given by a message: it may be started, and load the flow, before somebody has claimed the run. */
export interface RunJob {
  readonly kind: "run";
  /** The file that makes the flow. */
  readonly file: string;
  readonly flowName: string;
  /** The name of the deployment, by which a file that serves several variants of a flow is understood. */
  readonly deploymentName: string;
}

/** The run that a process of a `RunJob` is to execute. */
export interface GivenRun {
  readonly flowRunId: string;
  /** Of the claim. */
  readonly token: string;
}

/** Tells which flows a file exports. */
export interface DescriptionJob {
  readonly kind: "describe";
  readonly file: string;
}

/** What a process tells the one that started it. */
export type FromProcess =
  /** Why the job cannot be done. */
  { readonly kind: "problem"; readonly message: string } | ({ readonly kind: "description" } & FileDescription);

export interface FileDescription {
  /** All exports of the file; those that are flows name them by their place in `flows`. */
  readonly exports: Readonly<Record<string, number | null>>;
  readonly flows: readonly DescribedFlow[];
  /** The files of the program that were loaded, without packages. */
  readonly files: readonly string[];
}

export interface DescribedFlow {
  readonly name: string;
  readonly version: string;
  readonly description: string | undefined;
  readonly tags: readonly string[];
  /** JSON Schema of its parameters. */
  readonly parameterSchema: Record<string, unknown> | undefined;
  /** Whether the schema is the flow's own, and not a guess from its function. */
  readonly isOwnSchema: boolean;
  /** The automations that its options ask for. */
  readonly automations: readonly AutomationDefinition[];
}

export const jobVariable = "OSTINATO_JOB";

/** Takes the job out of the environment, so that programs which the run starts are not taken for it. */
export function takeJob(environment: NodeJS.ProcessEnv): Job | undefined {
  const text = environment[jobVariable];
  delete environment[jobVariable];
  return text === undefined ? undefined : (JSON.parse(text) as Job);
}
