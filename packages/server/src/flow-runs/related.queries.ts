import type { Reader, Writer } from "../db/dialect.ts";
import { readJson, readPlainJson } from "../db/json-text.ts";
import type { RowVersions } from "../db/known-change.ts";
import { portable } from "../db/portable.ts";
import { prepared } from "../db/prepared.ts";
import type { JsonText, Tables } from "../db/tables.ts";
import type { FlowRunRow } from "./flow-runs.presenter.ts";
import { flowRunById, selectFlowRuns } from "./flow-runs.queries.ts";
import type { RelatedResources } from "./state-event.ts";

const forChange = prepared<{ id: string }, FlowRunRow & RelatedColumns>((reader, slot) =>
  selectFlowRuns(reader)
    .innerJoin("flow", "flow.id", "flow_run.flow_id")
    .leftJoin("deployment", "deployment.id", "flow_run.deployment_id")
    .leftJoin("task_run as parent", "parent.id", "flow_run.parent_task_run_id")
    .select([
      "flow.name as flow_name",
      "flow.tags as flow_tags",
      "deployment.name as deployment_name",
      "deployment.tags as deployment_tags",
      "deployment.concurrency_limit_id as limit_id",
      "work_queue.name as queue_name",
      "work_queue.concurrency_limit as queue_limit",
      "work_pool.concurrency_limit as pool_limit",
      "work_pool.type as work_pool_type",
      "parent.name as parent_name",
      "parent.tags as parent_tags",
    ])
    .select([
      portable.version("flow_run").as("row_version"),
      portable.version("flow").as("flow_row_version"),
      portable.version("deployment").as("deployment_row_version"),
      portable.ownVersion().as("own_version"),
    ])
    .where("flow_run.id", "=", slot("id"))
    .modifyEnd(portable.rowLock("flow_run")),
);

/** A flow run that is held for a change. */
export interface HeldRun {
  readonly row: FlowRunRow;
  readonly related: RelatedResources;
  /** Undefined where rows need not be remembered. */
  readonly versions: HeldVersions | undefined;
}

interface HeldVersions extends RowVersions {
  /** Of the row once this unit of work has changed it. */
  readonly changed: string;
}

/** The run with its related rows; locks the run until the unit of work ends. */
export async function flowRunForChange(tx: Writer, id: string): Promise<HeldRun | undefined> {
  const [found] = (await forChange(tx, { id })).rows;
  if (found === undefined) return undefined;
  // After a wait for the lock, the run is the newest version but the join read the earlier states.
  const isStale = found.state_id !== null && found.state_details === null;
  const newest = isStale ? await flowRunById(tx, id) : found;
  if (newest === undefined) return undefined;
  return { row: newest, related: relatedOf(found), versions: isStale ? undefined : versionsOf(found) };
}

function versionsOf(columns: RelatedColumns): HeldVersions | undefined {
  const { row_version, own_version: changed, deployment_id, flow_row_version, deployment_row_version } = columns;
  const beside = deployment_id === null ? [flow_row_version] : [flow_row_version, deployment_row_version];
  const versions = rowVersions(row_version, beside);
  return versions === undefined || changed === null ? undefined : { ...versions, changed };
}

/** undefined where rows have no versions, or a row is missing. */
export function rowVersions(row: string | null, beside: readonly (string | null)[]): RowVersions | undefined {
  if (row === null) return undefined;
  const found = beside.filter((version) => version !== null);
  return found.length < beside.length ? undefined : { row, beside: found };
}

interface RelatedColumns
  extends Pick<FlowRunRow, "flow_id" | "deployment_id" | "work_queue_id" | "work_pool_id" | "work_pool_name"> {
  readonly parent_task_run_id: string | null;
  readonly flow_name: string;
  readonly flow_tags: JsonText;
  readonly deployment_name: string | null;
  readonly deployment_tags: JsonText | null;
  readonly limit_id: string | null;
  readonly queue_name: string | null;
  readonly queue_limit: number | null;
  readonly pool_limit: number | null;
  readonly work_pool_type: string | null;
  readonly parent_name: string | null;
  readonly parent_tags: JsonText | null;
  readonly row_version: string | null;
  readonly flow_row_version: string | null;
  readonly deployment_row_version: string | null;
  readonly own_version: string | null;
}

function relatedOf(columns: RelatedColumns): RelatedResources {
  const { flow_id, flow_name, flow_tags, work_pool_type } = columns;
  return {
    flow: { id: flow_id, name: flow_name, tags: readPlainJson(flow_tags) },
    deployment: deploymentIn(columns),
    workQueue: named(columns.work_queue_id, columns.queue_name),
    workPool: withType(named(columns.work_pool_id, columns.work_pool_name), work_pool_type),
    parent: tagged(named(columns.parent_task_run_id, columns.parent_name), columns.parent_tags),
    isPlaceLimited: columns.queue_limit !== null || columns.pool_limit !== null,
  };
}

function deploymentIn({ deployment_id, deployment_name, deployment_tags, limit_id }: RelatedColumns) {
  const deployment = tagged(named(deployment_id, deployment_name), deployment_tags);
  return deployment === null ? null : { ...deployment, limitId: limit_id };
}

interface Named {
  readonly id: string;
  readonly name: string;
}

function named(id: string | null, name: string | null): Named | null {
  return id === null || name === null ? null : { id, name };
}

function tagged(thing: Named | null, tags: JsonText | null) {
  return thing === null ? null : { ...thing, tags: tags === null ? [] : readPlainJson<string[]>(tags) };
}

function withType(thing: Named | null, type: string | null) {
  return thing === null ? null : { ...thing, type: type ?? "" };
}

type FoundFlow = Pick<Tables["flow"], "id" | "name" | "tags" | "labels"> &
  Pick<RelatedColumns, "flow_row_version" | "own_version">;

const flowById = prepared<{ id: string }, FoundFlow>((reader, slot) =>
  reader
    .selectFrom("flow")
    .select(["id", "name", "tags", "labels"])
    .select([portable.version("flow").as("flow_row_version"), portable.ownVersion().as("own_version")])
    .where("id", "=", slot("id")),
);

/** The rows that a new run is to belong to; undefined for a missing one. */
export async function flowOf(reader: Reader, id: string) {
  const [found] = (await flowById(reader, { id })).rows;
  if (found === undefined) return undefined;
  const { name, flow_row_version: version, own_version: ownVersion } = found;
  return {
    flow: { id: found.id, name, tags: readPlainJson<string[]>(found.tags) },
    labels: readJson<object>(found.labels),
    version,
    /** The version of the rows that this unit of work makes. */
    ownVersion,
  };
}

export async function deploymentOf(reader: Reader, id: string) {
  const found = await reader
    .selectFrom("deployment")
    .select(["id", "name", "tags", "concurrency_limit_id"])
    .select(portable.version("deployment").as("version"))
    .where("id", "=", id)
    .executeTakeFirst();
  if (found === undefined) return undefined;
  const { name, tags, concurrency_limit_id: limitId, version } = found;
  return { deployment: { id: found.id, name, tags: readPlainJson<string[]>(tags), limitId }, version };
}

export async function taskRunOf(reader: Reader, id: string) {
  const found = await reader
    .selectFrom("task_run")
    .select(["id", "name", "tags"])
    .where("id", "=", id)
    .executeTakeFirst();
  return found && { ...found, tags: readPlainJson<string[]>(found.tags) };
}
