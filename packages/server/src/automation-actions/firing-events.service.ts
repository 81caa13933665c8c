import type { Event } from "@ostinato/protocol";
import { readMany } from "../events/event-pages.service.ts";
import type { Context } from "../kernel/context.ts";
import type { Firing } from "../triggers/composites.rules.ts";

/** The events of a firing, and another one that its action is about, by their ids. Those that are gone are left out. */
export async function eventsOf(
  context: Context,
  firing: Firing,
  about: string | null = null,
): Promise<ReadonlyMap<string, Event>> {
  const ids = [about, ...eventIdsOf(firing)].filter((id) => id !== null);
  return new Map((await readMany(context, [...new Set(ids)])).map((event) => [event.id, event]));
}

/** The ids of the events that made it fire. */
export function eventIdsOf({ event_id, firings }: Firing): readonly string[] {
  const below = firings.flatMap(eventIdsOf);
  return event_id === null ? below : [...new Set([...below, event_id])];
}
