import { type Timestamp, timeOrderedId } from "@ostinato/core";
import type { Resource } from "@ostinato/protocol";

export interface Lifecycle {
  readonly noun:
    | "flow"
    | "artifact-collection"
    | "automation"
    | "concurrency-limit"
    | "block-type"
    | "block-document"
    | "variable";
  readonly action: "created" | "updated" | "deleted";
  readonly id: string;
  readonly name: string;
  readonly occurred: Timestamp;
  /** The present state of the row, or the last one of a deleted row. */
  readonly payload: Readonly<Record<string, unknown>>;
  readonly related?: readonly Resource[];
}

/** The event for a row that was created, changed or deleted, as Prefect's automations expect it. */
export function lifecycleEvent({ noun, action, id, name, occurred, payload, related = [] }: Lifecycle) {
  return {
    id: timeOrderedId(occurred),
    occurred,
    event: `prefect.${noun}.${action}`,
    resource: { "prefect.resource.id": `prefect.${noun}.${id}`, "prefect.resource.name": name },
    related,
    payload,
    follows: null,
  };
}
