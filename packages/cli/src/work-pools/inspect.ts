import { isNotFound } from "@ostinato/client";
import { readWorkPoolPage, type WorkPoolPage } from "@ostinato/protocol";
import { withServer } from "../connect.ts";
import { ago, localTime } from "../output/moments.ts";
import { sayFields, sayJson } from "../output/output.ts";
import { harmless, oneLine, paint } from "../output/text.ts";
import { findPool } from "./find.ts";
import { slotsText, statusText } from "./status-text.ts";

export function inspect(name: string, { json }: { readonly json?: boolean }): Promise<void> {
  return withServer(async ({ client }) => {
    if (json) return sayJson(await findPool(client, name));
    const page = await client.call(readWorkPoolPage, { params: { name } }).catch(async (error: unknown) => {
      if (isNotFound(error)) await findPool(client, name);
      throw error;
    });
    const { pool } = page;
    sayFields([
      ["Work pool", `${paint("bold", oneLine(pool.name))}  ${pool.id}`],
      ["Description", pool.description === null ? null : harmless(pool.description)],
      ["Type", pool.type],
      ["Status", statusText(pool)],
      ["Problems", page.problems.map(({ reason }) => harmless(reason)).join("\n")],
      [
        "Runs",
        `${slotsText({ ...pool, active_slots: page.active_slots })} under way, ${page.running} running, ${page.late} late`,
      ],
      ["Workers", workersText(page)],
      ["Queues", queuesText(page)],
      ["Deployments", page.deployments.count === 0 ? "none" : String(page.deployments.count)],
      ["Last polled", ago(page.last_polled)],
      ["Updated", localTime(pool.updated)],
    ]);
  });
}

function workersText({ workers }: WorkPoolPage): string {
  if (workers.length === 0) return "none";
  return workers
    .map(({ name, status, last_heartbeat_time: time, runs }) => {
      const sign = status === "ONLINE" ? `${runs.length} under way` : `offline, heard ${ago(time) ?? "never"}`;
      return `${oneLine(name)}: ${sign}`;
    })
    .join("\n");
}

function queuesText({ queues }: WorkPoolPage): string {
  return queues
    .map((queue) => {
      const parts = [
        `priority ${queue.priority}`,
        statusText(queue),
        `${slotsText(queue)} under way`,
        `${queue.late} late`,
      ];
      return `${oneLine(queue.name)}: ${parts.join(", ")}`;
    })
    .join("\n");
}
