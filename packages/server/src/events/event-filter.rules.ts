import { type Timestamp, toTimestamp } from "@ostinato/core";
import type { Event, EventFilter, RelatedFilter, Resource, ResourceFilter } from "@ostinato/protocol";
import { labelMeets, parseLabelPatterns } from "../kernel/label-patterns.ts";
import { type Matcher, type MatcherLeaf, type MatcherTable, matcherOf, momentOf } from "../kernel/matcher.ts";
import { parseTextQuery, textMatches } from "../kernel/text-query.ts";
import { resourceId, resourceRole } from "./events.rules.ts";

/** An event filter, beside what a search reads from it to find its way to the events. */
export interface EventCriteria {
  readonly filter: EventFilter;
  readonly since: Timestamp | undefined;
  readonly until: Timestamp | undefined;
  /** For each criterion on resources that lists ids, the list: an event must name one of them. */
  readonly named: readonly (readonly string[])[];
  /** Only the last event of each resource. */
  readonly distinct: boolean;
}

export function criteriaOf(filter: EventFilter): EventCriteria {
  const { occurred, resource, related, any_resource } = filter;
  return {
    filter,
    since: occurred?.since === undefined ? undefined : toTimestamp(occurred.since),
    until: occurred?.until === undefined ? undefined : toTimestamp(occurred.until),
    named: [...listOf<Named>(resource), ...listOf<Named>(related), ...listOf<Named>(any_resource)]
      .map(({ id, resources_in_roles }) => (id?.length ? id : (resources_in_roles ?? []).map(([each]) => each)))
      .filter((ids) => ids.length > 0),
    distinct: resource?.distinct === true,
  };
}

type Named = Pick<RelatedFilter, "id" | "resources_in_roles">;

/** Decides whether an event meets the filter: the same that the query decides in the database, but for `distinct`. */
export function eventMatcher(filter: EventFilter): (event: Event) => boolean {
  return matcherOfEvents(filter) ?? (() => true);
}

const resourceTable: MatcherTable<ResourceFilter, Resource> = {
  id: oneOf(resourceId),
  id_prefix: beginsWith(resourceId),
  labels: meetLabels,
};

const matcherOfResources = matcherOf<ResourceFilter, Resource>(resourceTable);

const matcherOfRelated = matcherOf<RelatedFilter, Resource>({
  id: resourceTable.id,
  role: oneOf(resourceRole),
  resources_in_roles(pairs) {
    if (pairs.length === 0) return undefined;
    return (resource) => pairs.some(([id, role]) => id === resourceId(resource) && role === resourceRole(resource));
  },
  labels: resourceTable.labels,
});

const matcherOfEvents = matcherOf<EventFilter, Event>({
  event: {
    name: oneOf(nameOf),
    prefix: beginsWith(nameOf),
    exclude_name: noneOf(oneOf(nameOf)),
    exclude_prefix: noneOf(beginsWith(nameOf)),
  },
  id: { id: (ids) => oneOf(({ id }: Event) => id)(ids.map((id) => id.toLowerCase())) },
  occurred: {
    since(limit) {
      const since = toTimestamp(limit);
      return ({ occurred }) => momentOf(occurred) >= since;
    },
    until(limit) {
      const until = toTimestamp(limit);
      return ({ occurred }) => momentOf(occurred) <= until;
    },
  },
  resource: {
    id: ofOwn(resourceTable.id),
    id_prefix: ofOwn(resourceTable.id_prefix),
    labels: ofOwn(resourceTable.labels),
    distinct: ofNoSingleEvent,
  },
  related: (asked) =>
    allOf(listOf(asked), (wanted) => {
      const meets = matcherOfRelated(wanted);
      return meets && (({ related }) => related.some(meets));
    }),
  any_resource: (asked) =>
    allOf(listOf(asked), (wanted) => {
      const meets = matcherOfResources(wanted);
      return meets && (({ resource, related }) => meets(resource) || related.some(meets));
    }),
  text: {
    query(asked) {
      const query = parseTextQuery(asked);
      return (event) => textMatches(query, searchedTexts(event));
    },
  },
  order: ofNoSingleEvent,
});

/** For a leaf that is about all events together. */
function ofNoSingleEvent(): undefined {
  return undefined;
}

function oneOf<R>(textOf: (row: R) => string): MatcherLeaf<readonly string[], R> {
  return (values) => (values.length === 0 ? undefined : (row) => values.includes(textOf(row)));
}

function beginsWith<R>(textOf: (row: R) => string): MatcherLeaf<readonly string[], R> {
  return (prefixes) =>
    prefixes.length === 0 ? undefined : (row) => prefixes.some((prefix) => textOf(row).startsWith(prefix));
}

function noneOf<V, R>(leaf: MatcherLeaf<V, R>): MatcherLeaf<V, R> {
  return (asked) => {
    const matches = leaf(asked);
    return matches && ((row) => !matches(row));
  };
}

function ofOwn<V>(leaf: MatcherLeaf<V, Resource>): MatcherLeaf<V, Event> {
  return (asked) => {
    const matches = leaf(asked);
    return matches && (({ resource }) => matches(resource));
  };
}

function allOf<V, R>(asked: readonly V[], leaf: MatcherLeaf<V, R>): Matcher<R> | undefined {
  const matchers = asked.map(leaf).filter((matches) => matches !== undefined);
  return matchers.length === 0 ? undefined : (row) => matchers.every((matches) => matches(row));
}

function meetLabels(patterns: NonNullable<ResourceFilter["labels"]>): Matcher<Resource> | undefined {
  const labels = parseLabelPatterns(patterns);
  if (labels.length === 0) return undefined;
  return (resource) => labels.every((criteria) => labelMeets(resource[criteria.label], criteria));
}

function listOf<T>(given: T | readonly T[] | null | undefined): readonly T[] {
  if (given === null || given === undefined) return [];
  return Array.isArray(given) ? given : [given as T];
}

function nameOf({ event }: Event): string {
  return event;
}

/** The strings that the text search reads, as the columns of the database hold them. */
function searchedTexts({ event, resource, related, payload }: Event): readonly string[] {
  return [event, JSON.stringify(resource), JSON.stringify(related), JSON.stringify(payload)];
}
