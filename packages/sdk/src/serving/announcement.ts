import type { Timestamp } from "@ostinato/core";
import type { Deployment, DeploymentSchedule } from "@ostinato/protocol";
import { logLevels } from "@ostinato/protocol/log-levels";
import { previewTimes, scheduleInWords } from "@ostinato/schedules";
import { notice } from "../logging/console-output.ts";
import type { Api, Lifetime } from "../session/roles.ts";

interface Announced {
  readonly row: Deployment;
  readonly flowName: string;
}

/** Says what is served, when each deployment runs next, and where to click. */
export function announceServing(
  { uiUrl, clock }: Pick<Api, "uiUrl"> & Pick<Lifetime, "clock">,
  deployments: readonly Announced[],
  limit: number,
): void {
  const what = deployments.length === 1 ? "1 deployment" : `${deployments.length} deployments`;
  notice(logLevels.info, `serving ${what}, ${limit === 1 ? "one run" : `up to ${limit} runs`} at once; Ctrl-C stops`);
  for (const { row, flowName } of deployments) {
    const page = uiUrl === undefined ? "" : `: ${uiUrl}/deployments/deployment/${row.id}`;
    notice(logLevels.info, `  ${flowName}/${row.name}, ${nextRun(row, clock.now())}${page}`);
  }
}

function nextRun({ paused, schedules }: Deployment, now: Timestamp): string {
  if (schedules.length === 0) return "which has no schedule";
  const active = schedules.filter((schedule) => schedule.active);
  if (paused || active.length === 0) return "which is paused";
  const words = active.map(({ schedule }) => scheduleInWords(schedule)).join(", and ");
  const [next] = active.flatMap((schedule) => nextTime(schedule, now)).toSorted((a, b) => a.time - b.time);
  return next === undefined ? `${words}, without a further time` : `${words}, next at ${next.shown}`;
}

interface NextTime {
  readonly time: Timestamp;
  /** `2026-11-29T02:00:00+09:00`, in the schedule's zone. */
  readonly shown: string;
}

function nextTime({ schedule }: DeploymentSchedule, now: Timestamp): readonly NextTime[] {
  try {
    const [next] = previewTimes(schedule, { from: now, count: 1 });
    return next === undefined ? [] : [{ time: next.time, shown: next.local.wallTime + next.local.offset }];
  } catch {
    // The search for the next time is too long.
    return [];
  }
}
