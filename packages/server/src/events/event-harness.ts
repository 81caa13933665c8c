import { formatTimestamp, type Timestamp, timeOrderedId } from "@ostinato/core";
import type { Event, EventCreate, EventPage, Resource } from "@ostinato/protocol";
import type { TestServer } from "../../test/harness.ts";

export interface PlainEventOptions {
  readonly occurred: Timestamp;
  readonly event?: string;
  readonly id?: string;
  readonly resource?: Resource;
  readonly related?: readonly Resource[];
  readonly payload?: Readonly<Record<string, unknown>>;
}

/** An event for tests. */
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

/** The events that name a resource, in whatever role, the first one first. */
export async function eventsAbout(server: TestServer, id: string): Promise<readonly Event[]> {
  const filter = { any_resource: { id: [id] }, order: "ASC" };
  return (await server.call<EventPage>("POST", "/events/filter", { filter })).body.events;
}
