import type { DeploymentSchedule, DeploymentScheduleCreate, DeploymentScheduleUpdate } from "@ostinato/protocol";
import type { Context } from "../kernel/context.ts";
import { refused } from "../kernel/errors.ts";
import { type Unit, unit } from "../kernel/unit.ts";
import { absentDeployment } from "./changes.service.ts";
import { presentSchedule } from "./deployments.presenter.ts";
import { type DeploymentRow, deploymentById, deploymentForChange } from "./deployments.queries.ts";
import { newSchedules, refuseEqualSlugs, scheduleChange } from "./new-schedules.service.ts";
import * as queries from "./schedules.queries.ts";
import { planAhead } from "./scheduling.service.ts";
import { settle } from "./settling.service.ts";

export async function list({ db }: Context, deploymentId: string): Promise<DeploymentSchedule[]> {
  if ((await deploymentById(db.read, deploymentId)) === undefined) throw absentDeployment();
  return (await queries.schedulesOf(db.read, [deploymentId])).map(presentSchedule);
}

export async function add(
  context: Context,
  deploymentId: string,
  given: readonly DeploymentScheduleCreate[],
): Promise<DeploymentSchedule[]> {
  const added = newSchedules({ deploymentId, given, now: context.clock.now(), place: [] });
  await unit(context, async (unit) => {
    const before = await held(unit, deploymentId);
    const known = await queries.schedulesOf(unit.tx, [deploymentId]);
    refuseEqualSlugs([...known, ...added]);
    await queries.insertSchedules(unit.tx, added);
    await settleAndPlan(unit, before, "none");
  });
  return added.map(presentSchedule);
}

/** Writes the fields that are given. */
export async function change(context: Context, at: ScheduleOf, given: DeploymentScheduleUpdate): Promise<void> {
  const change = scheduleChange(given, context.clock.now(), []);
  await unit(context, async (unit) => {
    const { before, known, schedule } = await findHeld(unit, at);
    refuseEqualSlugs(known.map((row) => (row.id === schedule.id ? { ...row, ...change } : row)));
    await queries.updateSchedule(unit.tx, schedule.id, change);
    await settleAndPlan(unit, before, "future");
  });
}

/** The runs that wait for their time go with it; the other schedules make theirs again. */
export async function remove(context: Context, at: ScheduleOf): Promise<void> {
  await unit(context, async (unit) => {
    const { before, schedule } = await findHeld(unit, at);
    await queries.deleteSchedules(unit.tx, [schedule.id]);
    await settleAndPlan(unit, before, "all");
  });
}

export interface ScheduleOf {
  readonly id: string;
  readonly schedule_id: string;
}

async function held(unit: Unit, deploymentId: string): Promise<DeploymentRow> {
  const before = await deploymentForChange(unit.tx, deploymentId);
  if (before === undefined) throw absentDeployment();
  return before;
}

async function findHeld(unit: Unit, { id, schedule_id }: ScheduleOf) {
  const before = await held(unit, id);
  const known = await queries.schedulesOf(unit.tx, [id]);
  const schedule = known.find((row) => row.id === schedule_id.toLowerCase());
  if (schedule === undefined) throw refused("SCHEDULE_NOT_FOUND", "Schedule not found.");
  return { before, known, schedule };
}

async function settleAndPlan(unit: Unit, before: DeploymentRow, drop: "none" | "future" | "all"): Promise<void> {
  await planAhead(unit, await settle(unit, before.id, { before, drop }));
}

export { completeSchedule, ScheduleProblem } from "./schedule-input.rules.ts";
