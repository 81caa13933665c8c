import type { FlowRunRow, StateCounts } from "@ostinato/protocol";
import { presentFlowRun } from "../../flow-runs/flow-runs.service.ts";
import type { Context } from "../../kernel/context.ts";
import * as queries from "./run-rows.queries.ts";

/** The rows of these flow runs, in this order; those that are gone are left out. Two statements, whatever their number. */
export async function readRows({ db, clock }: Context, ids: readonly string[]): Promise<FlowRunRow[]> {
  if (ids.length === 0) return [];
  const [found, counted] = await Promise.all([queries.flowRunsInList(db, ids), queries.taskCountsOf(db, ids)]);
  const counts = countsByRun(counted);
  const now = clock.now();
  const rows = new Map(found.map((row) => [row.id, present(row)]));
  return ids.flatMap((id) => rows.get(id) ?? []);

  function present(row: queries.FlowRunInList): FlowRunRow {
    return {
      ...presentFlowRun(row, now),
      flow_name: row.flow_name,
      deployment_name: row.deployment_name,
      parent_flow_run_id: row.parent_flow_run_id,
      parent_flow_run_name: row.parent_flow_run_name,
      task_counts: counts.get(row.id) ?? {},
    };
  }
}

function countsByRun(rows: readonly queries.StateCountRow[]): ReadonlyMap<string, StateCounts> {
  const counts = new Map<string, StateCounts>();
  for (const { flow_run_id, state_type, count } of rows) {
    const byType = counts.get(flow_run_id) ?? {};
    byType[state_type ?? "PENDING"] = (byType[state_type ?? "PENDING"] ?? 0) + Number(count);
    counts.set(flow_run_id, byType);
  }
  return counts;
}
