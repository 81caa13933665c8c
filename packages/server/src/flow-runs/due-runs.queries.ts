import type { Timestamp } from "@ostinato/core";
import { sql } from "kysely";
import type { Reader } from "../db/dialect.ts";
import { idsText, portable } from "../db/portable.ts";
import { prepared } from "../db/prepared.ts";
import type { FlowRunRow } from "./flow-runs.presenter.ts";
import { selectFlowRuns } from "./flow-runs.queries.ts";

export interface DueRuns {
  readonly deploymentIds: readonly string[];
  readonly before: Timestamp;
  readonly limit: number;
}

const ofOne = prepared<{ id: string; before: Timestamp; limit: number }, FlowRunRow>((reader, slot) =>
  inOrder(
    selectFlowRuns(reader)
      .where("flow_run.deployment_id", "=", slot("id"))
      .where("flow_run.next_scheduled_start_time", "<=", slot("before"))
      .where("flow_run.state_type", "=", "SCHEDULED"),
  ).limit(slot("limit")),
);

const ofSeveral = prepared<{ ids: string; before: Timestamp; limit: number }, FlowRunRow>((reader, slot) => {
  const wanted = portable.rowsOf(slot("ids"), { id: "uuid" });
  // A cross join has SQLite go from the deployments to their runs, and not through all runs that are due.
  const ids = sql`SELECT run.id FROM ${wanted} AS wanted CROSS JOIN flow_run AS run
    WHERE run.deployment_id = wanted.id AND run.next_scheduled_start_time <= ${slot("before")}
      AND run.state_type = 'SCHEDULED'
    ORDER BY run.next_scheduled_start_time, run.id LIMIT ${slot("limit")}`;
  return inOrder(selectFlowRuns(reader).where(sql<boolean>`flow_run.id IN (${ids})`));
});

function inOrder(runs: ReturnType<typeof selectFlowRuns>) {
  return runs.orderBy("flow_run.next_scheduled_start_time").orderBy("flow_run.id");
}

/** The runs of these deployments that are due, the earliest first: found by an index for each, whatever else there is. */
export async function dueRuns(reader: Reader, { deploymentIds, before, limit }: DueRuns): Promise<FlowRunRow[]> {
  const [id, ...others] = new Set(deploymentIds);
  if (id === undefined) return [];
  if (others.length === 0) return (await ofOne(reader, { id, before, limit })).rows;
  return (await ofSeveral(reader, { ids: idsText([id, ...others]), before, limit })).rows;
}
