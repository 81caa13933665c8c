import { formatTimestamp, type Timestamp } from "@ostinato/core";
import type { Automation } from "@ostinato/protocol";
import { readJson, readPlainJson } from "../db/json-text.ts";
import { type Lifecycle, lifecycleEvent } from "../kernel/lifecycle-event.ts";
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

export function automationEvent(action: Lifecycle["action"], row: AutomationRow, occurred: Timestamp) {
  const { id, name } = row;
  return lifecycleEvent({ noun: "automation", action, id, name, occurred, payload: automationOf(row) });
}
