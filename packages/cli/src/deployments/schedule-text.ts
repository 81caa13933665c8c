import { compareTimestamps, formatTimestamp, type Timestamp } from "@ostinato/core";
import type { Deployment, DeploymentSchedule } from "@ostinato/protocol";
import { nextTimes, type Schedule, scheduleInWords } from "@ostinato/schedules";

/** The schedules of a deployment; those that make no runs are marked. */
export function schedulesText({ paused, schedules }: Pick<Deployment, "paused" | "schedules">): string {
  const texts = schedules.map(({ schedule, active }) => scheduleInWords(schedule) + (active ? "" : ", paused"));
  return paused && texts.length > 0 ? `${texts.join("; ")}; paused` : texts.join("; ");
}

/** The next time of the active schedules; undefined where there is none. */
export function nextTime(
  { paused, schedules }: { readonly paused: boolean; readonly schedules: readonly DeploymentSchedule[] },
  from: Timestamp,
): string | undefined {
  if (paused) return undefined;
  const times = schedules.flatMap(({ active, schedule }) => (active ? firstTime(schedule, from) : []));
  return times.toSorted(compareTimestamps)[0];
}

/** None where the search for the next time is too long. */
function firstTime(schedule: Schedule, from: Timestamp): readonly string[] {
  try {
    return nextTimes(schedule, { from, count: 1 }).map(formatTimestamp);
  } catch {
    return [];
  }
}
