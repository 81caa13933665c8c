import type { Timestamp } from "@ostinato/core";
import { type RawBuilder, type SqlBool, sql } from "kysely";
import { beginsWithOne, type Condition, everything, join } from "../../criteria/conditions.queries.ts";
import { meetsSearch } from "../../criteria/operators.queries.ts";
import type { Reader } from "../../db/dialect.ts";
import type { EventPosition, EventRow } from "../../events/event-pages.queries.ts";

export type { EventPosition };

/** The names of events, or where there are too many of them their beginnings; undefined for all. */
export type EventNames = { readonly any: readonly string[] } | { readonly beginnings: readonly string[] } | undefined;

/** Where events are read from. All that is read of a source is bounded, so that a page takes as long with a million events as with a few. */
export interface EventSource {
  readonly names: EventNames;
  readonly resource: string | undefined;
  readonly since: Timestamp | undefined;
  readonly until: Timestamp | undefined;
}

export interface EventListQuery extends EventSource {
  readonly text: string | undefined;
  readonly limit: number;
}

export async function listed(reader: Reader, query: EventListQuery, before?: EventPosition): Promise<EventRow[]> {
  const { names, resource, text, limit } = query;
  const [occurred, id] = resource === undefined ? inEvents : inResources;
  const from =
    resource === undefined ? sql`event` : sql`event_resource AS named JOIN event ON event.id = named.event_id`;
  const conditions = join(
    [
      ofResource(resource),
      within(occurred, query),
      before && sql<SqlBool>`(${occurred}, ${id}) < (${before.occurred}, ${before.id})`,
      ofNames(names),
      text === undefined ? undefined : hasText(text),
    ],
    "and_",
  );
  const { rows } = await sql<EventRow>`SELECT event.* FROM ${from} WHERE ${conditions ?? everything}
    ORDER BY ${occurred} DESC, ${id} DESC LIMIT ${limit}`.execute(reader);
  return rows;
}

const inEvents = [sql.ref("event.occurred"), sql.ref("event.id")] as const;
const inResources = [sql.ref("named.occurred"), sql.ref("named.event_id")] as const;

/** When the event occurred that has `max` later ones in the source. Undefined where there are fewer. */
export async function horizon(
  reader: Reader,
  { names, resource, ...range }: EventSource,
  max: number,
): Promise<Timestamp | undefined> {
  const nth = (table: string, condition: Condition | undefined, offset: number) => sql<Timestamp>`(SELECT occurred FROM
    ${sql.table(table)} WHERE ${join([condition, within(sql.ref("occurred"), range)], "and_") ?? everything}
    ORDER BY occurred DESC LIMIT 1 OFFSET ${offset})`;
  const sources =
    resource !== undefined
      ? [nth("event_resource", sql<SqlBool>`resource_id = ${resource}`, max)]
      : names !== undefined && "any" in names
        ? names.any.map((name) => nth("event", sql<SqlBool>`event = ${name}`, Math.ceil(max / names.any.length)))
        : [nth("event", undefined, max)];
  if (sources.length === 0) return undefined;
  const { rows } = await sql<{ occurred: Timestamp | null }>`SELECT max(occurred) AS occurred FROM (${sql.join(
    sources.map((source) => sql`SELECT ${source} AS occurred`),
    sql` UNION ALL `,
  )}) AS horizons`.execute(reader);
  const found = rows[0]?.occurred;
  return found === null || found === undefined ? undefined : (Number(found) as Timestamp);
}

/** The number of events in each bar, at most `max` of each. */
export async function countedInBars(
  reader: Reader,
  { names, resource }: Pick<EventSource, "names" | "resource">,
  { edges, max }: { readonly edges: readonly Timestamp[]; readonly max: number },
): Promise<readonly number[]> {
  // A range of an index for each bar takes a third of the time of grouping all events by their bar (measured on a million events).
  const bars = edges.slice(0, -1).map((since, index) => {
    const until = edges[index + 1] ?? since;
    const isIn = (occurred: string) =>
      sql<SqlBool>`${sql.ref(occurred)} >= ${since} AND ${sql.ref(occurred)} < ${until}`;
    return sql`(SELECT count(*) FROM (SELECT 1 FROM ${countedFrom(resource, names)}
      WHERE ${join([ofResource(resource), ofNames(names), isIn(resource === undefined ? "event.occurred" : "named.occurred")], "and_")}
      LIMIT ${max}) AS counted) AS ${sql.ref(`bar${index}`)}`;
  });
  const { rows } = await sql<Record<string, number>>`SELECT ${sql.join(bars)}`.execute(reader);
  return bars.map((_, index) => Number(rows[0]?.[`bar${index}`] ?? 0));
}

