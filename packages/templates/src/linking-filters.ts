import { filters } from "./filter.ts";
import { originOf, type Value } from "./values.ts";

/** Prefect's own filters of automations: addresses of pages, and a run's id in a text. None where there is nothing to name. */
export const linkingFilters = filters({
  ui_url: ["", (value, _, { links }) => addressOf(value, links?.page)],
  ui_resource_events_url: ["", (value, _, { links }) => addressOf(value, links?.events)],
  flow_run_id: ["", (value) => (typeof value === "string" ? (runAddress.exec(value)?.[1] ?? null) : null)],
});

const runAddress = /flow-run\/([0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12})/;

function addressOf(value: Value, find: ((object: object) => string | undefined) | undefined): Value {
  const object = originOf(value);
  return object === undefined ? null : (find?.(object) ?? null);
}
