import { isDeepStrictEqual } from "node:util";
import { durationSeconds } from "@ostinato/core";
import type { DeploymentSchedule, DeploymentScheduleCreate } from "@ostinato/protocol";
import type { DeploymentOptions, ScheduleOptions } from "../flow/deployment-options.ts";

/**
 * The schedules of a deployment for the server. A schedule that the deployment has already keeps what the options do not say: the anchor of
 * its interval, and whether somebody has paused it.
 */
export function schedulesOf(
  options: DeploymentOptions,
  existing: readonly DeploymentSchedule[] = [],
): readonly DeploymentScheduleCreate[] {
  return optionsOfSchedules(options).map((schedule) => scheduleOf(schedule, options.timezone, existing));
}

/** Whether the deployment has exactly these schedules. */
export function sameSchedules(
  wanted: readonly DeploymentScheduleCreate[],
  existing: readonly DeploymentSchedule[],
): boolean {
  if (wanted.length !== existing.length) return false;
  const rows = new Set(existing);
  return wanted.every((schedule) => {
    const same = [...rows].find((row) => isSame(schedule, row));
    return same !== undefined && rows.delete(same);
  });
}

function isSame(wanted: DeploymentScheduleCreate, row: DeploymentSchedule): boolean {
  return (
    isDeepStrictEqual(timesOf(wanted.schedule), timesOf(row.schedule)) &&
    wanted.active === row.active &&
    (wanted.slug ?? null) === row.slug &&
    isDeepStrictEqual(wanted.parameters ?? {}, row.parameters)
  );
}

function optionsOfSchedules(options: DeploymentOptions): readonly ScheduleOptions[] {
  const { cron, interval, rrule, schedules = [] } = options;
  if (cron !== undefined) return [{ cron }];
  if (interval !== undefined) return [{ interval }];
  if (rrule !== undefined) return [{ rrule }];
  return schedules;
}

function scheduleOf(
  options: ScheduleOptions,
  timezoneOfAll: string | undefined,
  existing: readonly DeploymentSchedule[],
): DeploymentScheduleCreate {
  const schedule = inputOf(options, options.timezone ?? timezoneOfAll ?? "UTC");
  const same = existing.find(
    (row) => (row.slug ?? undefined) === options.slug && isDeepStrictEqual(wanted(schedule), wanted(row.schedule)),
  );
  return {
    schedule: withAnchor(schedule, same),
    active: options.active ?? same?.active ?? true,
    ...(options.slug === undefined ? {} : { slug: options.slug }),
    ...(options.parameters === undefined ? {} : { parameters: { ...options.parameters } }),
  };

  /** What the options say of the times. */
  function wanted(times: object): object {
    const { anchor_date: _, ...rest } = timesOf(times);
    return "interval" in options && options.anchor === undefined ? rest : timesOf(times);
  }
}

function inputOf(options: ScheduleOptions, timezone: string): DeploymentScheduleCreate["schedule"] {
  if ("cron" in options) return { cron: options.cron, timezone, day_or: options.dayOr ?? true };
  if ("rrule" in options) return { rrule: options.rrule, timezone };
  const interval = durationSeconds(options.interval);
  return options.anchor === undefined
    ? { interval, timezone }
    : { interval, timezone, anchor_date: new Date(options.anchor).toISOString() };
}

function withAnchor(
  schedule: DeploymentScheduleCreate["schedule"],
  row: DeploymentSchedule | undefined,
): DeploymentScheduleCreate["schedule"] {
  if (!("interval" in schedule) || schedule.anchor_date !== undefined || row === undefined) return schedule;
  return "anchor_date" in row.schedule ? { ...schedule, anchor_date: row.schedule.anchor_date } : schedule;
}

/** Moments are compared by what they mean. */
function timesOf(times: object): Readonly<Record<string, unknown>> {
  const { anchor_date, ...rest } = times as { readonly anchor_date?: string | number };
  return anchor_date === undefined ? rest : { ...rest, anchor_date: new Date(anchor_date).valueOf() };
}
