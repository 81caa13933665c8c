import { timeOrderedId } from "@ostinato/core";
import type { FlowRun, FlowRunCreate } from "@ostinato/protocol";
import type { RowVersions } from "../db/known-change.ts";
import { keepParameters } from "../kept-parameters/kept-parameters.service.ts";
import type { Context } from "../kernel/context.ts";
import { conflict } from "../kernel/errors.ts";
import { type Unit, unit } from "../kernel/unit.ts";
import { findPlace } from "../work-queues/places.service.ts";
import { type FlowRunRow, presentFlowRun } from "./flow-runs.presenter.ts";
import * as queries from "./flow-runs.queries.ts";
import type { KnownRun } from "./known-runs.ts";
import { type NewRun, newRow } from "./new-run.presenter.ts";
import { parametersText } from "./parameters.service.ts";
import { deploymentOf, flowOf, rowVersions, taskRunOf } from "./related.queries.ts";
import type { RelatedResources } from "./state-event.ts";
import { firstState, follow, noteFlowRun } from "./transitions.service.ts";

export interface CreatedFlowRun {
  readonly flowRun: FlowRun;
  /** False where the run was there. */
  readonly made: boolean;
}

/**
 * Creates the flow run, or reads the one of the flow that has the idempotency key. `deploymentVersion` is what its deployment calls the
 * version that the run is made of.
 */
export async function create(
  context: Context,
  given: FlowRunCreate,
  { deploymentVersion = null }: { readonly deploymentVersion?: string | null } = {},
): Promise<CreatedFlowRun> {
  const { clock } = context;
  const parameters = parametersText(given.parameters ?? {});
  const id = timeOrderedId(clock.now());
  const together = given.idempotency_key ?? given.flow_id;
  let isRepeated = false;
  const created = await unit(
    context,
    async (unit) => {
      // A unit runs again if the answer to its commit was lost, so the run may exist already.
      const known = isRepeated ? await queries.flowRunById(unit.tx, id) : undefined;
      isRepeated = true;
      if (known === undefined) return createIn(unit, { ...given, id, parameters, deploymentVersion });
      noteFlowRun(unit, known);
      return { row: known, made: true };
    },
    { together },
  );
  const flowRun = presentFlowRun(created.row, clock.now());
  if (created.known !== undefined) context.knownRuns.remember(created.known);
  return { flowRun, made: created.made };
}

interface Created {
  readonly row: FlowRunRow;
  /** False where the run was there. */
  readonly made: boolean;
  readonly known?: KnownRun | undefined;
}

async function createIn(unit: Unit, given: NewRun): Promise<Created> {
  const { flowLabels, related, versions } = await findRelated(unit, given);
  const { clock, actor } = unit.context;
  const now = clock.now();
  const bare = newRow(given, { related, flowLabels, createdBy: actor.createdBy, now });
  const { row, written, effects } = await firstState(unit, bare, { state: given.state ?? { type: "PENDING" }, now });
  if (!(await queries.insertFlowRun(unit.tx, row))) {
    const known = await queries.flowRunByIdempotencyKey(unit.tx, row.flow_id, row.idempotency_key ?? "");
    if (known === undefined) throw conflict("Another request is creating the flow run with this idempotency_key.");
    return { row: known, made: false };
  }
  if (given.kept_parameters) await keepParameters(unit.later, row.id, given.kept_parameters);
  await queries.insertFlowRunState(unit.later, row.id, written);
  await follow(unit, { row, related, initial: null, written }, effects);
  return { row, made: true, known: versions && { row, related, versions } };
}

interface Found {
  readonly related: RelatedResources;
  readonly flowLabels: object;
  readonly versions: RowVersions | undefined;
}

/** The rows that the new run refers to: a reference to a missing one is a conflict that names the field. */
async function findRelated({ tx }: Unit, given: NewRun): Promise<Found> {
  const { flow_id, parent_task_run_id = null, deployment_id = null, work_queue_name = null } = given;
  const found = await flowOf(tx, flow_id);
  if (found === undefined) throw conflict(`flow_id: there is no flow ${flow_id}.`);
  const parent = parent_task_run_id === null ? null : await taskRunOf(tx, parent_task_run_id);
  if (parent === undefined) throw conflict(`parent_task_run_id: there is no task run ${parent_task_run_id}.`);
  const deployment = deployment_id === null ? undefined : await deploymentOf(tx, deployment_id);
  const pool = given.work_pool_name ?? "";
  const place = pool === "" ? null : await findPlace(tx, { pool, queue: work_queue_name });
  return {
    flowLabels: found.labels,
    versions: rowVersions(
      found.ownVersion,
      deployment_id === null ? [found.version] : [found.version, deployment?.version ?? null],
    ),
    related: {
      flow: found.flow,
      parent,
      deployment: deployment?.deployment ?? null,
      workQueue: place?.queue ?? null,
      workPool: place?.pool ?? null,
      // A first state is always taken.
      isPlaceLimited: false,
    },
  };
}
