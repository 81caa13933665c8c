import type { Client } from "@ostinato/client";
import { didYouMean } from "@ostinato/core";
import { type FlowRow, filterFlows, listFlows } from "@ostinato/protocol";
import { withServer } from "../connect.ts";
import { CliError } from "../errors.ts";
import { ago } from "../output/moments.ts";
import { sayJson, sayTable } from "../output/output.ts";
import type { Column } from "../output/table.ts";
import { paintState } from "../output/text.ts";
import { pageRows, readPages } from "../pages.ts";

export interface FlowListOptions {
  readonly name?: string;
  readonly tag?: readonly string[];
  readonly limit: number;
  readonly json?: boolean;
}

export function list({ name, tag, limit, json }: FlowListOptions): Promise<void> {
  return withServer(async ({ client }) => {
    const rows = await readPages(limit, async (page) => {
      const body = {
        ...page,
        name: name ?? null,
        tags: tag === undefined ? null : [...tag],
        sort: "LAST_RUN_DESC" as const,
      };
      return (await client.call(listFlows, { body })).results;
    });
    if (json) return sayJson(rows.map(toJson));
    const whenEmpty = name === undefined && tag === undefined ? "No flow has run yet." : "No flow matches.";
    sayTable(rows, columns, whenEmpty);
  });
}

/** The API's flow with a summary of its runs. */
function toJson({ flow, counts, last_run, recent }: FlowRow) {
  return {
    ...flow,
    runs: runsOf(counts),
    state_counts: counts,
    last_run,
    last_state: recent.at(-1)?.state_name ?? null,
  };
}

const columns: readonly Column<FlowRow>[] = [
  { title: "NAME", value: ({ flow }) => flow.name, flexible: true },
  { title: "ID", value: ({ flow }) => flow.id },
  { title: "RUNS", value: ({ counts }) => runsOf(counts), align: "right" },
  { title: "LAST RUN", value: ({ last_run }) => ago(last_run) },
  {
    title: "STATE",
    value: ({ recent }) => recent.at(-1)?.state_name,
    paint: ({ recent }, cell) => paintState(recent.at(-1)?.state_type ?? null, cell),
  },
  { title: "TAGS", value: ({ flow }) => flow.tags.join(", "), flexible: true },
];

function runsOf(counts: FlowRow["counts"]): number {
  return Object.values(counts).reduce((sum, count) => sum + count, 0);
}

/** Throws where no flow has that name, with similar names. */
export async function requireFlow(client: Client, name: string): Promise<void> {
  const found = await client.call(filterFlows, { body: { flows: { name: { any_: [name] } }, limit: 1 } });
  if (found.length > 0) return;
  const flows = await client.call(filterFlows, { body: { sort: "NAME_ASC", limit: pageRows } });
  const names = flows.map((flow) => flow.name);
  const few =
    names.length > 0 && names.length <= 10 ? ` There are: ${names.join(", ")}.` : ' "ostinato flow ls" lists them.';
  throw new CliError(`There is no flow ${JSON.stringify(name)}.${didYouMean(name, names) || few}`);
}
