import type { Client } from "@ostinato/client";
import { type FlowRunRow, listFlowRuns } from "@ostinato/protocol";
import { withServer } from "../connect.ts";
import { requireFlow } from "../flows/flows.ts";
import { ago, spanText } from "../output/moments.ts";
import { sayJson, sayTable } from "../output/output.ts";
import type { Column } from "../output/table.ts";
import { paintState } from "../output/text.ts";
import { pageRows } from "../pages.ts";
import { stateCriteria } from "../states.ts";

export interface FlowRunListOptions {
  readonly flow?: string;
  readonly state?: readonly string[];
  readonly tag?: readonly string[];
  readonly limit: number;
  readonly json?: boolean;
}

export function list(options: FlowRunListOptions): Promise<void> {
  const state = stateCriteria(options.state);
  return withServer(async ({ client }) => {
    const rows = await readRows(client, options, state);
    if (rows.length === 0 && options.flow !== undefined) await requireFlow(client, options.flow);
    if (options.json) return sayJson(rows);
    sayTable(rows, columns, rows.length === 0 && isOpen(options) ? "Nothing has run yet." : "No flow run matches.");
  });
}

function isOpen({ flow, state, tag }: FlowRunListOptions): boolean {
  return flow === undefined && state === undefined && tag === undefined;
}

async function readRows(
  client: Client,
  { flow, tag, limit }: FlowRunListOptions,
  state: ReturnType<typeof stateCriteria>,
): Promise<readonly FlowRunRow[]> {
  const rows: FlowRunRow[] = [];
  let cursor: string | null = null;
  do {
    const body = {
      flows: flow === undefined ? null : { name: { any_: [flow] } },
      flow_runs: { state, tags: tag === undefined ? null : { all_: [...tag] } },
      sort: "EXPECTED_START_TIME_DESC",
      limit: Math.min(pageRows, limit - rows.length),
      cursor,
    } as const;
    const page: { readonly results: readonly FlowRunRow[]; readonly next_cursor: string | null } = await client.call(
      listFlowRuns,
      { body },
    );
    rows.push(...page.results);
    cursor = page.next_cursor;
  } while (cursor !== null && rows.length < limit);
  return rows;
}

const columns: readonly Column<FlowRunRow>[] = [
  { title: "ID", value: ({ id }) => id },
  { title: "NAME", value: ({ name }) => name, flexible: true },
  { title: "FLOW", value: ({ flow_name }) => flow_name, flexible: true },
  {
    title: "STATE",
    value: ({ state_name }) => state_name,
    paint: ({ state_type }, cell) => paintState(state_type, cell),
  },
  { title: "STARTED", value: ({ start_time, expected_start_time }) => ago(start_time ?? expected_start_time) },
  {
    title: "TOOK",
    value: ({ start_time, estimated_run_time }) => (start_time === null ? "" : spanText(estimated_run_time)),
    align: "right",
  },
  { title: "TASKS", value: ({ task_counts }) => taskText(task_counts), align: "right" },
];

/** Finished and all task runs: `12/20`. */
export function taskText(counts: FlowRunRow["task_counts"]): string {
  const all = Object.values(counts).reduce((sum, count) => sum + count, 0);
  return all === 0 ? "" : `${counts.COMPLETED ?? 0}/${all}`;
}
