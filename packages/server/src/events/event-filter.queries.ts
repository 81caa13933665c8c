import { type RawBuilder, type SqlBool, sql } from "kysely";
import { anyOf, beginsWithOne, type Condition, join, untilUnwanted } from "../criteria/conditions.queries.ts";
import { containsText } from "../criteria/text.queries.ts";
import type { Sql } from "../db/dialect.ts";
import type { EventCriteria, LabelCriteria, ResourceCriteria, ValuePattern } from "./event-filter.rules.ts";

/** The rows of `event` that meet the criteria, but for `distinct`. */
export function eventsMatching(dialect: Sql, criteria: EventCriteria): Condition | undefined {
  const { since, until, ids, names, prefixes, notNames, notPrefixes, resource, related, any, text } = criteria;
  return untilUnwanted(
    dialect,
    "event",
    join(
      [
        since === undefined ? undefined : sql<SqlBool>`event.occurred >= ${since}`,
        until === undefined ? undefined : sql<SqlBool>`event.occurred <= ${until}`,
        anyOf("event.id", some(ids)),
        anyOf("event.event", some(names)),
        beginsWithOne(name, prefixes),
        not(anyOf("event.event", some(notNames))),
        not(beginsWithOne(name, notPrefixes)),
        resource && ownMeets(dialect, resource),
        ...related.map((wanted) => relatedMeets(dialect, wanted)),
        ...any.map((wanted) => anyMeets(dialect, wanted)),
        containsText(dialect, ["event.event", "event.resource", "event.related", "event.payload"], text),
      ],
      "and_",
    ),
  );
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
  const lists = namedResources(criteria);
  const [only, ...others] = lists.find((ids) => ids.length === 1) ?? [];
  const own = { occurred: sql.ref("event.occurred"), id: sql.ref("event.id") };
  if (criteria.distinct || only === undefined || others.length > 0) {
    return { from: sql`event`, narrowed: join(lists.map(namesOneOf), "and_"), ...own };
  }
  return {
    from: sql`event_resource AS named JOIN event ON event.id = named.event_id`,
    narrowed: join([sql<SqlBool>`named.resource_id = ${only}`, namedWithin(criteria)], "and_"),
    occurred: sql.ref("named.occurred"),
    id: sql.ref("named.event_id"),
  };
}

/** For each criterion on resources that lists ids, the list: an event must name one of them. */
function namedResources({ resource, related, any }: EventCriteria): readonly (readonly string[])[] {
  return [...(resource === undefined ? [] : [resource]), ...related, ...any]
    .map(({ ids, idsInRoles }) => (ids.length > 0 ? ids : idsInRoles.map(([id]) => id)))
    .filter((ids) => ids.length > 0);
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

const name = sql.ref("event.event");

function ownMeets(dialect: Sql, wanted: ResourceCriteria): Condition | undefined {
  return meets(dialect, "event.resource", wanted);
}

function relatedMeets(dialect: Sql, wanted: ResourceCriteria): Condition {
  const condition = meets(dialect, "each.value", wanted) ?? sql<SqlBool>`1 = 1`;
  return sql<SqlBool>`EXISTS (SELECT 1 FROM ${dialect.elementsOf("event.related", "each")} WHERE ${condition})`;
}

function anyMeets(dialect: Sql, wanted: ResourceCriteria): Condition | undefined {
  const own = ownMeets(dialect, wanted);
  return own && join([own, relatedMeets(dialect, wanted)], "or_");
}

const resourceIdLabel = "prefect.resource.id";
const roleLabel = "prefect.resource.role";

function meets(dialect: Sql, column: string, wanted: ResourceCriteria): Condition | undefined {
  const { ids, prefixes, roles, idsInRoles, labels } = wanted;
  const id = sql`coalesce(${dialect.jsonField(column, resourceIdLabel)}, '')`;
  const role = sql`coalesce(${dialect.jsonField(column, roleLabel)}, '')`;
  return join(
    [
      ids.length === 0 ? undefined : sql<SqlBool>`${id} IN (${sql.join(ids)})`,
      beginsWithOne(id, prefixes),
      roles.length === 0 ? undefined : sql<SqlBool>`${role} IN (${sql.join(roles)})`,
      join(
        idsInRoles.map(([wantedId, inRole]) => sql<SqlBool>`(${id} = ${wantedId} AND ${role} = ${inRole})`),
        "or_",
      ),
      ...labels.map((label) => labelMeets(dialect, column, label)),
    ],
    "and_",
  );
}

function labelMeets(dialect: Sql, column: string, { label, some, none }: LabelCriteria): Condition | undefined {
  const value = dialect.jsonField(column, label);
  return join([sql<SqlBool>`${value} IS NOT NULL`, fitsOne(value, some), not(fitsOne(value, none))], "and_");
}

function fitsOne(value: RawBuilder<unknown>, patterns: readonly ValuePattern[]): Condition | undefined {
  const [prefixes, texts] = [patterns.filter(({ begins }) => begins), patterns.filter(({ begins }) => !begins)];
  return join(
    [
      texts.length === 0 ? undefined : sql<SqlBool>`${value} IN (${sql.join(texts.map(({ text }) => text))})`,
      beginsWithOne(
        value,
        prefixes.map(({ text }) => text),
      ),
    ],
    "or_",
  );
}

function not(condition: Condition | undefined): Condition | undefined {
  return condition && sql<SqlBool>`NOT (${condition})`;
}

function some(values: readonly string[]): readonly string[] | undefined {
  return values.length === 0 ? undefined : values;
}
