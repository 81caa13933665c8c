import { context } from "../context.ts";
import type { DeploymentRun, RunDeploymentOptions } from "./deployment-run.ts";
import { registeredServing } from "./flow-deployment.ts";

/**
 * Runs a deployment where it is served, and waits for its end: whether it failed is in the `state` that is returned. Inside a flow the run is
 * a subflow, which is found again when the flow is retried or resumed. Rejects with an `ApiError` where the parameters break the
 * deployment's schema, and with a `UsageError` where there is no such deployment.
 *
 * ```ts
 * import { flow, runDeployment } from "ostinato";
 *
 * export const release = flow(async function release() {
 *   const { state } = await runDeployment("train/nightly", { parameters: { depth: 8 }, timeout: "1h" });
 *   return state.name;
 * });
 * ```
 */
export async function runDeployment(deployment: string, options: RunDeploymentOptions = {}): Promise<DeploymentRun> {
  const caller = context.getStore();
  // Counted before the first await, so that the names follow the order of the calls.
  const order = caller?.scope?.count(`deployment ${deployment}`) ?? 0;
  const serving = await registeredServing().load();
  return await serving.runDeployment({ deployment, options, caller, order });
}
