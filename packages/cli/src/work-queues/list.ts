import { filterQueuesOfPool, filterWorkQueues, type WorkQueue } from "@ostinato/protocol";
import { withServer } from "../connect.ts";
import { ago } from "../output/moments.ts";
import { sayJson, sayTable } from "../output/output.ts";
import type { Column } from "../output/table.ts";
import { readPages } from "../pages.ts";
import { findPool } from "../work-pools/find.ts";
import { paintStatus, slotsText, statusText } from "../work-pools/status-text.ts";

export interface WorkQueueListOptions {
  readonly pool?: string;
  readonly limit: number;
  readonly json?: boolean;
}

export function list({ pool, limit, json }: WorkQueueListOptions): Promise<void> {
  return withServer(async ({ client }) => {
    if (pool !== undefined) await findPool(client, pool);
    const rows = await readPages(limit, (page) =>
      pool === undefined
        ? client.call(filterWorkQueues, { body: page })
        : client.call(filterQueuesOfPool, { params: { work_pool_name: pool }, body: page }),
    );
    if (json) sayJson(rows);
    else
      sayTable(rows.toSorted(byTurn), columns, "There are no work queues. Each work pool has one when it is created.");
  });
}

function byTurn(a: WorkQueue, b: WorkQueue): number {
  return (a.work_pool_name ?? "").localeCompare(b.work_pool_name ?? "") || a.priority - b.priority;
}

const columns: readonly Column<WorkQueue>[] = [
  { title: "POOL", value: ({ work_pool_name: pool }) => pool, flexible: true },
  { title: "NAME", value: ({ name }) => name, flexible: true },
  { title: "PRIORITY", value: ({ priority }) => priority, align: "right" },
  { title: "STATUS", value: statusText, paint: ({ status }, cell) => paintStatus(status, cell) },
  { title: "RUNS", value: slotsText, align: "right" },
  { title: "POLLED", value: ({ last_polled: time }) => ago(time) },
  { title: "ID", value: ({ id }) => id },
];
