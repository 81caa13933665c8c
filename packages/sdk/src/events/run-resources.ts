import type { Resource, readDeployment } from "@ostinato/protocol";
import type { FlowRunView, RunContext } from "../context.ts";
import { deploymentResource, type Named, taskRunResource } from "../run/related-resources.ts";
import type { RunSession } from "../session/roles.ts";

/** The resources to which the events of the running code are related: its run, flow, deployment, work queue and pool, and tags. */
export async function resourcesOfRun(
  session: RunSession,
  caller: RunContext | undefined,
): Promise<readonly Resource[]> {
  const { flowRun, taskRun } = caller ?? {};
  const deployment = flowRun?.deploymentId === undefined ? undefined : await deploymentOf(session, flowRun);
  return [
    ...(flowRun?.resources ?? []),
    ...(deployment === undefined ? [] : [deploymentResource(deployment)]),
    ...(taskRun === undefined ? [] : [taskRunResource(taskRun)]),
  ];
}

/** The deployments of the runs of this process. A run has one for all of its events. */
const deployments = new WeakMap<FlowRunView, Promise<Named>>();

function deploymentOf(session: RunSession, flowRun: FlowRunView): Promise<Named> {
  const known = deployments.get(flowRun);
  if (known !== undefined) return known;
  const id = flowRun.deploymentId ?? "";
  const asked = session.client
    .call<typeof readDeployment>("GET /deployments/{id}", { params: { id } })
    // The event matters more than the name of a deployment that was deleted meanwhile.
    .catch(() => ({ id, name: id }));
  deployments.set(flowRun, asked);
  return asked;
}
