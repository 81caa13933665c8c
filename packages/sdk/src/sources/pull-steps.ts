import { statSync } from "node:fs";
import { resolve } from "node:path";
import { didYouMean, systemFailure } from "@ostinato/core";
import { fillPlaceholders, noReferences, type References, resolveReferences } from "@ostinato/job-templates";
import { PullStepError } from "./pull-step-error.ts";
import { type StepContext, type StepFunction, type StepInputs, stepInputs } from "./step-inputs.ts";

/** A step as it stands in a deployment: `{ "prefect.deployments.steps.git_clone": { "repository": "…" } }`. */
export type PullStep = Readonly<Record<string, unknown>>;

export interface PullStepOptions {
  /** Takes each line for the log of the run. No line holds a secret. */
  readonly log: (line: string) => void;
  /** Where the steps begin. The working directory of this process by default. */
  readonly folder?: string;
  /** What `{{ $NAME }}` stands for, and the environment of the programs that steps start. That of this process by default. */
  readonly environment?: NodeJS.ProcessEnv;
  readonly signal?: AbortSignal;
  /** The blocks and variables of the server; without them a reference is an error. */
  readonly references?: References;
  /** Called after each step. */
  readonly onEnd?: (step: EndedStep) => void;
}

export interface EndedStep {
  readonly index: number;
  readonly name: string;
  /** The last part of the name. */
  readonly shortName: string;
  /** As they stand in the deployment: with placeholders, and so without the secrets that these stand for. */
  readonly inputs: Readonly<Record<string, unknown>>;
  readonly hasFailed: boolean;
}

/** Prefect's names of the steps, so that its workers understand them too. */
export const stepNames = {
  setWorkingDirectory: "prefect.deployments.steps.set_working_directory",
  gitClone: "prefect.deployments.steps.git_clone",
  pullWithBlock: "prefect.deployments.steps.pull_with_block",
  runShellScript: "prefect.deployments.steps.run_shell_script",
  pipInstallRequirements: "prefect.deployments.steps.pip_install_requirements",
} as const;

/** Loaded by the first step of the kind. */
const steps: ReadonlyMap<string, () => Promise<StepFunction>> = new Map([
  [stepNames.setWorkingDirectory, async () => setWorkingDirectory],
  [stepNames.gitClone, async () => (await import("./git-clone-step.ts")).gitClone],
  [stepNames.pullWithBlock, async () => (await import("./pull-with-block-step.ts")).pullWithBlock],
  [stepNames.runShellScript, async () => (await import("./shell-steps.ts")).runShellScript],
  [stepNames.pipInstallRequirements, async () => (await import("./shell-steps.ts")).pipInstallRequirements],
]);

/**
 * Brings the code of a deployment to this machine: runs its pull steps, one after the other, and gives the folder in which its program is to be
 * loaded. Rejects with a `PullStepError` that names the step.
 */
export async function runPullSteps(pullSteps: readonly PullStep[], options: PullStepOptions): Promise<string> {
  const { log, environment = process.env, signal, references = noReferences, onEnd = () => {} } = options;
  let folder = resolve(options.folder ?? process.cwd());
  let result = folder;
  const outputs: Record<string, unknown> = {};
  for (const [index, step] of pullSteps.entries()) {
    const { name, inputs } = readStep(step, { index, count: pullSteps.length });
    const shortName = shortNameOf(name);
    log(`${shortName}: begins`);
    const context = { folder, environment, log: (line: string) => log(`${shortName}: ${line}`), signal, references };
    try {
      const output = await runStep(name, { inputs, outputs, context });
      folder = output.workingDirectory ?? folder;
      if (output.directory !== undefined) result = resolve(folder, output.directory);
      const { workingDirectory: _, ...told } = output;
      Object.assign(outputs, told, typeof inputs.id === "string" ? { [inputs.id]: told } : {});
      onEnd({ index, name, shortName, inputs, hasFailed: false });
    } catch (error) {
      onEnd({ index, name, shortName, inputs, hasFailed: true });
      throw failed(error, { name: shortName, index, count: pullSteps.length });
    }
  }
  if (isFolder(result)) return result;
  throw new PullStepError(`The pull steps lead to the folder ${result}, which does not exist on this machine.`);
}

