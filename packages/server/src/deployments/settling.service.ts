import { type Timestamp, timeOrderedId } from "@ostinato/core";
import type { VersionInfo } from "@ostinato/protocol";
import { writeOptionalJson } from "../db/json-text.ts";
import * as events from "../events/events.service.ts";
import { removeFutureRuns } from "../flow-runs/future-runs.service.ts";
import { absent } from "../kernel/errors.ts";
import type { Unit } from "../kernel/unit.ts";
import { changedFields } from "./changed-fields.rules.ts";
import { deploymentEvent } from "./deployment-event.ts";
import { definitionOf } from "./deployments.presenter.ts";
import * as queries from "./deployments.queries.ts";
import { type ScheduleRow, schedulesOf } from "./schedules.queries.ts";
import * as versions from "./versions.queries.ts";

/** A deployment with its schedules, as a unit of work leaves it. */
export interface Settled {
  readonly row: queries.DeploymentRow;
  readonly schedules: readonly ScheduleRow[];
}

interface Change {
  /** Undefined for a new deployment. */
  readonly before: queries.DeploymentRow | undefined;
  readonly versionInfo?: VersionInfo | null | undefined;
  /** The runs that go: those that are due later, or all that a schedule made. By default those that no longer fit. */
  readonly drop?: "future" | "all" | "none" | undefined;
}

/**
 * What follows a change of a deployment, in its unit of work: a version of what it says now, the event, and runs that its schedules
 * made before.
 */
export async function settle(unit: Unit, id: string, { before, versionInfo, drop }: Change): Promise<Settled> {
  const { tx, context } = unit;
  const [row, schedules] = await Promise.all([queries.deploymentById(tx, id), schedulesOf(tx, [id])]);
  if (row === undefined) throw absent("Deployment");
  const now = context.clock.now();
  const isNew = await keepVersion(unit, { row, schedules, versionInfo, now });
  const dropped = drop ?? (isNew || row.paused !== before?.paused ? "future" : "none");
  if (before !== undefined && dropped !== "none") {
    const after = dropped === "future" ? { after: now } : {};
    await removeFutureRuns(unit, { deploymentId: id, madeBySchedules: true, ...after });
  }
  await tell(unit, before, row, now);
  unit.changed("deployment", [{ id }]);
  return { row, schedules };
}

async function tell(
  unit: Unit,
  before: queries.DeploymentRow | undefined,
  row: queries.DeploymentRow,
  occurred: Timestamp,
): Promise<void> {
  if (before === undefined) {
    await events.recordNew(unit, [deploymentEvent(row, { happening: "created", occurred })]);
    return;
  }
  const changed = changedFields(before, row);
  if (Object.keys(changed).length === 0) return;
  await events.recordNew(unit, [deploymentEvent(row, { happening: "updated", occurred, changed })]);
}

interface Saying extends Settled {
  readonly versionInfo: VersionInfo | null | undefined;
  readonly now: Timestamp;
}

/** Adds a version where the deployment says something else than in its last one. Gives whether it does. */
async function keepVersion(
  { tx, later, context }: Unit,
  { row, schedules, versionInfo, now }: Saying,
): Promise<boolean> {
  const last = row.version_id === null ? undefined : await versions.versionById(tx, row.version_id);
  const definition = definitionOf(row, schedules);
  const info = versionInfo === undefined ? (last?.version_info ?? null) : writeOptionalJson(versionInfo);
  const isSame = last?.definition === definition && last.version === row.version && last.version_info === info;
  if (isSame) return false;
  await versions.addVersion(later, {
    id: timeOrderedId(now),
    created: now,
    deployment_id: row.id,
    version: row.version,
    version_info: info,
    definition,
    created_by: writeOptionalJson(context.actor.createdBy),
  });
  return true;
}
