import type { Unit } from "../kernel/unit.ts";
import { leaveLeftovers } from "../run-leftovers/run-leftovers.service.ts";
import { deleteFutureRuns, type FutureRuns } from "./future-runs.queries.ts";

/** Deletes runs of a deployment that wait for their time, because it has changed or goes. Those that have begun stay. */
export async function removeFutureRuns(unit: Unit, which: FutureRuns): Promise<void> {
  const ids = await deleteFutureRuns(unit.tx, which);
  unit.deleted("flow-run", ids);
  // Nobody has worked on a run that a schedule made. One that a person asked for may have a log.
  if (!which.madeBySchedules) for (const id of ids) leaveLeftovers(unit, "flow-run", id);
}
