import type { BodyOf, bulkDeleteDeployments } from "@ostinato/protocol";
import { removeOwnedIn } from "../automations/removal.service.ts";
import { limitOfDeployment } from "../concurrency-limits/concurrency-limits.service.ts";
import * as events from "../events/events.service.ts";
import { removeFutureRuns } from "../flow-runs/future-runs.service.ts";
import { refuseIdleFilter } from "../kernel/bulk-filter.ts";
import type { Context } from "../kernel/context.ts";
import { absent } from "../kernel/errors.ts";
import { type Unit, unit } from "../kernel/unit.ts";
import { deploymentEvent } from "./deployment-event.ts";
import * as queries from "./deployments.queries.ts";

/** Deletes the deployment with its schedules, its automations and the runs that wait for their time. Runs that have begun go on, finished ones stay. */
export async function remove(context: Context, id: string): Promise<void> {
  if (!(await unit(context, (unit) => removeOne(unit, id)))) throw absent("Deployment");
}

/** Deletes the matching deployments up to the limit, and returns their ids. */
export async function removeMatching(context: Context, body: BodyOf<typeof bulkDeleteDeployments>): Promise<string[]> {
  const { deployments, limit } = body;
  refuseIdleFilter("deployments", body, queries.idlePartsOf);
  const query = { deployments, sort: "NAME_ASC", limit: limit ?? 50, offset: 0 } as const;
  const found = await queries.findDeployments(context.db, query);
  const deleted: string[] = [];
  for (const { id } of found) if (await unit(context, (unit) => removeOne(unit, id))) deleted.push(id);
  return deleted;
}

/** Gives whether it was there. */
async function removeOne(unit: Unit, id: string): Promise<boolean> {
  const row = await queries.deploymentForChange(unit.tx, id);
  if (row === undefined) return false;
  await removeFutureRuns(unit, { deploymentId: id, madeBySchedules: false });
  if (row.concurrency_limit_id !== null) await limitOfDeployment(unit, id, null);
  await queries.deleteDeployments(unit.tx, [id]);
  await removeOwnedIn(unit, `prefect.deployment.${id}`);
  const occurred = unit.context.clock.now();
  await events.recordNew(unit, [deploymentEvent(row, { happening: "deleted", occurred })]);
  unit.deleted("deployment", [id]);
  return true;
}
