import { timeOrderedId } from "@ostinato/core";
import type { Event, Resource } from "@ostinato/protocol";
import { readManyBy } from "../events/event-pages.service.ts";
import type { NewEvent } from "../events/events.service.ts";
import * as events from "../events/events.service.ts";
import type { Unit } from "../kernel/unit.ts";
import type { AutomationFiring } from "./counting.rules.ts";

/** The maximum size of an event that another one carries whole. */
const maxCarriedCharacters = 100_000;

/** Automations fire: records their events, in the unit of work that has counted. `known` are events that were read already. */
export async function fire(unit: Unit, firings: readonly AutomationFiring[], known: readonly Event[]): Promise<void> {
  if (firings.length === 0) return;
  const byId = new Map(known.map((event) => [event.id, event]));
  const missing = firings.flatMap(({ firing }) => firing.event_id ?? []).filter((id) => !byId.has(id));
  for (const event of await readManyBy(unit.tx, [...new Set(missing)])) byId.set(event.id, event);
  const told = firings.map((each) => triggeredEvent(unit, each, byId.get(each.firing.event_id ?? "")));
  await events.recordNew(unit, told);
  unit.count("automation_firings_total", firings.length);
}

/** `prefect.automation.triggered`, as Prefect's automations tell of themselves. */
function triggeredEvent({ context }: Unit, { entry, firing }: AutomationFiring, cause: Event | undefined): NewEvent {
  const { automation } = entry;
  const now = context.clock.now();
  const posture = automation.trigger.type === "event" ? { "prefect.posture": automation.trigger.posture } : {};
  return {
    id: timeOrderedId(now),
    occurred: now,
    event: "prefect.automation.triggered",
    resource: {
      "prefect.resource.id": `prefect.automation.${automation.id}`,
      "prefect.resource.name": automation.name,
      ...posture,
    },
    related: firing.event_id === null ? [] : [relatedEvent(firing.event_id, "triggering-event")],
    payload: { triggering_labels: firing.labels, triggering_event: cause === undefined ? null : carried(cause) },
    follows: null,
  };
}

function relatedEvent(id: string, role: string): Resource {
  return { "prefect.resource.id": `prefect.event.${id}`, "prefect.resource.role": role };
}

/** Readers of larger events read them by their ids. */
function carried(event: Event): Omit<Event, "payload"> | Event {
  if (JSON.stringify(event).length <= maxCarriedCharacters) return event;
  const { payload: _payload, ...rest } = event;
  return rest;
}
