import { listWorkPools, type WorkPoolRow } from "@ostinato/protocol";
import { withServer } from "../connect.ts";
import { ago } from "../output/moments.ts";
import { sayJson, sayTable } from "../output/output.ts";
import type { Column } from "../output/table.ts";
import { readPages } from "../pages.ts";
import { paintStatus, slotsText, statusText } from "./status-text.ts";

export interface WorkPoolListOptions {
  readonly type?: readonly string[];
  readonly limit: number;
  readonly json?: boolean;
}

export function list({ type, limit, json }: WorkPoolListOptions): Promise<void> {
  return withServer(async ({ client }) => {
    const types = type === undefined ? null : [...type];
    const readPage = async (page: { readonly limit: number; readonly offset: number }) =>
      (await client.call(listWorkPools, { body: { ...page, types } })).results;
    const rows = await readPages(limit, readPage, maxRows);
    if (json) sayJson(rows);
    else
      sayTable(
        rows,
        columns,
        type === undefined
          ? "There are no work pools. Create one: ostinato work-pool create cpu --type process"
          : "No work pool matches.",
      );
  });
}

/** As many as the server answers at once. */
const maxRows = 100;

const columns: readonly Column<WorkPoolRow>[] = [
  { title: "NAME", value: ({ name }) => name, flexible: true },
  { title: "TYPE", value: ({ type }) => type },
  { title: "STATUS", value: statusText, paint: ({ status }, cell) => paintStatus(status, cell) },
  { title: "WORKERS", value: ({ workers_online }) => workers_online, align: "right" },
  { title: "RUNS", value: slotsText, align: "right" },
  { title: "LATE", value: ({ late }) => late, align: "right" },
  { title: "POLLED", value: ({ last_polled }) => ago(last_polled) },
  { title: "PROBLEM", value: ({ problem }) => problem, flexible: true },
];
