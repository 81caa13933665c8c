import type { Timestamp } from "@ostinato/core";
import { sql } from "kysely";
import type { Reader } from "../db/dialect.ts";
import { portable } from "../db/portable.ts";
import { prepared } from "../db/prepared.ts";
import type { FlowRunRow } from "./flow-runs.presenter.ts";
import { selectFlowRuns } from "./flow-runs.queries.ts";

export interface DueRuns {
  readonly deploymentIds: readonly string[];
  readonly before: Timestamp;
  readonly limit: number;
}

const ofOne = prepared<{ id: string; before: Timestamp; limit: number }, FlowRunRow>((reader, slot) =>
  inOrder(selectFlowRuns(reader).where("flow_run.deployment_id", "=", slot("id")), slot("before"), slot("limit")),
);

const ofSeveral = prepared<{ ids: string; before: Timestamp; limit: number }, FlowRunRow>((reader, slot) => {
  const wanted = portable.rowsOf(slot("ids"), { id: "uuid" });
  const isWanted = sql<boolean>`flow_run.deployment_id IN (SELECT id FROM ${wanted} AS wanted)`;
  return inOrder(selectFlowRuns(reader).where(isWanted), slot("before"), slot("limit"));
});

function inOrder(runs: ReturnType<typeof selectFlowRuns>, before: Timestamp, limit: number) {
  return runs
    .where("flow_run.next_scheduled_start_time", "<=", before)
    .where("flow_run.state_type", "=", "SCHEDULED")
    .orderBy("flow_run.next_scheduled_start_time")
    .orderBy("flow_run.id")
    .limit(limit);
}

/** The runs of these deployments that are due, the earliest first: found by an index for each, whatever else there is. */
export async function dueRuns(reader: Reader, { deploymentIds, before, limit }: DueRuns): Promise<FlowRunRow[]> {
  const [id, ...others] = deploymentIds;
  if (id === undefined) return [];
  if (others.length === 0) return (await ofOne(reader, { id, before, limit })).rows;
  const ids = JSON.stringify(deploymentIds.map((id) => ({ id })));
  return (await ofSeveral(reader, { ids, before, limit })).rows;
}
