import { noTimes, randomRunName, type Timestamp, timeOrderedId } from "@ostinato/core";
import type { CreatedBy, FlowRun, FlowRunCreate } from "@ostinato/protocol";
import { storable, storableOrNull, writeJson } from "../db/json-text.ts";
import type { RowVersions } from "../db/known-change.ts";
import { keepParameters } from "../kept-parameters/kept-parameters.service.ts";
import type { Context } from "../kernel/context.ts";
import { conflict, refused } from "../kernel/errors.ts";
import { keptName } from "../kernel/indexed-text.ts";
import { type Unit, unit } from "../kernel/unit.ts";
import { completeFlowRunPolicy, type FlowRunRow, presentFlowRun } from "./flow-runs.presenter.ts";
import * as queries from "./flow-runs.queries.ts";
import type { KnownRun } from "./known-runs.ts";
import { parametersText } from "./parameters.service.ts";
import { deploymentOf, flowOf, taskRunOf, workQueueOf } from "./related.queries.ts";
import type { RelatedResources } from "./state-event.ts";
import { firstState, follow, noteFlowRun } from "./transitions.service.ts";

/** Creates the flow run, or reads the one of the flow that has the idempotency key. */
export async function create(
  context: Context,
  given: FlowRunCreate,
): Promise<{ readonly flowRun: FlowRun; readonly made: boolean }> {
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
      if (known === undefined) return createIn(unit, { ...given, id, parameters });
      noteFlowRun(unit, known);
      return { row: known, made: true };
    },
    { together },
  );
  const flowRun = presentFlowRun(created.row, clock.now());
  if (created.known !== undefined) context.knownRuns.remember(created.known);
  return { flowRun, made: created.made };
}

type NewRun = Omit<FlowRunCreate, "parameters"> & { readonly id: string; readonly parameters: string };

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
  const deployment = deployment_id === null ? null : ((await deploymentOf(tx, deployment_id)) ?? null);
  const pool = given.work_pool_name ?? "";
  const place = pool === "" ? null : await workQueueOf(tx, pool, work_queue_name ?? "default");
  if (place === undefined) {
    const missing = work_queue_name === null ? `Work pool "${pool}"` : `Work pool queue '${pool}/${work_queue_name}'`;
    throw refused("WORK_QUEUE_NOT_FOUND", `${missing} not found.`);
  }
  return {
    flowLabels: found.labels,
    versions: found.versions,
    related: { flow: found.flow, parent, deployment, workQueue: place?.queue ?? null, workPool: place?.pool ?? null },
  };
}

interface Making extends Omit<Found, "versions"> {
  readonly createdBy: CreatedBy | null;
  readonly now: Timestamp;
}

/** The run before it has a state. */
function newRow(given: NewRun, { related, flowLabels, createdBy, now }: Making): FlowRunRow {
  const { flow, workQueue, workPool } = related;
  const deployment_id = given.deployment_id?.toLowerCase() ?? null;
  const systemLabels = {
    "prefect.flow.id": flow.id,
    ...(deployment_id === null ? {} : { "prefect.deployment.id": deployment_id }),
  };
  return {
    id: given.id,
    created: now,
    updated: now,
    name: storable(keptName(given.name ?? randomRunName())),
    flow_id: flow.id,
    flow_version: storableOrNull(given.flow_version),
    parameters: given.parameters,
    idempotency_key: storableOrNull(given.idempotency_key),
    context: writeJson(given.context ?? {}),
    empirical_policy: writeJson(completeFlowRunPolicy(given.empirical_policy ?? {})),
    tags: writeJson([...new Set(given.tags ?? [])]),
    labels: writeJson({ ...flowLabels, ...systemLabels, ...given.labels }),
    auto_scheduled: 0,
    deployment_id,
    deployment_version: null,
    parent_task_run_id: given.parent_task_run_id?.toLowerCase() ?? null,
    infrastructure_document_id: given.infrastructure_document_id ?? null,
    infrastructure_pid: null,
    work_queue_id: workQueue?.id ?? null,
    work_queue_name: storableOrNull(workQueue?.name ?? given.work_queue_name),
    work_pool_id: workPool?.id ?? null,
    work_pool_name: workPool?.name ?? null,
    created_by: createdBy === null ? null : writeJson(createdBy),
    job_variables: writeJson(given.job_variables ?? {}),
    ...noTimes,
    state_id: null,
    state_type: null,
    state_name: null,
    state_timestamp: null,
    state_message: null,
    state_details: null,
    state_data: null,
  };
}
