import { type RawBuilder, type SqlBool, sql } from "kysely";
import { type Condition, join, untilUnwanted } from "../criteria/conditions.queries.ts";
import { eventCondition } from "../criteria/events.queries.ts";
import type { EventCriteria } from "./event-filter.rules.ts";

/** The rows of `event` that meet the criteria, but for `distinct`. */
export function eventsMatching({ filter }: EventCriteria): Condition | undefined {
  return untilUnwanted("event", eventCondition(filter));
}

/** The table that a query reads events from, and their order there. */
export interface EventSource {
  readonly from: RawBuilder<unknown>;
  readonly narrowed: Condition | undefined;
  readonly occurred: RawBuilder<unknown>;
  readonly id: RawBuilder<unknown>;
}

/**
 * All events in order, or, by the table of resources, those that name one of some ids: the criteria are conditions on JSON, which
 * no index serves. One id is the usual case, and its events are read in order without sorting.
 */
export function sourceOf(criteria: EventCriteria): EventSource {
  const [only, ...others] = criteria.named.find((ids) => ids.length === 1) ?? [];
  const own = { occurred: sql.ref("event.occurred"), id: sql.ref("event.id") };
  if (criteria.distinct || only === undefined || others.length > 0) {
    return { from: sql`event`, narrowed: join(criteria.named.map(namesOneOf), "and_"), ...own };
  }
  return {
    from: sql`event_resource AS named JOIN event ON event.id = named.event_id`,
    narrowed: join([sql<SqlBool>`named.resource_id = ${only}`, namedWithin(criteria)], "and_"),
    occurred: sql.ref("named.occurred"),
    id: sql.ref("named.event_id"),
  };
}

function namesOneOf(ids: readonly string[]): Condition {
  return sql<SqlBool>`event.id IN (SELECT event_id FROM event_resource WHERE resource_id IN (${sql.join(ids)}))`;
}

function namedWithin({ since, until }: EventCriteria): Condition | undefined {
  return join(
    [
      since === undefined ? undefined : sql<SqlBool>`named.occurred >= ${since}`,
      until === undefined ? undefined : sql<SqlBool>`named.occurred <= ${until}`,
    ],
    "and_",
  );
}
