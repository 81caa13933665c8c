import { formatTimestamp, type Timestamp } from "@ostinato/core";
import type { Event, Resource } from "@ostinato/protocol";
import type { Writer } from "../db/dialect.ts";
import { storable, writeJson } from "../db/json-text.ts";
import type { Unit } from "../kernel/unit.ts";
import { withCause } from "./causes.rules.ts";
import * as queries from "./events.queries.ts";
import { type NewEvent, resourceId } from "./events.rules.ts";

export { chainLabel } from "./causes.rules.ts";
export { type NewEvent, problemOfSize, readEvent } from "./events.rules.ts";

/** Inserts events in the unit of work of the changes that they report. Returns the new ones in their wire format. */
export async function record(unit: Unit, events: readonly NewEvent[]): Promise<readonly Event[]> {
  if (events.length === 0) return [];
  const received = unit.context.clock.now();
  const added = await queries.insertEvents(
    unit.tx,
    events.map((event) => eventRow(event, received)),
  );
  const fresh = added.size === events.length ? events : firstOfEach(events).filter(({ id }) => added.has(id));
  if (fresh.length === 0) return [];
  await queries.insertEventResources(unit.later, fresh.flatMap(resourceRows));
  const kept = fresh.map((event) => presentEvent(event, received));
  note(unit, kept);
  return kept;
}

/** The same for events that have been made in this unit of work, and so can't be there. */
export async function recordNew(unit: Unit, given: readonly NewEvent[]): Promise<void> {
  if (given.length === 0) return;
  const { causedBy } = unit.context.actor;
  const events = causedBy === undefined ? given : given.map((event) => withCause(event, causedBy));
  const { later } = unit;
  const received = unit.context.clock.now();
  const rows = events.map((event) => eventRow(event, received));
  await queries.insertEvents(later, rows);
  await queries.insertEventResources(later, events.flatMap(resourceRows));
  note(
    unit,
    events.map((event) => presentEvent(event, received)),
  );
}

function note(unit: Unit, events: readonly Event[]): void {
  unit.recorded(events);
  unit.count("events_recorded_total", events.length);
}

function presentEvent(event: NewEvent, received: Timestamp): Event {
  return {
    ...event,
    occurred: formatTimestamp(event.occurred),
    received: formatTimestamp(received),
    related: [...event.related],
  };
}

function eventRow({ id, occurred, event, resource, related, payload, follows }: NewEvent, received: Timestamp) {
  return {
    id,
    occurred,
    received,
    event: storable(event),
    resource_id: storable(resourceId(resource)),
    resource: writeJson(resource),
    related: writeJson(related),
    payload: writeJson(payload),
    follows,
  };
}

/** The parts of an event that its removal needs. */
export type KeptEvent = Pick<NewEvent, "id" | "occurred" | "resource" | "related">;

/** Removes events from all their tables, and returns their number. */
export async function removeIn(tx: Writer, kept: readonly KeptEvent[]): Promise<number> {
  await queries.deleteEventResources(tx, kept.flatMap(resourceRows));
  return queries.deleteEvents(
    tx,
    kept.map(({ id }) => id),
  );
}

/** One row for each resource that the event names, whatever its roles. */
function resourceRows({ id, occurred, resource, related }: KeptEvent) {
  const names = new Set([resource, ...related].map((each) => storable(resourceId(each))));
  return Array.from(names, (resource_id) => ({ resource_id, occurred, event_id: id }));
}

/** An event as a related resource of another one. */
export function relatedEvent(id: string, role: string): Resource {
  return { "prefect.resource.id": `prefect.event.${id}`, "prefect.resource.role": role };
}

function firstOfEach(events: readonly NewEvent[]): readonly NewEvent[] {
  const seen = new Set<string>();
  return events.filter(({ id }) => !seen.has(id) && seen.add(id));
}
