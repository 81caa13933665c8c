import type { StateType } from "@ostinato/core";
import type { Writer } from "../db/dialect.ts";
import { isOpen } from "../db/state-sql.ts";
import type { DeletedRun } from "./deletion-event.ts";

const rowsPerStep = 1000;

/**
 * Deletes the next task runs of a flow run with their states, and returns their number. Their subflows stay, without a parent.
 */
export async function deleteSomeTaskRuns(tx: Writer, flowRunId: string): Promise<number> {
  const some = tx.selectFrom("task_run").select("id").where("flow_run_id", "=", flowRunId).limit(rowsPerStep);
  const ids = (await some.execute()).map(({ id }) => id);
  if (ids.length === 0) return 0;
  await tx.updateTable("flow_run").set({ parent_task_run_id: null }).where("parent_task_run_id", "in", ids).execute();
  await tx.deleteFrom("task_run").where("id", "in", ids).execute();
  return ids.length;
}

export interface UnfinishedRun extends DeletedRun {
  readonly state_type: StateType | null;
  readonly pool_id: string | null;
}

/** The run, where it has not come to its end. */
export function unfinishedRun(tx: Writer, id: string): Promise<UnfinishedRun | undefined> {
  return tx
    .selectFrom("flow_run")
    .innerJoin("flow", "flow.id", "flow_run.flow_id")
    .leftJoin("work_queue", "work_queue.id", "flow_run.work_queue_id")
    .select(["flow_run.id as id", "flow_run.name as name", "flow.id as flow_id", "flow.name as flow_name"])
    .select(["flow_run.state_type as state_type", "work_queue.work_pool_id as pool_id"])
    .where("flow_run.id", "=", id)
    .where(isOpen("flow_run.state_type"))
    .executeTakeFirst();
}

export async function deleteFlowRun(tx: Writer, id: string): Promise<boolean> {
  const result = await tx.deleteFrom("flow_run").where("id", "=", id).executeTakeFirst();
  return result.numDeletedRows > 0n;
}
