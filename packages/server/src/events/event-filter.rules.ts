import { type Timestamp, toTimestamp } from "@ostinato/core";
import type { Event, EventFilter, Resource } from "@ostinato/protocol";
import { parseTextQuery, textMatches } from "../kernel/text-query.ts";
import { resourceId, resourceRole } from "./events.rules.ts";

/** The criteria of an event filter in one shape, for queries and for matching events in memory. An empty list does not count. */
export interface EventCriteria {
  readonly since: Timestamp | undefined;
  readonly until: Timestamp | undefined;
  readonly ids: readonly string[];
  readonly names: readonly string[];
  readonly prefixes: readonly string[];
  readonly notNames: readonly string[];
  readonly notPrefixes: readonly string[];
  /** The event's own resource meets this. */
  readonly resource: ResourceCriteria | undefined;
  /** Each of these must be met by a related resource. */
  readonly related: readonly ResourceCriteria[];
  /** Each of these must be met by the event's own resource or a related one. */
  readonly any: readonly ResourceCriteria[];
  readonly text: string | undefined;
  /** Only the last event of each resource. */
  readonly distinct: boolean;
}

/** One resource meets all of these. */
export interface ResourceCriteria {
  readonly ids: readonly string[];
  readonly prefixes: readonly string[];
  readonly roles: readonly string[];
  readonly idsInRoles: readonly (readonly [id: string, role: string])[];
  readonly labels: readonly LabelCriteria[];
}

/** The label is there; its value meets one of `some`, where there are any, and none of `none`. */
export interface LabelCriteria {
  readonly label: string;
  readonly some: readonly ValuePattern[];
  readonly none: readonly ValuePattern[];
}

export interface ValuePattern {
  readonly text: string;
  /** Whether the text is a prefix; otherwise it must equal the value. */
  readonly begins: boolean;
}

export function criteriaOf(filter: EventFilter): EventCriteria {
  const { occurred, id, event, resource, text } = filter;
  return {
    since: occurred?.since === undefined ? undefined : toTimestamp(occurred.since),
    until: occurred?.until === undefined ? undefined : toTimestamp(occurred.until),
    ids: id?.id?.map((each) => each.toLowerCase()) ?? [],
    names: event?.name ?? [],
    prefixes: event?.prefix ?? [],
    notNames: event?.exclude_name ?? [],
    notPrefixes: event?.exclude_prefix ?? [],
    resource: resource === null || resource === undefined ? undefined : resourceCriteria(resource),
    related: listOf(filter.related).map(resourceCriteria).filter(asksSomething),
    any: listOf(filter.any_resource).map(resourceCriteria).filter(asksSomething),
    text: text?.query,
    distinct: resource?.distinct === true,
  };
}

interface GivenCriteria {
  readonly id?: readonly string[] | null | undefined;
  readonly id_prefix?: readonly string[] | null | undefined;
  readonly role?: readonly string[] | null | undefined;
  readonly resources_in_roles?: readonly (readonly [string, string])[] | null | undefined;
  readonly labels?: Readonly<Record<string, string | readonly string[]>> | null | undefined;
}

function resourceCriteria({ id, id_prefix, role, resources_in_roles, labels }: GivenCriteria): ResourceCriteria {
  return {
    ids: id ?? [],
    prefixes: id_prefix ?? [],
    roles: role ?? [],
    idsInRoles: resources_in_roles ?? [],
    labels: Object.entries(labels ?? {}).map(([label, patterns]) => labelCriteria(label, listOf(patterns))),
  };
}

function asksSomething(criteria: ResourceCriteria): boolean {
  return Object.values(criteria).some((list) => list.length > 0);
}

/** `!` before a pattern turns it round, `*` at its end takes every value that begins so. */
function labelCriteria(label: string, patterns: readonly string[]): LabelCriteria {
  const negative = patterns.filter((pattern) => pattern.startsWith("!"));
  return {
    label,
    some: patterns.filter((pattern) => !pattern.startsWith("!")).map(patternOf),
    none: negative.map((pattern) => patternOf(pattern.slice(1))),
  };
}

function patternOf(pattern: string): ValuePattern {
  return pattern.endsWith("*") ? { text: pattern.slice(0, -1), begins: true } : { text: pattern, begins: false };
}

function listOf<T>(given: T | readonly T[] | null | undefined): readonly T[] {
  if (given === null || given === undefined) return [];
  return Array.isArray(given) ? given : [given as T];
}

/** Decides whether an event meets the criteria: the same that the query decides in the database, but for `distinct`. */
export function eventMatcher(filter: EventFilter): (event: Event) => boolean {
  const criteria = criteriaOf(filter);
  const text = criteria.text === undefined ? undefined : parseTextQuery(criteria.text);
  return (event) =>
    isNamed(event.event, criteria) &&
    (criteria.ids.length === 0 || criteria.ids.includes(event.id)) &&
    occurredWithin(event.occurred, criteria) &&
    (criteria.resource === undefined || meets(event.resource, criteria.resource)) &&
    criteria.related.every((wanted) => event.related.some((each) => meets(each, wanted))) &&
    criteria.any.every(
      (wanted) => meets(event.resource, wanted) || event.related.some((each) => meets(each, wanted)),
    ) &&
    (text === undefined || textMatches(text, searchedTexts(event)));
}

function isNamed(name: string, { names, prefixes, notNames, notPrefixes }: EventCriteria): boolean {
  return (
    (names.length === 0 || names.includes(name)) &&
    (prefixes.length === 0 || prefixes.some((prefix) => name.startsWith(prefix))) &&
    !notNames.includes(name) &&
    !notPrefixes.some((prefix) => name.startsWith(prefix))
  );
}

function occurredWithin(occurred: string, { since, until }: EventCriteria): boolean {
  if (since === undefined && until === undefined) return true;
  const at = toTimestamp(occurred);
  return (since === undefined || at >= since) && (until === undefined || at <= until);
}

function meets(resource: Resource, { ids, prefixes, roles, idsInRoles, labels }: ResourceCriteria): boolean {
  const id = resourceId(resource);
  const role = resourceRole(resource);
  return (
    (ids.length === 0 || ids.includes(id)) &&
    (prefixes.length === 0 || prefixes.some((prefix) => id.startsWith(prefix))) &&
    (roles.length === 0 || roles.includes(role)) &&
    (idsInRoles.length === 0 || idsInRoles.some(([wanted, inRole]) => wanted === id && inRole === role)) &&
    labels.every((label) => meetsLabel(resource[label.label], label))
  );
}

function meetsLabel(value: string | undefined, { some, none }: LabelCriteria): boolean {
  if (value === undefined) return false;
  const fits = ({ text, begins }: ValuePattern) => (begins ? value.startsWith(text) : value === text);
  return (some.length === 0 || some.some(fits)) && !none.some(fits);
}

/** The strings that the text search reads, as the columns of the database hold them. */
function searchedTexts({ event, resource, related, payload }: Event): readonly string[] {
  return [event, JSON.stringify(resource), JSON.stringify(related), JSON.stringify(payload)];
}