function countedFrom(resource: string | undefined, names: EventNames): RawBuilder<unknown> {
  if (resource === undefined) return sql`event`;
  if (names === undefined) return sql`event_resource AS named`;
  return sql`event_resource AS named JOIN event ON event.id = named.event_id`;
}

export interface NameCount {
  readonly name: string;
  readonly count: number;
}

/** The names of all kept events by the alphabet, with how many there are in the time, at most `max` of each. */
export async function countedNames(
  reader: Reader,
  { since, until }: Pick<EventSource, "since" | "until">,
  { max, names: maxNames }: { readonly max: number; readonly names: number },
): Promise<readonly NameCount[]> {
  const counted = sql`(SELECT count(*) FROM (SELECT 1 FROM event WHERE ${join(
    [sql<SqlBool>`event.event = known.name`, within(sql.ref("event.occurred"), { since, until })],
    "and_",
  )} LIMIT ${max}) AS counted)`;
  const { rows } = await sql<NameCount>`${namesFrom()} SELECT name, ${counted} AS count FROM known
    WHERE name IS NOT NULL LIMIT ${maxNames}`.execute(reader);
  return rows.map((row) => ({ ...row, count: Number(row.count) }));
}

/** The same among the latest `max` events of a resource. */
export async function countedNamesOf(
  reader: Reader,
  { resource, since, until }: Pick<EventSource, "since" | "until"> & { readonly resource: string },
  { max, names: maxNames }: { readonly max: number; readonly names: number },
): Promise<readonly NameCount[]> {
  const condition = join(
    [sql<SqlBool>`resource_id = ${resource}`, within(sql.ref("occurred"), { since, until })],
    "and_",
  );
  const { rows } = await sql<NameCount>`SELECT event.event AS name, count(*) AS count FROM
    (SELECT event_id FROM event_resource WHERE ${condition} ORDER BY occurred DESC LIMIT ${max}) AS named
    JOIN event ON event.id = named.event_id GROUP BY 1 ORDER BY 1 LIMIT ${maxNames}`.execute(reader);
  return rows.map((row) => ({ ...row, count: Number(row.count) }));
}

/** The names of all kept events, at most `max` of them. */
export async function knownNames(reader: Reader, max: number): Promise<readonly string[]> {
  const { rows } = await sql<{ name: string }>`${namesFrom()} SELECT name FROM known
    WHERE name IS NOT NULL LIMIT ${max}`.execute(reader);
  return rows.map(({ name }) => name);
}

/** Goes from each name to the next one by the index, without reading the events in between. */
function namesFrom(): RawBuilder<unknown> {
  return sql`WITH RECURSIVE known(name) AS (
    SELECT (SELECT event FROM event ORDER BY event LIMIT 1)
    UNION ALL
    SELECT (SELECT event FROM event WHERE event > known.name ORDER BY event LIMIT 1) FROM known WHERE name IS NOT NULL)`;
}

function ofResource(resource: string | undefined): Condition | undefined {
  return resource === undefined ? undefined : sql<SqlBool>`named.resource_id = ${resource}`;
}

export function ofNames(names: EventNames, column = "event.event"): Condition | undefined {
  if (names === undefined) return undefined;
  const name = sql.ref(column);
  if ("beginnings" in names) return beginsWithOne(name, names.beginnings);
  return names.any.length === 0 ? sql<SqlBool>`1 = 0` : sql<SqlBool>`${name} IN (${sql.join([...names.any])})`;
}

function within(
  occurred: RawBuilder<unknown>,
  { since, until }: Pick<EventSource, "since" | "until">,
): Condition | undefined {
  return join(
    [
      since === undefined ? undefined : sql<SqlBool>`${occurred} >= ${since}`,
      until === undefined ? undefined : sql<SqlBool>`${occurred} <= ${until}`,
    ],
    "and_",
  );
}

const hasText = meetsSearch("event.event", "event.resource", "event.related", "event.payload") as (
  text: string,
) => Condition | undefined;

/** Events about the resource that follow an event, the earliest first. */
export async function following(
  reader: Reader,
  { id, occurred, resources }: EventPosition & { readonly resources: readonly string[] },
  max: number,
): Promise<EventRow[]> {
  if (resources.length === 0) return [];
  const { rows } = await sql<EventRow>`SELECT event.* FROM event WHERE event.follows = ${id} AND event.id IN (
    SELECT event_id FROM (${sql.join(
      resources.map(
        (resource) => sql`SELECT event_id FROM (SELECT event_id FROM event_resource
          WHERE resource_id = ${resource} AND occurred >= ${occurred} ORDER BY occurred LIMIT 200) AS near`,
      ),
      sql` UNION `,
    )}) AS nearby) ORDER BY event.occurred, event.id LIMIT ${max}`.execute(reader);
  return rows;
}
