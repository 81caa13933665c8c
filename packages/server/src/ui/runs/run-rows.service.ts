import { isFailure } from "@ostinato/core";
import type { FlowRunRow, StateCounts } from "@ostinato/protocol";
import { presentFlowRun } from "../../flow-runs/flow-runs.service.ts";
import type { Context } from "../../kernel/context.ts";
import { presentCause } from "./cause.presenter.ts";
import { causesOf } from "./cause.service.ts";
import * as queries from "./run-rows.queries.ts";

/** The rows of these flow runs, in this order; those that are gone are left out. The number of statements does not grow with theirs. */
export async function readRows({ db, clock }: Context, ids: readonly string[]): Promise<FlowRunRow[]> {
  if (ids.length === 0) return [];
  const [found, counted] = await Promise.all([queries.flowRunsInList(db, ids), queries.taskCountsOf(db, ids)]);
  const failed = found.filter(({ state_type }) => state_type !== null && isFailure(state_type)).map(({ id }) => id);
  const causes = await causesOf(db, failed);
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
      cause: presentCause(causes.get(row.id)),
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
