import { formatTimestamp, type Timestamp } from "@ostinato/core";
import type { Deployment, DeploymentSchedule } from "@ostinato/protocol";
import { nextTimes, type Schedule } from "@ostinato/schedules";
import { spanText } from "../output/moments.ts";

/** `0 2 * * * (Asia/Seoul)`, `every 6 h (UTC)`. */
export function scheduleText(schedule: Schedule): string {
  const zone = ` (${schedule.timezone || "UTC"})`;
  if ("cron" in schedule) return schedule.cron + zone;
  if ("interval" in schedule) return `every ${spanText(schedule.interval)}${zone}`;
  return schedule.rrule.replaceAll("\n", " ") + zone;
}

/** The schedules of a deployment; those that make no runs are marked. */
export function schedulesText({ paused, schedules }: Pick<Deployment, "paused" | "schedules">): string {
  const texts = schedules.map(({ schedule, active }) => scheduleText(schedule) + (active ? "" : ", paused"));
  return paused && texts.length > 0 ? `${texts.join("; ")}; paused` : texts.join("; ");
}

/** The next times of a schedule from `from` on. */
export function timesOf(schedule: Schedule, { from, count }: { readonly from: Timestamp; readonly count: number }) {
  return nextTimes(schedule, { from, count }).map(formatTimestamp);
}

/** The next time of the active schedules; undefined where there is none. */
export function nextTime(
  { paused, schedules }: { readonly paused: boolean; readonly schedules: readonly DeploymentSchedule[] },
  from: Timestamp,
): string | undefined {
  if (paused) return undefined;
  const times = schedules.flatMap(({ active, schedule }) => (active ? firstTime(schedule, from) : []));
  return times.toSorted()[0];
}

/** None where the search for the next time is too long. */
function firstTime(schedule: Schedule, from: Timestamp): readonly string[] {
  try {
    return timesOf(schedule, { from, count: 1 });
  } catch {
    return [];
  }
}
