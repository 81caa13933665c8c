import { type Timestamp, timeOrderedId } from "@ostinato/core";
import type { Automation, Event } from "@ostinato/protocol";
import { chainOf, maxChain } from "../automation-actions/chains.service.ts";
import { type NewFiring, queueActions } from "../automation-actions/queueing.service.ts";
import { readManyBy } from "../events/event-pages.service.ts";
import type { NewEvent } from "../events/events.service.ts";
import * as events from "../events/events.service.ts";
import type { Unit } from "../kernel/unit.ts";
import type { Firing } from "./composites.rules.ts";
import type { AutomationFiring } from "./counting.rules.ts";

const triggeredName = "prefect.automation.triggered";
const resolvedName = "prefect.automation.resolved";
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
    const { automation } = each.entry;
    const { firing } = each;
    if (chain > maxChain) {
      told.push(endOfChain(unit, { automation, firing }, chain));
      continue;
    }
    const triggered = triggeredEvent({ automation, firing }, { event, chain, now: unit.context.clock.now() });
    told.push(triggered);
    fired.push({ automation, firing, chain, event, triggeredEventId: triggered.id });
  }
  await events.recordNew(unit, told);
  await queueActions(unit, fired);
  unit.changed(
    "automation",
    fired.map(({ automation }) => automation),
  );
  unit.count("automation_firings_total", fired.length);
}

async function causesOf({ tx }: Unit, firings: readonly AutomationFiring[], known: readonly Event[]) {
  const byId = new Map(known.map((event) => [event.id, event]));
  const missing = firings.flatMap(({ firing }) => firing.event_id ?? []).filter((id) => !byId.has(id));
  for (const event of await readManyBy(tx, [...new Set(missing)])) byId.set(event.id, event);
  return byId;
}

export interface Fired {
  readonly automation: Automation;
  readonly firing: Firing;
}

interface Cause {
  readonly event: Event | undefined;
  readonly chain: number;
  readonly now: Timestamp;
}

/** `prefect.automation.triggered` or `.resolved`, as Prefect's automations tell of themselves. It has the id of the firing. */
export function triggeredEvent(fired: Fired, { event, chain, now }: Cause): NewEvent {
  const { firing } = fired;
  const triggering = event === undefined ? null : carried(event);
  const value = firing.value === undefined ? {} : { triggering_value: firing.value };
  const payload = { triggering_labels: firing.labels, triggering_event: triggering, ...value, chain, firing };
  const name = firing.resolved === true ? resolvedName : triggeredName;
  return ownEvent(fired, { id: firing.id, now, event: name, payload });
}

/** An automation that feeds itself is stopped, and says so. */
function endOfChain({ context }: Unit, fired: Fired, chain: number): NewEvent {
  const reason = `Stopped: ${maxChain} firings of automations have led to this one, so they fire each other without end. Narrow a trigger down.`;
  const { id, name } = fired.automation;
  context.log.warn({ automation: id, name }, "an automation feeds itself and was stopped");
  const now = context.clock.now();
  const payload = { reason, chain };
  return ownEvent(fired, { id: timeOrderedId(now), now, event: "prefect.automation.action.failed", payload });
}

interface Told {
  readonly id: string;
  readonly now: Timestamp;
  readonly event: string;
  readonly payload: NewEvent["payload"];
}

function ownEvent({ automation, firing }: Fired, { id, now, event, payload }: Told): NewEvent {
  const { trigger } = automation;
  return {
    id,
    occurred: now,
    event,
    resource: {
      "prefect.resource.id": `prefect.automation.${automation.id}`,
      "prefect.resource.name": automation.name,
      ...("posture" in trigger ? { "prefect.posture": trigger.posture } : {}),
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
