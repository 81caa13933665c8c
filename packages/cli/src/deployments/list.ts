import { systemClock } from "@ostinato/core";
import { filterDeployments } from "@ostinato/protocol";
import { withServer } from "../connect.ts";
import { requireFlow } from "../flows/flows.ts";
import { ago } from "../output/moments.ts";
import { sayJson, sayTable } from "../output/output.ts";
import type { Column } from "../output/table.ts";
import { paint } from "../output/text.ts";
import { readPages } from "../pages.ts";
import { type NamedDeployment, withNames } from "./find.ts";
import { nextTime, schedulesText } from "./schedule-text.ts";

export interface DeploymentListOptions {
  readonly flow?: string;
  readonly tag?: readonly string[];
  readonly limit: number;
  readonly json?: boolean;
}

export function list({ flow, tag, limit, json }: DeploymentListOptions): Promise<void> {
  return withServer(async ({ client }) => {
    const rows = await readPages(limit, (page) =>
      client.call(filterDeployments, {
        body: {
          ...page,
          flows: flow === undefined ? null : { name: { any_: [flow] } },
          deployments: tag === undefined ? null : { tags: { all_: [...tag] } },
          sort: "NAME_ASC",
        },
      }),
    );
    if (rows.length === 0 && flow !== undefined) await requireFlow(client, flow);
    if (json) return sayJson(rows);
    const named = await withNames(client, rows);
    const all = flow === undefined && tag === undefined;
    sayTable(
      named,
      columns,
      all
        ? 'There are no deployments. Serve a flow: ostinato serve train.ts --name nightly --cron "0 2 * * *"'
        : "No deployment matches.",
    );
  });
}

const clock = systemClock();

const columns: readonly Column<NamedDeployment>[] = [
  { title: "NAME", value: ({ fullName }) => fullName },
  { title: "SCHEDULE", value: ({ row }) => schedulesText(row), flexible: true },
  { title: "NEXT", value: ({ row }) => ago(nextTime(row, clock.now())) },
  {
    title: "SERVED",
    value: ({ row }) => (row.status === "READY" ? "yes" : "no"),
    paint: ({ row }, cell) => (row.status === "READY" ? paint("green", cell) : paint("yellow", cell)),
  },
  { title: "POOL", value: ({ row }) => row.work_pool_name ?? "", flexible: true },
  { title: "TAGS", value: ({ row }) => row.tags.join(", "), flexible: true },
  { title: "ID", value: ({ row }) => row.id },
];
