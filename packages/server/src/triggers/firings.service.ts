import { timeOrderedId } from "@ostinato/core";
import type { Event } from "@ostinato/protocol";
import { chainOf, maxChain } from "../automation-actions/chains.service.ts";
import { type NewFiring, queueActions } from "../automation-actions/queueing.service.ts";
import { readManyBy } from "../events/event-pages.service.ts";
import type { NewEvent } from "../events/events.service.ts";
import * as events from "../events/events.service.ts";
import type { Unit } from "../kernel/unit.ts";
import type { AutomationFiring } from "./counting.rules.ts";

/** The maximum size of an event that another one carries whole. */
const maxCarriedCharacters = 100_000;

/**
 * Automations fire: records their events and queues their actions, in the unit of work that has counted. `known` are events that were read
 * already.
 */
export async function fire(unit: Unit, firings: readonly AutomationFiring[], known: readonly Event[]): Promise<void> {
  if (firings.length === 0) return;
  const causes = await causesOf(unit, firings, known);
  const told: NewEvent[] = [];
  const fired: NewFiring[] = [];
  for (const each of firings) {
    const event = causes.get(each.firing.event_id ?? "");
    const before = event === undefined ? 0 : await chainOf(unit.tx, event);
    // It was said that the chain has ended there.
    if (before > maxChain) continue;
    const chain = before + 1;
    if (chain > maxChain) {
      told.push(endOfChain(unit, each, chain));
      continue;
    }
    const triggered = triggeredEvent(unit, each, { event, chain });
    told.push(triggered);
    const { automation } = each.entry;
    fired.push({ automation, firing: each.firing, chain, event, triggeredEventId: triggered.id });
  }
  await events.recordNew(unit, told);
  await queueActions(unit, fired);
  unit.count("automation_firings_total", fired.length);
}

async function causesOf({ tx }: Unit, firings: readonly AutomationFiring[], known: readonly Event[]) {
  const byId = new Map(known.map((event) => [event.id, event]));
  const missing = firings.flatMap(({ firing }) => firing.event_id ?? []).filter((id) => !byId.has(id));
  for (const event of await readManyBy(tx, [...new Set(missing)])) byId.set(event.id, event);
  return byId;
}

interface Cause {
  readonly event: Event | undefined;
  readonly chain: number;
}

/** `prefect.automation.triggered`, as Prefect's automations tell of themselves. */
function triggeredEvent(unit: Unit, fired: AutomationFiring, { event, chain }: Cause): NewEvent {
  const { labels } = fired.firing;
  const payload = { triggering_labels: labels, triggering_event: event === undefined ? null : carried(event), chain };
  return ownEvent(unit, fired, "prefect.automation.triggered", payload);
}

/** An automation that feeds itself is stopped, and says so. */
function endOfChain(unit: Unit, fired: AutomationFiring, chain: number): NewEvent {
  const reason = `Stopped: ${maxChain} firings of automations have led to this one, so they fire each other without end. Narrow a trigger down.`;
  const { id, name } = fired.entry.automation;
  unit.context.log.warn({ automation: id, name }, "an automation feeds itself and was stopped");
  return ownEvent(unit, fired, "prefect.automation.action.failed", { reason, chain });
}

function ownEvent({ context }: Unit, fired: AutomationFiring, event: string, payload: NewEvent["payload"]): NewEvent {
  const { entry, firing } = fired;
  const { id, name, trigger } = entry.automation;
  const now = context.clock.now();
  return {
    id: timeOrderedId(now),
    occurred: now,
    event,
    resource: {
      "prefect.resource.id": `prefect.automation.${id}`,
      "prefect.resource.name": name,
      ...(trigger.type === "event" ? { "prefect.posture": trigger.posture } : {}),
    },
    related: firing.event_id === null ? [] : [events.relatedEvent(firing.event_id, "triggering-event")],
    payload,
    follows: null,
  };
}

/** Readers of larger events read them by their ids. */
function carried(event: Event): Omit<Event, "payload"> | Event {
  if (JSON.stringify(event).length <= maxCarriedCharacters) return event;
  const { payload: _payload, ...rest } = event;
  return rest;
}
