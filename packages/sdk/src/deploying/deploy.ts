import { logLevels } from "@ostinato/protocol/log-levels";
import type { DeployedFlow, DeployOptions, FileDeployOptions } from "../flow/deploy-options.ts";
import type { FlowDefinition } from "../flow/flow-definition.ts";
import { notice } from "../logging/console-output.ts";
import { describe } from "../serving/file-in-process.ts";
import { type Session, session } from "../session/session.ts";
import { deployableOfFile, deployableOfFlow } from "./deployables.ts";
import { type DeploymentPlan, planDeployment } from "./deployment-plan.ts";
import type { Deployable } from "./wanted-deployment.ts";
import { missingWorkers, requireWorkPool } from "./work-pool.ts";

/** Registers the deployment of a flow that this process has loaded. */
export async function deployFlow(definition: FlowDefinition, options: DeployOptions): Promise<DeployedFlow> {
  return await deployed(await deployableOfFlow(definition, options));
}

/** Registers the deployment of a flow that the entrypoint names. */
export async function deployFile(options: FileDeployOptions, program: URL): Promise<DeployedFlow> {
  return await deployed(
    await deployableOfFile(options, { describe: (file) => describe(file, program), base: process.cwd() }),
  );
}

async function deployed(deployable: Deployable): Promise<DeployedFlow> {
  const opened = await session();
  const release = opened.keepAlive();
  try {
    const pool = await requireWorkPool(opened, deployable.options.workPool);
    const plan = await planDeployment(opened, { deployable, pool }, { overwrite: false });
    const row = await plan.apply();
    const result = { id: row?.id ?? "", name: plan.name, url: pageOf(opened, row?.id) };
    announce(plan, result);
    const warning = await missingWorkers(opened, pool);
    if (warning !== undefined) notice(logLevels.warning, warning);
    return result;
  } finally {
    release();
  }
}

function pageOf({ uiUrl }: Session, id: string | undefined): string | undefined {
  return uiUrl === undefined || id === undefined ? undefined : `${uiUrl}/deployments/deployment/${id}`;
}

const done = { create: "is created", change: "is changed", unchanged: "is unchanged", delete: "is deleted" } as const;

function announce({ name, action, kept }: DeploymentPlan, { url }: DeployedFlow): void {
  notice(logLevels.info, `deployment "${name}" ${done[action]}${url === undefined ? "" : `: ${url}`}`);
  for (const { field } of kept) {
    notice(logLevels.warning, `  ${field} was changed on the server since the last deploy, and stays so`);
  }
}
