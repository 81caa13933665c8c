import { formatTimestamp, type Timestamp } from "@ostinato/core";
import type { Event } from "@ostinato/protocol";
import type { Writer } from "../db/dialect.ts";
import { storable, writeJson } from "../db/json-text.ts";
import type { Context } from "../kernel/context.ts";
import * as queries from "./events.queries.ts";
import { type NewEvent, resourceId } from "./events.rules.ts";

export type { NewEvent } from "./events.rules.ts";

/**
 * Keeps events in the unit of work of what they tell about. Gives those that were not there yet, as they are on the wire:
 * hand them to `publish` when the unit is durable.
 */
export async function record(
  { db, clock }: Pick<Context, "db" | "clock">,
  tx: Writer,
  events: readonly NewEvent[],
): Promise<readonly Event[]> {
  if (events.length === 0) return [];
  const received = clock.now();
  const added = await queries.insertEvents(
    tx,
    db.sql,
    events.map((event) => eventRow(event, received)),
  );
  const fresh = added.size === events.length ? events : firstOfEach(events).filter(({ id }) => added.has(id));
  if (fresh.length === 0) return [];
  await queries.insertEventResources(db.deferred(tx), db.sql, fresh.flatMap(resourceRows));
  return fresh.map((event) => presentEvent(event, received));
}

/** The same for events that have been made in this unit of work, and so can't be there. */
export async function recordNew(
  { db, clock }: Pick<Context, "db" | "clock">,
  tx: Writer,
  events: readonly NewEvent[],
): Promise<readonly Event[]> {
  const received = clock.now();
  const writer = db.deferred(tx);
  const rows = events.map((event) => eventRow(event, received));
  await queries.insertEvents(writer, db.sql, rows);
  await queries.insertEventResources(writer, db.sql, events.flatMap(resourceRows));
  return events.map((event) => presentEvent(event, received));
}

function presentEvent(event: NewEvent, received: Timestamp): Event {
  return {
    ...event,
    occurred: formatTimestamp(event.occurred),
    received: formatTimestamp(received),
    related: [...event.related],
  };
}

/** Tells the subscribers of events that have become durable. */
export function publish({ bus }: Pick<Context, "bus">, events: readonly Event[]): void {
  if (!bus.watched) return;
  for (const event of events) bus.publish({ kind: "event", event });
}

/** The same, and counts them. */
export function tell(context: Pick<Context, "bus" | "metrics">, events: readonly Event[]): void {
  if (events.length === 0) return;
  context.metrics.add("events_recorded_total", events.length);
  publish(context, events);
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

/** What of an event is needed to remove it. */
export type KeptEvent = Pick<NewEvent, "id" | "occurred" | "resource" | "related">;

/** Removes events from all places where they are found, and tells how many there were. */
export async function removeIn({ db }: Pick<Context, "db">, tx: Writer, kept: readonly KeptEvent[]): Promise<number> {
  await queries.deleteEventResources(tx, db.sql, kept.flatMap(resourceRows));
  return queries.deleteEvents(
    tx,
    db.sql,
    kept.map(({ id }) => id),
  );
}

/** One row for each thing that the event names, in whatever roles. */
function resourceRows({ id, occurred, resource, related }: KeptEvent) {
  const names = new Set([resource, ...related].map((each) => storable(resourceId(each))));
  return Array.from(names, (resource_id) => ({ resource_id, occurred, event_id: id }));
}

function firstOfEach(events: readonly NewEvent[]): readonly NewEvent[] {
  const seen = new Set<string>();
  return events.filter(({ id }) => !seen.has(id) && seen.add(id));
}