/** What is wrong with the steps before any is run: a name that is unknown, or no step at all. Undefined where nothing is. */
export function pullStepsProblem(pullSteps: readonly PullStep[]): string | undefined {
  for (const [index, step] of pullSteps.entries()) {
    try {
      requireStep(readStep(step, { index, count: pullSteps.length }).name);
    } catch (error) {
      return (error as Error).message;
    }
  }
  return undefined;
}

interface Place {
  readonly index: number;
  readonly count: number;
}

interface NamedStep {
  readonly name: string;
  readonly inputs: Readonly<Record<string, unknown>>;
}

function readStep(step: PullStep, place: Place): NamedStep {
  const names = Object.keys(Object(step));
  const [name] = names;
  const where = `Pull step ${place.index + 1} of ${place.count}`;
  if (name === undefined || names.length > 1) {
    const has = name === undefined ? "is empty" : `has ${names.length} names: ${names.join(", ")}`;
    throw new PullStepError(`${where} ${has}; give it one, as { "${stepNames.gitClone}": { … } }.`);
  }
  const inputs = step[name] ?? {};
  if (typeof inputs === "object" && !Array.isArray(inputs)) return { name, inputs: inputs as NamedStep["inputs"] };
  throw new PullStepError(
    `${where}, ${shortNameOf(name)}, has ${JSON.stringify(inputs)} for its inputs; give an object.`,
  );
}

interface Running {
  readonly inputs: Readonly<Record<string, unknown>>;
  readonly outputs: Readonly<Record<string, unknown>>;
  readonly context: StepContext;
}

async function runStep(name: string, { inputs, outputs, context }: Running) {
  const load = requireStep(name);
  // Packages of Python that a step needs mean nothing here.
  const { id: _, requires: __, ...own } = inputs;
  const filled = await resolveReferences(fillPlaceholders(own, outputs, context.environment), context.references);
  return await (await load())(stepInputs(filled as Readonly<Record<string, unknown>>), context);
}

function requireStep(name: string): () => Promise<StepFunction> {
  const found = steps.get(publicName(name));
  if (found !== undefined) return found;
  const suggestion = didYouMean(name, steps.keys()) || ` The steps are: ${[...steps.keys()].join(", ")}.`;
  throw new PullStepError(`There is no pull step "${name}" for TypeScript deployments.${suggestion}`);
}

/** A step has the name of its package, and that of the module in which Prefect keeps it. */
function publicName(name: string): string {
  return name.replace(/^prefect\.deployments\.steps\.(pull|utility)\./, "prefect.deployments.steps.");
}

function shortNameOf(name: string): string {
  return name.slice(name.lastIndexOf(".") + 1);
}

function failed(error: unknown, { name, index, count }: Place & { readonly name: string }): PullStepError {
  const message = error instanceof Error ? (systemFailure(error) ?? error.message) : String(error);
  return new PullStepError(`Pull step ${index + 1} of ${count}, ${name}, failed: ${message}`, { cause: error });
}

async function setWorkingDirectory(inputs: StepInputs, { folder, log }: StepContext) {
  const directory = resolve(folder, withHome(inputs.requiredText("directory")));
  inputs.refuseOthers();
  if (!isFolder(directory)) throw new PullStepError(`the folder ${directory} does not exist on this machine.`);
  log(directory);
  return { directory, workingDirectory: directory };
}

function withHome(directory: string): string {
  const home = process.env.HOME;
  return home !== undefined && /^~(\/|$)/.test(directory) ? home + directory.slice(1) : directory;
}

function isFolder(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false;
}
