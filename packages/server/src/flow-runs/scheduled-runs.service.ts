import { formatTimestamp, type Timestamp, timeOrderedId } from "@ostinato/core";
import type { CreatedBy, Labels, Static } from "@ostinato/protocol";
import type { Unit } from "../kernel/unit.ts";
import * as queries from "./flow-runs.queries.ts";
import { type Belonging, newRow } from "./new-run.presenter.ts";
import { plannedState } from "./transitions.service.ts";
import { wakeWhenDue } from "./waking.ts";

/** Runs of a deployment that a schedule makes: alike but for their times. */
export interface PlannedRuns {
  readonly related: Belonging;
  readonly deploymentId: string;
  readonly deploymentVersion: string | null;
  readonly infrastructureDocumentId: string | null;
  readonly workQueueName: string | null;
  /** As JSON. */
  readonly parameters: string;
  readonly tags: readonly string[];
  readonly labels: Static<typeof Labels>;
  readonly createdBy: CreatedBy;
  readonly dates: readonly PlannedDate[];
}

export interface PlannedDate {
  readonly at: Timestamp;
  readonly idempotencyKey: string;
}

/**
 * Makes the runs that are not there yet, in a few statements whatever their number. No events tell of them, as in Prefect. Gives
 * how many were made.
 */
export async function plan(unit: Unit, planned: readonly PlannedRuns[]): Promise<number> {
  const now = unit.context.clock.now();
  const runs = planned.flatMap((each) => each.dates.map((date) => plannedRun(each, date, now)));
  if (runs.length === 0) return 0;
  const added = new Set(
    await queries.insertFlowRuns(
      unit.tx,
      runs.map(({ row }) => row),
    ),
  );
  const made = runs.filter(({ row }) => added.has(row.id));
  await queries.insertFlowRunStates(
    unit.later,
    made.map(({ row, written }) => ({ id: row.id, state: written })),
  );
  unit.changed(
    "flow-run",
    made.map(({ row }) => ({ id: row.id })),
  );
  for (const { deploymentId, related, dates } of planned) {
    const [first] = dates;
    if (first !== undefined) wakeWhenDue(unit, { deploymentId, queueId: related.workQueue?.id ?? null, at: first.at });
  }
  unit.count("flow_run_states_total", made.length, { state_type: "SCHEDULED" });
  return made.length;
}

function plannedRun(
  { related, labels, createdBy, ...planned }: PlannedRuns,
  { at, idempotencyKey }: PlannedDate,
  now: Timestamp,
) {
  const given = {
    id: timeOrderedId(now),
    flow_id: related.flow.id,
    deployment_id: planned.deploymentId,
    deploymentVersion: planned.deploymentVersion,
    autoScheduled: true,
    idempotency_key: idempotencyKey,
    infrastructure_document_id: planned.infrastructureDocumentId,
    work_queue_name: planned.workQueueName,
    parameters: planned.parameters,
    tags: [...planned.tags],
  };
  const bare = newRow(given, { related, flowLabels: labels, createdBy, now });
  const message = "Flow run scheduled";
  const state = { type: "SCHEDULED", message, state_details: { scheduled_time: formatTimestamp(at) } } as const;
  return plannedState(bare, { state, now });
}
