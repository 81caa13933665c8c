import { formatTimestamp, type Timestamp, timeOrderedId } from "@ostinato/core";
import type { EventCreate, Resource } from "@ostinato/protocol";

export interface PlainEventOptions {
  readonly occurred: Timestamp;
  readonly event?: string;
  readonly id?: string;
  readonly resource?: Resource;
  readonly related?: readonly Resource[];
  readonly payload?: Readonly<Record<string, unknown>>;
}

/** An event about some thing, for tests. */
export function plainEvent({ occurred, ...given }: PlainEventOptions): EventCreate {
  return {
    id: given.id ?? timeOrderedId(occurred),
    occurred: formatTimestamp(occurred),
    event: given.event ?? "thing.happened",
    resource: given.resource ?? { "prefect.resource.id": "thing.1" },
    related: [...(given.related ?? [])],
    payload: given.payload ?? {},
    follows: null,
  };
}

export function resource(id: string, labels: Resource = {}): Resource {
  return { "prefect.resource.id": id, ...labels };
}

export function related(id: string, role: string, labels: Resource = {}): Resource {
  return { "prefect.resource.id": id, "prefect.resource.role": role, ...labels };
}
