import { type BackgroundTask, filterBackgroundTasks } from "@ostinato/protocol";
import { withServer } from "../connect.ts";
import { ago } from "../output/moments.ts";
import { sayJson, sayTable } from "../output/output.ts";
import type { Column } from "../output/table.ts";

/** Lists what waits for task workers, and how many of them there are. */
export function list({ json }: { readonly json?: boolean }): Promise<void> {
  return withServer(async ({ client }) => {
    const rows = await client.call(filterBackgroundTasks, {});
    if (json) sayJson(rows);
    else sayTable(rows, columns, 'No task has delayed runs or workers. "ostinato task serve <file>" starts a worker.');
  });
}

const columns: readonly Column<BackgroundTask>[] = [
  { title: "TASK", value: ({ task_key }) => task_key, flexible: true },
  { title: "WAITING", value: ({ waiting }) => waiting, align: "right" },
  { title: "SINCE", value: ({ waiting_since }) => (waiting_since === null ? "" : ago(waiting_since)) },
  { title: "LATER", value: ({ scheduled }) => scheduled, align: "right" },
  { title: "RUNNING", value: ({ held }) => held, align: "right" },
  { title: "WORKERS", value: ({ workers }) => (workers.length === 0 ? "none" : workers.join(", ")), flexible: true },
];
