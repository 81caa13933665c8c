import type { Timestamp } from "@ostinato/core";
import { type Selectable, type SqlBool, sql } from "kysely";
import { type Condition, everything, join } from "../criteria/conditions.queries.ts";
import type { Database, Reader } from "../db/dialect.ts";
import { portable } from "../db/portable.ts";
import type { Tables } from "../db/tables.ts";
import { type EventSource, eventsMatching, sourceOf } from "./event-filter.queries.ts";
import type { EventCriteria } from "./event-filter.rules.ts";

export type EventRow = Selectable<Tables["event"]>;

export interface EventPosition {
  readonly occurred: Timestamp;
  readonly id: string;
}

export interface EventPageQuery {
  readonly criteria: EventCriteria;
  readonly order: "ASC" | "DESC";
  readonly limit: number;
  /** The last event of the page before. */
  readonly after?: EventPosition | undefined;
}

export async function findEvents(db: Database, { criteria, order, limit, after }: EventPageQuery): Promise<EventRow[]> {
  const source = sourceOf(criteria);
  const condition = join([matching(criteria, source), after && beyond(source, order, after)], "and_") ?? everything;
  const direction = sql.raw(order);
  const { rows } = await sql<EventRow>`SELECT event.* FROM ${source.from} WHERE ${condition}
    ORDER BY ${source.occurred} ${direction}, ${source.id} ${direction} LIMIT ${limit}`.execute(db.slow);
  return rows;
}

/** The number of events that meet the criteria; stops counting at `max`. */
export async function countMatching(db: Database, criteria: EventCriteria, max: number): Promise<number> {
  const source = sourceOf(criteria);
  const { rows } = await sql<{ count: number }>`SELECT count(*) AS count FROM (
    SELECT 1 FROM ${source.from} WHERE ${matching(criteria, source) ?? everything} LIMIT ${max}) AS matching`.execute(
    db.slow,
  );
  return Number(rows[0]?.count ?? 0);
}

export interface CountedEvents {
  readonly value: string;
  readonly label: string;
  readonly count: number;
  readonly start_time: Timestamp;
  readonly end_time: Timestamp;
}

const maxGroups = 1000;

/** Events by their name, or by the resource that they are about, the most frequent first. */
export async function countByValue(
  db: Database,
  criteria: EventCriteria,
  by: "event" | "resource",
): Promise<CountedEvents[]> {
  const source = sourceOf(criteria);
  const value = sql.ref(by === "event" ? "event.event" : "event.resource_id");
  const name = portable.jsonField("event.resource", "prefect.resource.name");
  const label = by === "event" ? value : sql`coalesce(max(${name}), ${value})`;
  const { rows } = await sql<CountedEvents>`SELECT ${value} AS value, ${label} AS label, count(*) AS count,
      min(event.occurred) AS start_time, max(event.occurred) AS end_time
    FROM ${source.from} WHERE ${matching(criteria, source) ?? everything}
    GROUP BY ${value} ORDER BY count DESC, value LIMIT ${maxGroups}`.execute(db.slow);
  return rows.map((row) => ({ ...row, count: Number(row.count) }));
}

export interface Buckets {
  readonly start: Timestamp;
  readonly widthMicros: number;
}

/** The number of events in each interval, by the number of the interval; empty ones are left out. */
export async function countByBucket(
  db: Database,
  criteria: EventCriteria,
  { start, widthMicros }: Buckets,
): Promise<ReadonlyMap<number, number>> {
  const source = sourceOf(criteria);
  const bucket = sql`(event.occurred - cast(${start} AS bigint)) / cast(${widthMicros} AS bigint)`;
  const { rows } = await sql<{ bucket: number; count: number }>`SELECT ${bucket} AS bucket, count(*) AS count
    FROM ${source.from} WHERE ${matching(criteria, source) ?? everything} GROUP BY 1`.execute(db.slow);
  return new Map(rows.map(({ bucket, count }) => [Number(bucket), Number(count)]));
}

export async function eventsById(reader: Reader, ids: readonly string[]): Promise<EventRow[]> {
  if (ids.length === 0) return [];
  return reader.selectFrom("event").selectAll().where("id", "in", ids).execute();
}

export function eventsReceivedSince(reader: Reader, since: Timestamp, limit: number): Promise<EventRow[]> {
  // Events are stored roughly in the order of their times, so the index on that time finds them; older events came late.
  return reader
    .selectFrom("event")
    .selectAll()
    .where("occurred", ">=", since)
    .where("received", ">=", since)
    .orderBy("occurred")
    .limit(limit)
    .execute();
}

function matching(criteria: EventCriteria, source: EventSource): Condition | undefined {
  const matching = join([source.narrowed, eventsMatching(criteria)], "and_");
  return criteria.distinct ? lastOfEachResource(matching) : matching;
}

/** Only the last matching event of each resource. */
function lastOfEachResource(matching: Condition | undefined): Condition {
  return sql<SqlBool>`event.id IN (SELECT id FROM (
    SELECT event.id, row_number() OVER (PARTITION BY event.resource_id ORDER BY event.occurred DESC, event.id DESC) AS age
    FROM event WHERE ${matching ?? everything}) AS aged WHERE age = 1)`;
}

function beyond({ occurred, id }: EventSource, order: "ASC" | "DESC", after: EventPosition): Condition {
  const comparison = sql.raw(order === "ASC" ? ">" : "<");
  return sql<SqlBool>`(${occurred}, ${id}) ${comparison} (${after.occurred}, ${after.id})`;
}
