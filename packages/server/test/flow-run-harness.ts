import { timeOrderedId } from "@ostinato/core";
import type { Context } from "../src/kernel/context.ts";

/** Puts a flow and a run of it into the tables, for tests that need something to refer to. */
export async function addFlowRun({ db, clock }: Pick<Context, "db" | "clock">, name = "amusing-bull"): Promise<string> {
  const now = clock.now();
  const row = { created: now, updated: now, tags: "[]", labels: "{}" };
  const flow = { ...row, id: timeOrderedId(now), name: `flow-${timeOrderedId(now)}` };
  const run = {
    ...row,
    id: timeOrderedId(now),
    flow_id: flow.id,
    name,
    state_type: "RUNNING" as const,
    state_name: "Running",
    state_timestamp: now,
    empirical_policy: "{}",
    parameters: "{}",
    context: "{}",
    auto_scheduled: 0 as const,
    run_count: 1,
    total_run_time: 0,
    priority: 0,
  };
  await db.write(async (tx) => {
    await tx.insertInto("flow").values(flow).execute();
    await tx.insertInto("flow_run").values(run).execute();
  });
  return run.id;
}
