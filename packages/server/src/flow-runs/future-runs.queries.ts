import { stateNames, type Timestamp } from "@ostinato/core";
import type { Writer } from "../db/dialect.ts";

export interface FutureRuns {
  readonly deploymentId: string;
  /** Only those that a schedule made. */
  readonly madeBySchedules: boolean;
  /** Only those that are due after this moment. */
  readonly after?: Timestamp;
}

/**
 * Deletes the runs of a deployment that wait for their time and were never begun. Those that wait for a slot have been asked for
 * already, and stay. Gives the ids of the deleted ones.
 */
export async function deleteFutureRuns(
  tx: Writer,
  { deploymentId, madeBySchedules, after }: FutureRuns,
): Promise<readonly string[]> {
  let query = tx
    .deleteFrom("flow_run")
    .where("deployment_id", "=", deploymentId)
    .where("next_scheduled_start_time", "is not", null)
    .where("state_type", "=", "SCHEDULED")
    .where("state_name", "!=", stateNames.awaitingConcurrencySlot)
    .where("run_count", "=", 0);
  if (madeBySchedules) query = query.where("auto_scheduled", "=", 1);
  if (after !== undefined) query = query.where("next_scheduled_start_time", ">", after);
  return (await query.returning("id").execute()).map(({ id }) => id);
}
