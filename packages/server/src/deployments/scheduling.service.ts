import type { Unit } from "../kernel/unit.ts";
import type { DeploymentRow } from "./deployments.queries.ts";
import { noteProgress, type ScheduleRow, stopSchedules } from "./schedules.queries.ts";

/** Has the schedules of a deployment make their next runs, or stops them while it is paused. */
export async function planAhead(unit: Unit, row: DeploymentRow, schedules: readonly ScheduleRow[]): Promise<void> {
  if (row.paused === 1) return stopSchedules(unit.tx, row.id);
  const due = unit.context.clock.now();
  await noteProgress(
    unit.tx,
    schedules.map(({ id, active, problem }) => ({
      id,
      scheduled_until: null,
      due: active === 1 ? due : null,
      problem,
    })),
  );
}
