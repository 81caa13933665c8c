import { mkdtempSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { chooseFlow, didYouMean, type NoFlow } from "@ostinato/core";
import { logLevels } from "@ostinato/protocol/log-levels";
import { UsageError } from "../errors.ts";
import type { DeployOptions, FileDeployOptions } from "../flow/deploy-options.ts";
import type { FlowDefinition } from "../flow/flow-definition.ts";
import { notice } from "../logging/console-output.ts";
import { flowsByExport, isDescribedFlow } from "../serving/described-flows.ts";
import { readEntrypoint } from "../serving/entrypoint.ts";
import { describeDefinition } from "../serving/file-description.ts";
import type { DescribedFlow, FileDescription } from "../serving/run-job.ts";
import { type PullStep, pullStepsProblem, runPullSteps } from "../sources/pull-steps.ts";
import { isGit, pullStepsOf } from "./code-source.ts";
import { checkDeployOptions } from "./deploy-checks.ts";
import { type Deployable, entrypointOf } from "./wanted-deployment.ts";

/** The deployment of a flow that this process has loaded. */
export async function deployableOfFlow(definition: FlowDefinition, options: DeployOptions): Promise<Deployable> {
  const { name, file } = definition;
  checkDeployOptions(`Deployment "${name}/${String(Object(options).name)}"`, options);
  if (file === undefined && options.entrypoint === undefined) {
    throw new UsageError(
      `Flow "${name}" is made by code that is in no file: say where its runs find it: entrypoint: "flows/train.ts:${name}"`,
    );
  }
  const flow = await describeDefinition(definition);
  return {
    flow,
    options,
    entrypoint: options.entrypoint ?? entrypointOf({ file: file ?? "", name }, options),
    base: process.cwd(),
  };
}

export interface FileDeploying {
  /** Tells which flows a file has. */
  readonly describe: (file: string) => Promise<FileDescription>;
  /** The folder from which relative folders start, and in which the code is that comes from nowhere else. */
  readonly base: string;
  /** The steps that take the place of those of the source. */
  readonly pullSteps?: readonly PullStep[] | undefined;
}

/** The deployment of a flow that the entrypoint names. Its file is loaded in a process of its own, after it was cloned where it is in a repository. */
export async function deployableOfFile(
  options: FileDeployOptions,
  { describe, base, pullSteps }: FileDeploying,
): Promise<Deployable> {
  checkDeployOptions(`Deployment "${String(Object(options).name)}"`, options);
  if (options.entrypoint === undefined) {
    throw new UsageError(`Deployment "${options.name}" needs its entrypoint: "flows/train.ts:train"`);
  }
  const problem = pullStepsProblem(pullSteps ?? []);
  if (problem !== undefined) throw new UsageError(`Deployment "${options.name}": ${problem}`);
  const flow = await inCodeFolder(options, base, (folder) => flowAt(options.entrypoint, { folder, describe }));
  return { flow, options, pullSteps, entrypoint: options.entrypoint, base };
}

/** Calls the function with the folder in which the code is on this machine. */
async function inCodeFolder<T>(
  { source, name }: FileDeployOptions,
  base: string,
  work: (folder: string) => Promise<T>,
): Promise<T> {
  if (source === undefined) return await work(base);
  if (!isGit(source)) return await work(resolve(base, source.folder ?? "."));
  const folder = mkdtempSync(join(tmpdir(), "ostinato-deploy-"));
  try {
    const log = (line: string) => notice(logLevels.debug, `${name}: ${line}`);
    return await work(await runPullSteps(pullStepsOf(source, base), { folder, log }));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

async function flowAt(
  entrypoint: string,
  { folder, describe }: { readonly folder: string } & Pick<FileDeploying, "describe">,
): Promise<DescribedFlow> {
  if (/\.py(:|$)/.test(entrypoint)) {
    throw new UsageError(
      `The entrypoint ${JSON.stringify(entrypoint)} is of Python: deploy it by "prefect deploy", which speaks to this server too.`,
    );
  }
  const { file, exportName } = readEntrypoint(entrypoint, folder);
  if (!(statSync(file, { throwIfNoEntry: false })?.isFile() ?? false)) {
    throw new UsageError(`The entrypoint ${JSON.stringify(entrypoint)} names the file ${file}, which does not exist.`);
  }
  return chosenFlow(await describe(file), { file: entrypoint.replace(/:[^:/\\]+$/, ""), exportName });
}

function chosenFlow(
  description: FileDescription,
  { file, exportName }: { readonly file: string; readonly exportName: string | undefined },
): DescribedFlow {
  const exports = flowsByExport(description);
  const choice = chooseFlow({ exports, isFlow: isDescribedFlow, wanted: exportName });
  if (choice.kind === "flow") return choice.flow;
  throw new UsageError(noFlow(choice.kind, { file, exportName, names: choice.flowExports }));
}

interface Searched {
  readonly file: string;
  readonly exportName: string | undefined;
  /** The exports that are flows. */
  readonly names: readonly string[];
}

function noFlow(kind: NoFlow, { file, exportName = "", names }: Searched): string {
  const has = names.length === 0 ? "It exports no flows." : `The flows that it exports are: ${names.join(", ")}.`;
  const help = didYouMean(exportName, names) || ` ${has}`;
  switch (kind) {
    case "none":
    case "several":
      return `${file} exports ${kind === "none" ? "no" : "several"} flows. ${has} Name one: ${file}:${names[0] ?? "train"}`;
    case "not-a-flow":
      return `Export "${exportName}" of ${file} is not a flow.${help}`;
    case "unknown":
      return `${file} has no export "${exportName}".${help}`;
    default:
      return kind satisfies never;
  }
}
