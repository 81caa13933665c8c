import type { Deployment, filterFlowRuns, scheduleDeployment } from "@ostinato/protocol";
import { logLevels } from "@ostinato/protocol/log-levels";
import { notice } from "../logging/console-output.ts";
import type { Api } from "../session/roles.ts";

interface Announced {
  readonly row: Deployment;
  readonly flowName: string;
}

/** Says what is served, when each deployment runs next, and where to click. */
export async function announceServing(api: Api, deployments: readonly Announced[], limit: number): Promise<void> {
  const what = deployments.length === 1 ? "1 deployment" : `${deployments.length} deployments`;
  notice(logLevels.info, `serving ${what}, ${limit === 1 ? "one run" : `up to ${limit} runs`} at once; Ctrl-C stops`);
  for (const { row, flowName } of deployments) {
    const page = api.uiUrl === undefined ? "" : `: ${api.uiUrl}/deployments/deployment/${row.id}`;
    notice(logLevels.info, `  ${flowName}/${row.name}, ${await nextRun(api, row)}${page}`);
  }
}

async function nextRun({ client }: Api, { id, paused, schedules }: Deployment): Promise<string> {
  if (schedules.length === 0) return "which has no schedule";
  if (paused || schedules.every(({ active }) => !active)) return "which is paused";
  try {
    // The scheduler would make the runs within seconds.
    await client.call<typeof scheduleDeployment>("POST /deployments/{id}/schedule", { params: { id }, body: {} });
    const [run] = await client.call<typeof filterFlowRuns>("POST /flow_runs/filter", {
      body: {
        flow_runs: { deployment_id: { any_: [id] }, state: { type: { any_: ["SCHEDULED"] } } },
        sort: "NEXT_SCHEDULED_START_TIME_ASC",
        limit: 1,
      },
    });
    const time = run?.next_scheduled_start_time ?? undefined;
    return time === undefined ? "whose schedules give no further time" : `next at ${inZone(time, zoneOf(schedules))}`;
  } catch {
    // What is said here is not worth a failure.
    return "by its schedule";
  }
}

function zoneOf(schedules: Deployment["schedules"]): string {
  return schedules.find(({ active }) => active)?.schedule.timezone ?? "UTC";
}

/** `2026-11-29 02:00:00 Asia/Seoul`. */
function inZone(moment: string, timeZone: string): string {
  const format = new Intl.DateTimeFormat("sv-SE", { dateStyle: "short", timeStyle: "medium", timeZone });
  return `${format.format(new Date(moment))} ${timeZone}`;
}
