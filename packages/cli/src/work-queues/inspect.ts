import { readWorkQueuePage } from "@ostinato/protocol";
import { withServer } from "../connect.ts";
import { ago } from "../output/moments.ts";
import { sayFields, sayJson } from "../output/output.ts";
import { harmless, oneLine, paint } from "../output/text.ts";
import { slotsText, statusText } from "../work-pools/status-text.ts";
import type { InPool } from "./change.ts";
import { findQueue } from "./find.ts";

export function inspect(name: string, { pool, json }: InPool): Promise<void> {
  return withServer(async ({ client }) => {
    const found = await findQueue(client, pool, name);
    if (json) return sayJson(found);
    const page = await client.call(readWorkQueuePage, { params: { name: pool, queue: name } });
    const { queue } = page;
    sayFields([
      ["Work queue", `${paint("bold", oneLine(queue.name))}  ${queue.id}`],
      ["Work pool", page.pool.name],
      ["Description", queue.description === null ? null : harmless(queue.description)],
      ["Priority", String(queue.priority)],
      ["Status", statusText(queue)],
      ["Problems", page.problems.map(({ reason }) => harmless(reason)).join("\n")],
      ["Runs", `${slotsText(queue)} under way, ${queue.running} running, ${queue.late} late`],
      ["Deployments", page.deployments.count === 0 ? "none" : String(page.deployments.count)],
      ["Last polled", ago(queue.last_polled)],
    ]);
  });
}
