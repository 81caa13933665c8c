import { workerCommand } from "@ostinato/job-templates/worker-command";
import { filterWorkers, type WorkerInfo } from "@ostinato/protocol";
import { withServer } from "../connect.ts";
import { ago } from "../output/moments.ts";
import { sayJson, sayTable } from "../output/output.ts";
import type { Column } from "../output/table.ts";
import { paint } from "../output/text.ts";
import { readPages } from "../pages.ts";
import { findPool } from "../work-pools/find.ts";

export interface WorkerListOptions {
  readonly pool: string;
  readonly limit: number;
  readonly json?: boolean;
}

export function list({ pool, limit, json }: WorkerListOptions): Promise<void> {
  return withServer(async ({ client }) => {
    const { name, type } = await findPool(client, pool);
    const rows = await readPages(limit, (page) =>
      client.call(filterWorkers, { params: { work_pool_name: name }, body: page }),
    );
    if (json) sayJson(rows);
    else sayTable(rows, columns, `Work pool ${name} has no workers. Start one: ${workerCommand({ name, type })}`);
  });
}

const columns: readonly Column<WorkerInfo>[] = [
  { title: "NAME", value: ({ name }) => name, flexible: true },
  {
    title: "STATUS",
    value: ({ status }) => status.toLowerCase(),
    paint: ({ status }, cell) => paint(status === "ONLINE" ? "green" : "yellow", cell),
  },
  { title: "LAST SIGN", value: ({ last_heartbeat_time: time }) => ago(time) },
  { title: "ID", value: ({ id }) => id },
];
