import { UsageError } from "../errors.ts";
import type { DeployedFlow, DeployOptions, FileDeployOptions } from "./deploy-options.ts";
import type { FlowDefinition } from "./flow-definition.ts";
import { runProcess } from "./flow-deployment.ts";

/** The part of this package that deploys. */
export interface Deploying {
  /** Loads it: a program that only runs its flows does not need it. */
  load(): Promise<{
    deployFlow(flow: FlowDefinition, options: DeployOptions): Promise<DeployedFlow>;
    deployFile(options: FileDeployOptions, program: URL): Promise<DeployedFlow>;
  }>;
  /** The program that describes the flows of a file. */
  readonly program: URL;
}

export function registerDeploying(registered: Deploying): void {
  deploying = registered;
}

let deploying: Deploying | undefined;

export async function deployDefinition(flow: FlowDefinition, options: DeployOptions): Promise<DeployedFlow> {
  refuseInRun(`${flow.name}.deploy()`);
  return await (await loaded().load()).deployFlow(flow, options);
}

/**
 * Registers a deployment of a flow by its file, for the workers of a pool. The file may be in a repository only: it is cloned to learn what the
 * flow's parameters are. Rejects with a `UsageError` for options that are wrong, and where the pool, the file or the flow is not there.
 *
 * ```ts
 * import { deploy } from "ostinato";
 *
 * export const deployed = () =>
 *   deploy({
 *     name: "nightly",
 *     source: { git: "https://github.com/org/flows.git", branch: "main", tokenFrom: "GITHUB_TOKEN", setup: "npm ci" },
 *     entrypoint: "flows/train.ts:train",
 *     workPool: "machines",
 *     cron: "0 2 * * *",
 *   });
 * ```
 */
export async function deploy(options: FileDeployOptions): Promise<DeployedFlow> {
  refuseInRun("deploy()");
  const { load, program } = loaded();
  return await (await load()).deployFile(options, program);
}

/** The file is loaded by each run, which would deploy it each time. */
function refuseInRun(what: string): void {
  if (runProcess() === undefined) return;
  throw new UsageError(
    `${what} is called while the file is loaded, which each run does. Limit that to direct starts: if (import.meta.main) await …`,
  );
}

function loaded(): Deploying {
  if (deploying === undefined) throw new Error("deploying is not registered");
  return deploying;
}
