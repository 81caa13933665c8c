import type { Event } from "@ostinato/protocol";
import type { TestServer } from "./harness.ts";

/** What happened to the resource, the oldest first. */
export async function eventsOf(server: TestServer, resource: string): Promise<readonly Event[]> {
  const filter = { resource: { id: [resource] }, order: "ASC" };
  const { body } = await server.call<{ readonly events: readonly Event[] }>("POST", "/events/filter", {
    filter,
    limit: 50,
  });
  return body.events;
}
