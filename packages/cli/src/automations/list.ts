import { type Automation, filterAutomations } from "@ostinato/protocol";
import { withServer } from "../connect.ts";
import { ago } from "../output/moments.ts";
import { sayJson, sayTable } from "../output/output.ts";
import type { Column } from "../output/table.ts";
import { oneLine } from "../output/text.ts";
import { readPages } from "../pages.ts";
import { actionWords, triggerWords } from "./words.ts";

export interface AutomationListOptions {
  readonly limit: number;
  readonly tag?: readonly string[];
  readonly json?: boolean;
}

export function list({ limit, tag, json }: AutomationListOptions): Promise<void> {
  const automations = tag === undefined ? null : { tags: { all_: [...tag] } };
  return withServer(async ({ client }) => {
    const rows = await readPages(limit, (page) => client.call(filterAutomations, { body: { ...page, automations } }));
    if (json) sayJson(rows);
    else sayTable(rows, columns, 'There are no automations. "ostinato automation create" makes them from a file.');
  });
}

const columns: readonly Column<Automation>[] = [
  { title: "AUTOMATION", value: ({ name }) => oneLine(name) },
  { title: "STATE", value: ({ enabled }) => (enabled ? "on" : "paused") },
  { title: "WHEN", value: ({ trigger }) => oneLine(triggerWords(trigger)), flexible: true },
  { title: "THEN", value: (automation) => actionWords(automation) },
  { title: "CHANGED", value: ({ updated }) => ago(updated) },
  { title: "ID", value: ({ id }) => id },
];
