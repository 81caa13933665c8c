import { secondsBetween, toTimestamp } from "@ostinato/core";
import type { BodyOf, scheduleDeployment } from "@ostinato/protocol";
import { plan } from "../flow-runs/scheduled-runs.service.ts";
import type { Context } from "../kernel/context.ts";
import { type Unit, unit } from "../kernel/unit.ts";
import { type DeploymentRow, deploymentForChange, deploymentsByIds } from "./deployments.queries.ts";
import { type Look, lookAt } from "./planned-runs.service.ts";
import { rangeHorizon, usualHorizon } from "./run-times.rules.ts";
import * as queries from "./schedules.queries.ts";
import type { Settled } from "./settling.service.ts";

/** Schedules beyond these make their runs a moment later, so that a change of a deployment does not take long. */
const maxAtOnce = 20;

/** Has the schedules of a deployment make their next runs from now on, or stops them while it is paused. Gives them as they are after that. */
export async function planAhead(unit: Unit, { row, schedules }: Settled): Promise<readonly queries.ScheduleRow[]> {
  if (row.paused === 1) {
    await queries.stopSchedules(unit.later, row.id);
    return schedules.map((each) => ({ ...each, scheduled_until: null, due: null }));
  }
  const due = unit.context.clock.now();
  const active = schedules.filter((each) => each.active === 1);
  const [first, later] = [active.slice(0, maxAtOnce), active.slice(maxAtOnce)];
  const looks: { readonly schedule: queries.ScheduleRow; readonly look: Look }[] = [];
  for (const schedule of first) looks.push({ schedule, look: await look(unit, row, schedule) });
  await makeRuns(
    unit,
    looks.map(({ look }) => look),
  );
  const stopped = schedules.filter((each) => each.active === 0);
  const progress = [
    ...looks.map(({ schedule, look }) => progressOf(schedule, look)),
    ...later.map(({ id, problem }) => ({ id, scheduled_until: null, due, problem })),
    ...stopped.map(({ id }) => ({ id, scheduled_until: null, due: null, problem: null })),
  ];
  await queries.noteProgress(unit.later, progress);
  const noted = new Map(progress.map((each) => [each.id, each]));
  return schedules.map((each) => ({ ...each, ...noted.get(each.id) }));
}

async function look({ context, tx }: Unit, row: DeploymentRow, schedule: queries.ScheduleRow): Promise<Look> {
  const horizon = usualHorizon(context.clock.now(), schedule.max_scheduled_runs);
  const found = await lookAt(tx, { row, schedule, horizon });
  if (found.problem !== null && found.problem !== schedule.problem) {
    context.log.warn(
      { deployment: row.id, schedule: schedule.id, problem: found.problem },
      `a schedule of the deployment ${JSON.stringify(row.name)} has a problem`,
    );
  }
  return found;
}

async function makeRuns(unit: Unit, looks: readonly Look[]): Promise<void> {
  await plan(
    unit,
    looks.flatMap(({ runs }) => runs ?? []),
  );
}

function progressOf({ id, scheduled_until }: queries.ScheduleRow, { until, due, problem }: Look): queries.Progress {
  return { id, scheduled_until: until ?? scheduled_until, due, problem };
}

/** Rows of runs and of schedules in one unit of work. */
const maxRunsOfUnit = 500;
const maxSchedulesOfUnit = 100;

interface Calls {
  /** Asks for the next pass within so many seconds. */
  within(seconds: number): void;
  readonly signal: AbortSignal;
}

/** No pass follows sooner, also where another server holds what is due. */
const minRestSeconds = 1;

/** Has all schedules that are due make their next runs, in units of bounded work. */
export async function schedulePass(context: Context, { within, signal }: Calls): Promise<void> {
  while (!signal.aborted && (await scheduleSome(context)));
  const next = await queries.nextDue(context.db.read);
  if (next !== undefined) within(Math.max(minRestSeconds, secondsBetween(context.clock.now(), next)));
}

/** Gives whether some were due. */
function scheduleSome(context: Context): Promise<boolean> {
  return unit(context, async (unit) => {
    const due = await dueWithDeployments(unit);
    const looks: { readonly schedule: queries.ScheduleRow; readonly look: Look }[] = [];
    let runs = 0;
    for (const { schedule, row } of due) {
      if (runs >= maxRunsOfUnit) break;
      const found = withoutMade(await look(unit, row, schedule), schedule);
      runs += found.runs?.dates.length ?? 0;
      looks.push({ schedule, look: found });
    }
    await makeRuns(
      unit,
      looks.map(({ look }) => look),
    );
    await queries.noteProgress(
      unit.later,
      looks.map(({ schedule, look }) => progressOf(schedule, look)),
    );
    return looks.length > 0;
  });
}

/**
 * Schedules that are due with their deployments, which are held, so that nobody changes them meanwhile. Read again after that: another
 * unit of work may have changed them just before.
 */
async function dueWithDeployments({ tx, context }: Unit) {
  const now = context.clock.now();
  const ids = await queries.holdDueSchedules(tx, now, maxSchedulesOfUnit);
  const schedules = await queries.dueSchedulesByIds(tx, ids, now);
  const rows = await deploymentsByIds(tx, [...new Set(schedules.map(({ deployment_id }) => deployment_id))]);
  const byId = new Map(rows.map((row) => [row.id, row]));
  return schedules.flatMap((schedule) => {
    const row = byId.get(schedule.deployment_id);
    return row === undefined ? [] : [{ schedule, row }];
  });
}

/** The runs up to the last date are there, or somebody has deleted them. */
function withoutMade(look: Look, { scheduled_until: until }: queries.ScheduleRow): Look {
  if (until === null || look.runs === undefined) return look;
  return { ...look, runs: { ...look.runs, dates: look.runs.dates.filter(({ at }) => at > until) } };
}

/** Makes the runs that the active schedules give in a range of time. As in Prefect, a deployment that is gone has none. */
export async function scheduleRange(
  context: Context,
  id: string,
  { start_time, end_time, min_time, min_runs, max_runs }: BodyOf<typeof scheduleDeployment>,
): Promise<void> {
  const start = start_time === undefined || start_time === null ? context.clock.now() : toTimestamp(start_time);
  const end = end_time === undefined || end_time === null ? undefined : toTimestamp(end_time);
  const asked = { minRuns: min_runs ?? undefined, maxRuns: max_runs ?? undefined, minSeconds: min_time ?? undefined };
  const horizon = rangeHorizon(start, { end, ...asked });
  await unit(context, async (unit) => {
    const row = await deploymentForChange(unit.tx, id);
    if (row === undefined) return;
    const schedules = await queries.schedulesOf(unit.tx, [id]);
    const active = schedules.filter((each) => each.active === 1);
    const looks: Look[] = [];
    for (const schedule of active) looks.push(await lookAt(unit.tx, { row, schedule, horizon }));
    await makeRuns(unit, looks);
  });
}
