import { type Automation, isAutomation } from "../automations/automation.ts";
import { UsageError } from "../errors.ts";
import type { FileDeployOptions } from "../flow/deploy-options.ts";
import { aName, anObject, checkOptions, type Rules, shown } from "../run/option-checks.ts";
import type { PullStep } from "../sources/pull-steps.ts";
import { refuseEqualAutomations } from "./automation-plan.ts";
import type { ProjectConfig, ProjectDeployment } from "./config.ts";
import { checkDefaults } from "./deploy-checks.ts";

/** A deployment of a project. */
export interface ProjectEntry {
  readonly options: FileDeployOptions;
  /** The steps that take the place of those of the source. */
  readonly pullSteps?: readonly PullStep[] | undefined;
}

export interface Project {
  readonly name: string | undefined;
  readonly entries: readonly ProjectEntry[];
  readonly automations: readonly Automation[];
}

const rules: Rules = {
  project: aName,
  defaults: anObject,
  automations: (value) =>
    Array.isArray(value) && value.every(isAutomation) ? undefined : "a list of what automation({ … }) returned",
  deployments: (value) => (Array.isArray(value) ? undefined : 'a list of deployments: [{ name: "nightly", … }]'),
};

/** Reads what a config exports. Throws a `UsageError` that names the first wrong part; `what` is the name of the file. */
export function readProject(what: string, config: unknown): Project {
  checkOptions(what, config, rules);
  const { project, defaults = {}, automations = [], deployments } = config as ProjectConfig;
  if (deployments === undefined)
    throw new UsageError(`${what} has no deployments: give deployments: [{ name: "nightly", … }]`);
  checkDefaults(`${what}: defaults`, defaults);
  for (const [index, deployment] of deployments.entries()) {
    const name: unknown = Object(deployment).name;
    if (typeof name === "string" && name !== "") continue;
    throw new UsageError(
      `${what}: deployments[${index}] is ${shown(deployment)}; give it a name: { name: "nightly", … }`,
    );
  }
  const entries = deployments.map((deployment) => ({ options: withDefaults(deployment, defaults) }));
  refuseEqualNames(what, entries);
  refuseEqualAutomations(what, automations);
  return { name: project, entries, automations };
}

/** Throws where two deployments of one flow have one name, as far as their entrypoints tell. */
export function refuseEqualNames(what: string, entries: readonly ProjectEntry[]): void {
  const seen = new Set<string>();
  for (const { options } of entries) {
    const key = JSON.stringify([options.entrypoint, options.name]);
    if (seen.has(key)) {
      throw new UsageError(
        `${what} has two deployments "${options.name}" of ${options.entrypoint}; give each another name`,
      );
    }
    seen.add(key);
  }
}

function withDefaults(
  deployment: ProjectDeployment,
  defaults: NonNullable<ProjectConfig["defaults"]>,
): FileDeployOptions {
  const { jobVariables, parameters } = deployment;
  // What is missing is told by the checks of the deployment.
  const merged = { ...defaults, ...deployment } as FileDeployOptions;
  return {
    ...merged,
    ...both("jobVariables", defaults.jobVariables, jobVariables),
    ...both("parameters", defaults.parameters, parameters),
  };
}

function both(name: string, one: unknown, other: unknown): object {
  if (!isRecord(one) || !isRecord(other)) return {};
  return { [name]: { ...one, ...other } };
}

function isRecord(value: unknown): value is object {
  return typeof value === "object" && value !== null;
}
