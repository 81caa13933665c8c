import { type FlowRun, filterFlowRuns } from "@ostinato/protocol";
import { withServer } from "../connect.ts";
import { ago, localTime } from "../output/moments.ts";
import { sayJson, sayTable } from "../output/output.ts";
import type { Column } from "../output/table.ts";
import { readPages } from "../pages.ts";
import { findPool } from "./find.ts";

export interface PreviewOptions {
  readonly hours: number;
  readonly limit: number;
  readonly json?: boolean;
}

const millisPerHour = 3_600_000;

/** Reads the runs themselves: asking for them as a worker does would count as serving the pool. */
export function preview(name: string, { hours, limit, json }: PreviewOptions): Promise<void> {
  return withServer(async ({ client }) => {
    await findPool(client, name);
    const before = new Date(Date.now() + hours * millisPerHour).toISOString();
    const rows = await readPages(limit, (page) =>
      client.call(filterFlowRuns, {
        body: {
          ...page,
          work_pools: { name: { any_: [name] } },
          flow_runs: { state: { type: { any_: ["SCHEDULED"] } }, next_scheduled_start_time: { before_: before } },
          sort: "NEXT_SCHEDULED_START_TIME_ASC",
        },
      }),
    );
    const span = hours === 1 ? "hour" : `${hours} hours`;
    if (json) sayJson(rows);
    else sayTable(rows, columns, `Work pool ${name} has no runs in the next ${span}.`);
  });
}

const columns: readonly Column<FlowRun>[] = [
  { title: "WHEN", value: ({ next_scheduled_start_time: time }) => localTime(time) },
  { title: "", value: ({ next_scheduled_start_time: time }) => ago(time) },
  { title: "NAME", value: ({ name }) => name, flexible: true },
  { title: "QUEUE", value: ({ work_queue_name: queue }) => queue },
  { title: "STATE", value: ({ state_name: state }) => state },
  { title: "ID", value: ({ id }) => id },
];
