import { latestMoment, type Timestamp, toTimestamp } from "@ostinato/core";
import type { BodyOf, FlowRun, scheduledRunsOfDeployments } from "@ostinato/protocol";
import { listDue } from "../flow-runs/due-runs.service.ts";
import type { Context } from "../kernel/context.ts";
import { readLimit } from "../kernel/paging.ts";
import { noteServed } from "./readiness.service.ts";

/** The runs of these deployments that are due. Whoever asks serves them. */
export async function dueRuns(
  context: Context,
  { deployment_ids, scheduled_before, limit }: BodyOf<typeof scheduledRunsOfDeployments>,
): Promise<FlowRun[]> {
  const deploymentIds = deployment_ids.map((id) => id.toLowerCase());
  const before = scheduled_before === null || scheduled_before === undefined ? latest : toTimestamp(scheduled_before);
  // The runs are worth more than the note.
  await noteServed(context, deploymentIds).catch((err: unknown) => {
    context.log.warn({ err }, "it was not noted that deployments are served");
  });
  return listDue(context, { deploymentIds, before, limit: readLimit(limit) });
}

const latest = latestMoment as Timestamp;
