import type { Timestamp } from "@ostinato/core";
import type { DeploymentFilter, DeploymentSort } from "@ostinato/protocol";
import { type Insertable, type Selectable, sql, type Updateable } from "kysely";
import { everything } from "../criteria/conditions.queries.ts";
import { countMatching } from "../criteria/counting.queries.ts";
import { idleParts } from "../criteria/criteria.queries.ts";
import { deploymentCondition } from "../criteria/deployments.queries.ts";
import { type CriteriaOn, isNarrowed, matching } from "../criteria/related.queries.ts";
import type { Database, Reader, Writer } from "../db/dialect.ts";
import { portable } from "../db/portable.ts";
import { prepared } from "../db/prepared.ts";
import type { JsonText, Tables } from "../db/tables.ts";

/** A deployment with the names of what it belongs to. */
export interface DeploymentRow extends Selectable<Tables["deployment"]> {
  readonly flow_name: string;
  readonly queue_name: string | null;
  readonly queue_polled: Timestamp | null;
  readonly work_pool_id: string | null;
  readonly work_pool_name: string | null;
  readonly work_pool_type: string | null;
}

function selectDeployments(reader: Reader) {
  return reader
    .selectFrom("deployment")
    .innerJoin("flow", "flow.id", "deployment.flow_id")
    .leftJoin("work_queue", "work_queue.id", "deployment.work_queue_id")
    .leftJoin("work_pool", "work_pool.id", "work_queue.work_pool_id")
    .selectAll("deployment")
    .select([
      "flow.name as flow_name",
      "work_queue.name as queue_name",
      "work_queue.last_polled as queue_polled",
      "work_pool.id as work_pool_id",
      "work_pool.name as work_pool_name",
      "work_pool.type as work_pool_type",
    ]);
}

const byId = prepared<{ id: string }, DeploymentRow>((reader, slot) =>
  selectDeployments(reader).where("deployment.id", "=", slot("id")),
);

export async function deploymentById(reader: Reader, id: string): Promise<DeploymentRow | undefined> {
  return (await byId(reader, { id })).rows[0];
}

/** The same, held until the unit of work ends. */
export function deploymentForChange(tx: Writer, id: string): Promise<DeploymentRow | undefined> {
  return selectDeployments(tx)
    .where("deployment.id", "=", id)
    .modifyEnd(portable.rowLock("deployment"))
    .executeTakeFirst();
}

/** The deployment of the flow with this name, held until the unit of work ends. */
export function namesakeForChange(tx: Writer, flowId: string, name: string): Promise<DeploymentRow | undefined> {
  return selectDeployments(tx)
    .where("deployment.flow_id", "=", flowId)
    .where("deployment.name", "=", name)
    .modifyEnd(portable.rowLock("deployment"))
    .executeTakeFirst();
}

export async function deploymentsByIds(reader: Reader, ids: readonly string[]): Promise<DeploymentRow[]> {
  if (ids.length === 0) return [];
  return selectDeployments(reader).where("deployment.id", "in", ids).execute();
}

export function deploymentByNames(
  reader: Reader,
  { flow, deployment }: { readonly flow: string; readonly deployment: string },
): Promise<DeploymentRow | undefined> {
  return selectDeployments(reader)
    .where("flow.name", "=", flow)
    .where("deployment.name", "=", deployment)
    .executeTakeFirst();
}

/** The flow that a deployment is to belong to. */
export function flowById(
  reader: Reader,
  id: string,
): Promise<{ id: string; name: string; labels: JsonText } | undefined> {
  return reader.selectFrom("flow").select(["id", "name", "labels"]).where("id", "=", id).executeTakeFirst();
}

/** Adds the deployment where its flow has none of the name; gives false where it has one. */
export async function insertDeployment(tx: Writer, row: Insertable<Tables["deployment"]>): Promise<boolean> {
  const result = await tx
    .insertInto("deployment")
    .values(row)
    .onConflict((conflict) => conflict.columns(["flow_id", "name"]).doNothing())
    .executeTakeFirst();
  return (result.numInsertedOrUpdatedRows ?? 0n) > 0n;
}

export async function updateDeployment(
  tx: Writer,
  id: string,
  change: Updateable<Tables["deployment"]>,
): Promise<void> {
  await tx.updateTable("deployment").set(change).where("id", "=", id).execute();
}

/** Their schedules and versions go with them, by the foreign keys. */
export async function deleteDeployments(tx: Writer, ids: readonly string[]): Promise<void> {
  await tx.deleteFrom("deployment").where("id", "in", ids).execute();
}

export interface DeploymentQuery extends CriteriaOn<"deployment"> {
  readonly sort: DeploymentSort;
  readonly limit: number;
  readonly offset: number;
}

const order: Readonly<Record<DeploymentSort, ReturnType<typeof sql>>> = {
  CREATED_DESC: sql`deployment.created DESC, deployment.id DESC`,
  UPDATED_DESC: sql`deployment.updated DESC, deployment.id DESC`,
  NAME_ASC: sql`deployment.name ASC, deployment.id ASC`,
  NAME_DESC: sql`deployment.name DESC, deployment.id DESC`,
};

export function findDeployments(db: Database, query: DeploymentQuery): Promise<DeploymentRow[]> {
  const { sort, limit, offset, flow_runs, task_runs } = query;
  // Criteria of runs may have to look at all of them.
  const reader = isNarrowed({ flow_runs, task_runs }) ? db.slow : db.read;
  return selectDeployments(reader)
    .where(matching("deployment", query) ?? everything)
    .orderBy(order[sort])
    .limit(limit)
    .offset(offset)
    .execute();
}

/** The parts of the filter that do not ask for anything. */
export function idlePartsOf(filter: DeploymentFilter): readonly string[] {
  return idleParts(deploymentCondition, filter);
}

export function countDeployments(db: Database, criteria: CriteriaOn<"deployment">): Promise<number> {
  return countMatching(db.slow, "deployment", matching("deployment", criteria));
}
