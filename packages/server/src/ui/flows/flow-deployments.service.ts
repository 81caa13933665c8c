import { formatTimestamp } from "@ostinato/core";
import type { countDeploymentsOfFlows, nextRunsOfFlows, ReplyOf } from "@ostinato/protocol";
import type { Context } from "../../kernel/context.ts";
import * as queries from "./flow-deployments.queries.ts";

/** By the ids as they were given: a flow that is not there has none. */
export async function countDeployments(
  { db }: Context,
  flowIds: readonly string[],
): Promise<ReplyOf<typeof countDeploymentsOfFlows>> {
  const counts = await queries.deploymentCounts(db.read, flowIds.map(lowerCase));
  const byId = new Map(counts.map(({ flow_id, deployments }) => [flow_id, deployments]));
  return Object.fromEntries(flowIds.map((id) => [id, byId.get(id.toLowerCase()) ?? 0]));
}

export async function nextRuns({ db }: Context, flowIds: readonly string[]): Promise<ReplyOf<typeof nextRunsOfFlows>> {
  const rows = await queries.nextRuns(db.slow, flowIds.map(lowerCase));
  const byFlow = new Map(rows.map((row) => [row.flow_id, row]));
  return Object.fromEntries(
    flowIds.map((id) => {
      const row = byFlow.get(id.toLowerCase());
      if (row === undefined) return [id, null];
      return [id, { ...row, next_scheduled_start_time: formatTimestamp(row.next_scheduled_start_time) }];
    }),
  );
}

function lowerCase(id: string): string {
  return id.toLowerCase();
}
