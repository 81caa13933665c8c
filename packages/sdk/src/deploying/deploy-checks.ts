import { UsageError } from "../errors.ts";
import type { DeployOptions } from "../flow/deploy-options.ts";
import { aBoolean, aName, anObject, type Rules } from "../run/option-checks.ts";
import { checkDeploymentOptions } from "../serving/deployment-checks.ts";
import { checkSource } from "./code-source.ts";

const ownRules: Rules = {
  workPool: aName,
  workQueue: aName,
  source: anObject,
  entrypoint: aName,
  image: aName,
  jobVariables: anObject,
  paused: aBoolean,
};

/** Throws a `UsageError` that names the first wrong option of those that all deployments of a project share. */
export function checkDefaults(what: string, defaults: Partial<DeployOptions>): void {
  checkDeploymentOptions(what, defaults as DeployOptions, ownRules);
  if (defaults.source !== undefined) checkSource(what, defaults.source);
}

/** Throws a `UsageError` that names the first wrong option. */
export function checkDeployOptions(what: string, options: DeployOptions): void {
  checkDeploymentOptions(what, options, ownRules);
  const { name, workPool, source } = options;
  if (name === undefined) throw new UsageError(`${what} needs a name: { name: "nightly", workPool: "machines" }`);
  if (workPool === undefined)
    throw new UsageError(`${what} needs the work pool whose workers take its runs: workPool: "machines"`);
  if (source !== undefined) checkSource(what, source);
}
