import type { DeploymentUpdate } from "@ostinato/protocol";
import { readJson, writeOptionalJson } from "../db/json-text.ts";
import { parametersText } from "../flow-runs/parameters.service.ts";
import { checkDeployment } from "../job-templates/job-templates.service.ts";
import type { Context } from "../kernel/context.ts";
import { absent, conflict, refused } from "../kernel/errors.ts";
import { type Unit, unit } from "../kernel/unit.ts";
import type { JsonObject } from "../user-input/json-types.rules.ts";
import { withVariables } from "../variables/variables.service.ts";
import * as queries from "./deployments.queries.ts";
import { givenColumns } from "./given-columns.presenter.ts";
import { checkSchedules, newSchedules, refuseEqualSlugs, scheduleChange } from "./new-schedules.service.ts";
import { limitColumns, putLimit, queueColumns, refuseMissingBlocks, refuseTwoLimits } from "./references.service.ts";
import { checkChangedParameters, hydratedParameters } from "./run-parameters.rules.ts";
import { matchSchedules, type ScheduleChanges, UnmatchedSchedules } from "./schedule-changes.rules.ts";
import * as schedules from "./schedules.queries.ts";
import { planAhead } from "./scheduling.service.ts";
import { settle } from "./settling.service.ts";

/** Writes the fields that are given. */
export async function change(context: Context, id: string, given: DeploymentUpdate): Promise<void> {
  refuseTwoLimits(given);
  checkSchedules(given.schedules, context.clock.now());
  await unit(context, async (unit) => {
    const before = await queries.deploymentForChange(unit.tx, id);
    if (before === undefined) throw absentDeployment();
    const known = await schedules.schedulesOf(unit.tx, [id]);
    const matched = matchedSchedules(known, given);
    const columns = {
      ...givenColumns(given),
      ...(await queueColumns(unit, given, "change")),
      ...(await parameterColumns(unit, given, before)),
      ...(await limitColumns(unit, given)),
      updated_by: writeOptionalJson(context.actor.createdBy),
      updated: context.clock.now(),
    };
    await refuseMissingBlocks(unit.tx, given);
    await checkDeployment(unit, given, "change");
    await queries.updateDeployment(unit.tx, id, columns);
    await putLimit(unit, { id, had: before.concurrency_limit_id !== null }, given);
    await changeSchedules(unit, { id, known, matched });
    // Runs belong to the schedule that made them, also where one that says the same takes its place.
    const drop = matched.remove.length + matched.change.length > 0 ? ("future" as const) : undefined;
    const settled = await settle(unit, id, { before, versionInfo: given.version_info, drop });
    await planAhead(unit, settled);
  });
}

/** Stops all schedules, and drops the runs that they made. */
export async function pause(context: Context, id: string): Promise<void> {
  await setPaused(context, id, 1);
}

/** Lets the schedules go on at once. */
export async function resume(context: Context, id: string): Promise<void> {
  await setPaused(context, id, 0);
}

async function setPaused(context: Context, id: string, paused: 0 | 1): Promise<void> {
  await unit(context, async (unit) => {
    const before = await queries.deploymentForChange(unit.tx, id);
    if (before === undefined) throw absent("Deployment");
    await queries.updateDeployment(unit.tx, id, { paused, updated: context.clock.now() });
    // As in Prefect, no event tells of it.
    const alike = { ...before, paused };
    await planAhead(unit, await settle(unit, id, { before: alike, drop: paused === 1 ? "all" : "none" }));
  });
}

/** 404 in the sentence of Prefect for changes. */
export function absentDeployment() {
  return refused("DEPLOYMENT_NOT_FOUND", "Deployment not found.");
}

function matchedSchedules(known: readonly schedules.ScheduleRow[], given: DeploymentUpdate): ScheduleChanges {
  try {
    return matchSchedules(known, given.schedules);
  } catch (error) {
    if (error instanceof UnmatchedSchedules) throw refused("SCHEDULES_REFUSED", error.message);
    throw error;
  }
}

/** The parameters with their recipes followed, held against the schema that the deployment has then. */
async function parameterColumns({ tx }: Unit, given: DeploymentUpdate, before: queries.DeploymentRow) {
  const { enforce_parameter_schema: enforce = before.enforce_parameter_schema === 1 } = given;
  if (given.parameters === null) throw conflict("parameters: null can't be kept. Send {} for none.");
  if (enforce === null) throw conflict("enforce_parameter_schema: null can't be kept. Send true or false.");
  const asked = given.parameters;
  const parameters =
    asked === undefined
      ? undefined
      : await withVariables(tx, (readVariable) => hydratedParameters(asked, { subject: "deployment", readVariable }));
  if (enforce) {
    // As in Prefect, a schema that is null leaves the one that is there.
    const schema = writeOptionalJson(given.parameter_openapi_schema) ?? before.parameter_openapi_schema;
    checkChangedParameters(parameters ?? readJson<JsonObject>(before.parameters), schema);
  }
  return parameters === undefined ? {} : { parameters: parametersText(parameters) };
}

interface ChangingSchedules {
  readonly id: string;
  readonly known: readonly schedules.ScheduleRow[];
  readonly matched: ScheduleChanges;
}

async function changeSchedules({ tx, context }: Unit, { id, known, matched }: ChangingSchedules): Promise<void> {
  const now = context.clock.now();
  const changes = matched.change.map(({ id, given }) => ({ id, change: scheduleChange(given, now, ["schedules"]) }));
  const added = newSchedules({ deploymentId: id, given: matched.create, now, place: ["schedules"] });
  const kept = known.filter((row) => !matched.remove.includes(row.id));
  const changed = kept.map((row) => ({ ...row, ...changes.find((each) => each.id === row.id)?.change }));
  refuseEqualSlugs([...changed, ...added]);
  await schedules.deleteSchedules(tx, matched.remove);
  // Slugs may change places.
  const renamed = changes.filter(({ change }) => change.slug !== undefined);
  await schedules.clearSlugs(
    tx,
    renamed.map(({ id }) => id),
  );
  for (const { id, change } of changes) await schedules.updateSchedule(tx, id, change);
  await schedules.insertSchedules(tx, added);
}
