import { holdsSlot, type StateType, type Timestamp } from "@ostinato/core";
import type { Unit } from "../kernel/unit.ts";
import type { FlowRunRow } from "./flow-runs.presenter.ts";

/** Wakes those who serve the run's deployment, and the workers of its queue, for what it has become. */
export function wakeForRun(unit: Unit, row: FlowRunRow, before: StateType | null): void {
  const { id: flowRunId, deployment_id, work_queue_id: queueId, work_pool_id: poolId, state_type } = row;
  const { next_scheduled_start_time: at } = row;
  if (at !== null) wakeWhenDue(unit, { deploymentId: deployment_id, queueId, at });
  if (state_type === "CANCELLING" || state_type === "CANCELLED") {
    if (deployment_id !== null) unit.wakes({ kind: "stopping", of: "deployment", id: deployment_id, flowRunId });
    if (queueId !== null) unit.wakes({ kind: "stopping", of: "work-queue", id: queueId, flowRunId });
  }
  if (!holdsSlot(state_type)) wakeForSlot(unit, poolId, before);
}

/** Wakes the workers of the pool where a run that leaves a state of this type gives back a slot. */
export function wakeForSlot(unit: Unit, poolId: string | null, before: StateType | null): void {
  if (poolId !== null && holdsSlot(before)) unit.wakes({ kind: "freed", poolId });
}

export interface DueRun {
  readonly deploymentId: string | null;
  readonly queueId: string | null;
  readonly at: Timestamp;
}

export function wakeWhenDue(unit: Unit, { deploymentId, queueId, at }: DueRun): void {
  if (deploymentId !== null) unit.wakes({ kind: "due", of: "deployment", id: deploymentId, at });
  if (queueId !== null) unit.wakes({ kind: "due", of: "work-queue", id: queueId, at });
}
