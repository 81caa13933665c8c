import { filterConcurrencyLimits, type GlobalConcurrencyLimit } from "@ostinato/protocol";
import { withServer } from "../connect.ts";
import { sayJson, sayTable } from "../output/output.ts";
import type { Column } from "../output/table.ts";
import { readPages } from "../pages.ts";

export interface LimitListOptions {
  readonly limit: number;
  readonly json?: boolean;
}

export function list({ limit, json }: LimitListOptions): Promise<void> {
  return withServer(async ({ client }) => {
    const rows = await readPages(limit, (page) => client.call(filterConcurrencyLimits, { body: page }));
    if (json) sayJson(rows);
    else
      sayTable(
        rows,
        columns,
        'There are no concurrency limits. "ostinato concurrency-limit create database --limit 2" makes one.',
      );
  });
}

/** `2 of 10`, and the rate where there is one. */
export function slotsText({ active_slots, limit, slot_decay_per_second: decay }: GlobalConcurrencyLimit): string {
  return `${active_slots} of ${limit}${decay > 0 ? `, ${decay} free each second` : ""}`;
}

const columns: readonly Column<GlobalConcurrencyLimit>[] = [
  { title: "NAME", value: ({ name }) => name, flexible: true },
  { title: "TAKEN", value: slotsText },
  { title: "ACTIVE", value: ({ active }) => (active ? "yes" : "no") },
  { title: "ID", value: ({ id }) => id },
];
