import type { DeploymentOptions, ServingOptions } from "../flow/deployment-options.ts";
import { checkDeploymentOptions, checkServingOptions } from "./deployment-checks.ts";
import { describe } from "./file-in-process.ts";
import { watchFiles } from "./file-watch.ts";
import type { DescribedFlow, FileDescription } from "./run-job.ts";
import { type Source, serveSources } from "./serving-process.ts";

export { flowsByExport, isDescribedFlow } from "./described-flows.ts";
export type { DescribedFlow, FileDescription } from "./run-job.ts";

/** A file whose flows are served. */
export interface ServedFile {
  readonly file: string;
  /** Chooses the flows that are served. Throws where there are none. */
  readonly choose: (description: FileDescription) => readonly DescribedFlow[];
}

export interface FileServingOptions {
  readonly deployment: DeploymentOptions;
  readonly serving: ServingOptions;
  /** Whether the deployments are registered anew when a file of the program is saved. */
  readonly watch: boolean;
  /** The program that executes one run, and describes a file. */
  readonly program: URL;
}

/**
 * Serves flows of files. The files are loaded in processes of their own only, so that a file that has changed is loaded anew by each
 * run.
 */
export async function serveFiles(files: readonly ServedFile[], options: FileServingOptions): Promise<void> {
  checkServingOptions(options.serving);
  checkDeploymentOptions(`Deployment "${options.deployment.name}"`, options.deployment);
  const sources = files.map((file) => sourceOf(file, options));
  await serveSources(sources, { ...options.serving, program: options.program });
}

function sourceOf({ file, choose }: ServedFile, { deployment, watch, program }: FileServingOptions): Source {
  let files: readonly string[] = [file];
  return {
    options: deployment,
    async read() {
      const description = await describe(file, program);
      files = description.files;
      return choose(description).map((flow) => ({ ...flow, file }));
    },
    ...(watch ? { watch: (onChange) => watchFiles(() => files, onChange).close } : {}),
  };
}
