import { existsSync } from "node:fs";
import { dirname, join, relative, resolve, sep } from "node:path";
import type { WorkPool } from "@ostinato/protocol";
import { UsageError } from "../errors.ts";
import type { DeployOptions } from "../flow/deploy-options.ts";
import { redactInside } from "../secrets/redaction.ts";
import { optionsDefinition } from "../serving/registration.ts";
import type { DescribedFlow } from "../serving/run-job.ts";
import { type PullStep, stepNames } from "../sources/pull-steps.ts";
import { isGit, pullStepsOf } from "./code-source.ts";
import type { Definition } from "./deployment-differences.ts";
import { takesVariable } from "./work-pool.ts";

/** The command that executes a run of a TypeScript flow, for workers that start what the job variables say. */
const executeCommand = "ostinato flow-run execute";

export interface Deployable {
  readonly flow: DescribedFlow;
  readonly options: DeployOptions;
  readonly entrypoint: string;
  /** Undefined where the options say where the code comes from. */
  readonly pullSteps?: readonly PullStep[] | undefined;
  /** The folder from which relative folders start. */
  readonly base: string;
}

/** What the deployment is to say, but for its schedules. */
export function wantedDefinition(deployable: Deployable, pool: WorkPool): Definition {
  const { flow, options, entrypoint } = deployable;
  const { workQueue, paused } = options;
  return {
    ...optionsDefinition(flow, options),
    entrypoint,
    work_pool_name: pool.name,
    ...(workQueue === undefined ? {} : { work_queue_name: workQueue }),
    ...(paused === undefined ? {} : { paused }),
    pull_steps: [...stepsOf(deployable, pool)],
    job_variables: redactInside(jobVariablesOf(deployable, pool)),
  };
}

function stepsOf({ flow, options, pullSteps, base }: Deployable, pool: WorkPool): readonly PullStep[] {
  if (pullSteps !== undefined) return pullSteps;
  const { source, image, name } = options;
  if (source !== undefined) return pullStepsOf(source, base);
  if (image !== undefined) return [];
  if (takesVariable(pool, "image")) {
    throw new UsageError(
      `Deployment "${flow.name}/${name}" goes to work pool "${pool.name}" (${pool.type}), whose containers don't have the folder ${base}: give it an image with the code, or a source`,
    );
  }
  return [{ [stepNames.setWorkingDirectory]: { directory: base } }];
}

function jobVariablesOf({ flow, options }: Deployable, pool: WorkPool): Record<string, unknown> {
  const { image, jobVariables = {}, name } = options;
  if (image !== undefined && !takesVariable(pool, "image")) {
    throw new UsageError(
      `Deployment "${flow.name}/${name}" has an image, and work pool "${pool.name}" (${pool.type}) starts no containers: leave the image out, or take another pool`,
    );
  }
  return {
    ...(takesVariable(pool, "command") ? { command: executeCommand } : {}),
    ...(image === undefined ? {} : { image }),
    ...jobVariables,
  };
}

/** The entrypoint of a flow whose file is on this machine: from the folder in which the runs find its code. */
export function entrypointOf(
  { file, name }: { readonly file: string; readonly name: string },
  options: DeployOptions,
): string {
  const { source } = options;
  const folder =
    source === undefined
      ? process.cwd()
      : isGit(source)
        ? join(repositoryOf(file) ?? process.cwd(), source.folder ?? ".")
        : resolve(process.cwd(), source.folder ?? ".");
  const below = relative(folder, file);
  if (!below.startsWith("..")) return `${below.replaceAll(sep, "/")}:${name}`;
  throw new UsageError(
    `Flow "${name}" is made by ${file}, which is not below ${folder}, where its runs work. Say where they find it: entrypoint: "flows/train.ts:${name}"`,
  );
}

/** The folder of the repository to which the file belongs. */
function repositoryOf(file: string): string | undefined {
  for (let folder = dirname(file); ; folder = dirname(folder)) {
    if (existsSync(join(folder, ".git"))) return folder;
    if (dirname(folder) === folder) return undefined;
  }
}
