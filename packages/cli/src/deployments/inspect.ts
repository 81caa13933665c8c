import { systemClock } from "@ostinato/core";
import type { Deployment } from "@ostinato/protocol";
import { scheduleInWords } from "@ostinato/schedules";
import { withServer } from "../connect.ts";
import { parametersText } from "../flow-runs/inspect.ts";
import { ago, localTime, spanText } from "../output/moments.ts";
import { sayFields, sayJson } from "../output/output.ts";
import { harmless, oneLine, paint } from "../output/text.ts";
import { signature } from "../run/parameters.ts";
import { findDeployment } from "./find.ts";
import { nextTime } from "./schedule-text.ts";

export function inspect(wanted: string, { json }: { readonly json?: boolean }): Promise<void> {
  return withServer(async ({ client }) => {
    const { row, fullName } = await findDeployment(client, wanted);
    if (json) return sayJson(row);
    sayFields([
      ["Deployment", `${paint("bold", oneLine(fullName))}  ${row.id}`],
      ["Description", row.description === null ? null : harmless(row.description)],
      ["Served", servedText(row)],
      ["Is paused", row.paused ? "yes" : null],
      ["Schedules", schedulesLines(row)],
      ["Next run", ago(nextTime(row, systemClock().now()))],
      ["Takes", signature(row.parameter_openapi_schema ?? undefined)],
      ["Parameters", parametersText(row.parameters)],
      ["Concurrency", concurrencyText(row)],
      ["Missed runs", row.run_policy.missed ?? null],
      ["Expires after", spanText(row.run_policy.expire_after_seconds)],
      ["After a crash", crashText(row)],
      ["Entrypoint", row.entrypoint],
      ["Version", row.version],
      ["Work pool", row.work_pool_name],
      ["Tags", row.tags.join(", ")],
      ["Updated", localTime(row.updated)],
    ]);
  });
}

function servedText({ status, last_polled }: Deployment): string {
  if (status === "READY") return "yes";
  return last_polled === null ? "never yet" : `not any more, ${ago(last_polled)} for the last time`;
}

function schedulesLines({ schedules }: Deployment): string {
  return schedules
    .map(({ id, schedule, active, slug }) => `${scheduleInWords(schedule)}${active ? "" : ", paused"}  ${slug ?? id}`)
    .join("\n");
}

function concurrencyText({ global_concurrency_limit: limit, concurrency_options: options }: Deployment): string | null {
  if (limit === null) return null;
  const rest = options?.collision_strategy === "CANCEL_NEW" ? "further ones are cancelled" : "further ones wait";
  return `${limit.limit} at once, ${rest}`;
}

function crashText({ run_policy: { on_crash, max_restarts } }: Deployment): string | null {
  return on_crash === "restart" ? `starts again, ${max_restarts ?? defaultRestarts} times at most` : null;
}

const defaultRestarts = 3;
