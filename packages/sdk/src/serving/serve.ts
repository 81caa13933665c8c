import { UsageError } from "../errors.ts";
import type { ServingOptions } from "../flow/deployment-options.ts";
import type { DeploymentDefinition } from "../flow/flow-deployment.ts";
import { checkDeploymentOptions, checkServingOptions } from "./deployment-checks.ts";
import { describeDefinition } from "./file-description.ts";
import { serveSources } from "./serving-process.ts";

export { backfill } from "./backfill.ts";
export { runDeployment } from "./deployment-run.ts";

/** Registers the deployments, and executes their runs until the process is told to stop. */
export async function serveDeployments(
  deployments: readonly DeploymentDefinition[],
  { program, ...options }: ServingOptions & { readonly program: URL },
): Promise<void> {
  checkServingOptions(options);
  checkAll(deployments);
  const sources = deployments.map(({ flow, options }) => ({
    options,
    read: async () => [{ ...(await describeDefinition(flow)), file: fileOf(flow) }],
  }));
  await serveSources(sources, { ...options, program });
}

function checkAll(deployments: readonly DeploymentDefinition[]): void {
  if (deployments.length === 0) {
    throw new UsageError('serve() needs a deployment: serve(train.toDeployment({ name: "nightly" }))');
  }
  const names = new Set<string>();
  for (const { flow, name, options } of deployments) {
    const what = `Deployment "${flow.name}/${name}"`;
    checkDeploymentOptions(what, options);
    fileOf(flow);
    if (names.has(`${flow.name}/${name}`)) throw new UsageError(`${what} is given twice; give each another name`);
    names.add(`${flow.name}/${name}`);
  }
}

/** The file that the process of a run loads. */
function fileOf({ name, file }: DeploymentDefinition["flow"]): string {
  if (file !== undefined) return file;
  throw new UsageError(
    `Flow "${name}" is made by code that is in no file, so the process of a run cannot load it: make it at the top of a module`,
  );
}
