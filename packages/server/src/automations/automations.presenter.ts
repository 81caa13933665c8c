import { formatTimestamp } from "@ostinato/core";
import type { Automation } from "@ostinato/protocol";
import { readJson, readPlainJson } from "../db/json-text.ts";
import type { AutomationRow } from "./automations.queries.ts";

export function automationOf(row: AutomationRow): Automation {
  return {
    name: row.name,
    description: row.description,
    enabled: row.enabled === 1,
    tags: readPlainJson(row.tags),
    trigger: readPlainJson(row.trigger),
    actions: readJson(row.actions),
    actions_on_trigger: readJson(row.actions_on_trigger),
    actions_on_resolve: readJson(row.actions_on_resolve),
    id: row.id,
    created: formatTimestamp(row.created),
    updated: formatTimestamp(row.updated),
  };
}
