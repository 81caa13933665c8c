/** What the process of a run is told through its environment. */
export interface RunJob {
  /** The file that makes the flow. */
  readonly file: string;
  readonly flowName: string;
  /** The name of the deployment, by which a file that serves several variants of a flow is understood. */
  readonly deploymentName: string;
  readonly flowRunId: string;
  readonly token: string;
}

/** What the process of a run tells the one that started it. */
export type FromRunProcess = { readonly kind: "problem"; readonly message: string };

export const jobVariable = "OSTINATO_RUN_JOB";

/** Takes the job out of the environment, so that programs which the run starts are not taken for it. */
export function takeJob(environment: NodeJS.ProcessEnv): RunJob | undefined {
  const text = environment[jobVariable];
  delete environment[jobVariable];
  return text === undefined ? undefined : (JSON.parse(text) as RunJob);
}
