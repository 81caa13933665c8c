import { listIn, present, type RawSearch, textIn } from "../address.ts";
import { type DashboardSearch, readDashboardSearch } from "../dashboard/dashboard-search.ts";

/** The filter of the events, which is part of the address. */
export interface EventsSearch extends Pick<DashboardSearch, "since" | "from" | "to"> {
  /** Words in the event. */
  readonly q?: string;
  /** Names of events; those that end with a dot stand for all names that begin so. */
  readonly type?: readonly string[];
  /** The id of a resource that the event names. */
  readonly resource?: string;
}

export type EventsSearchChange = { readonly [K in keyof EventsSearch]?: EventsSearch[K] | undefined };

export const noEventFilter: EventsSearchChange = { q: undefined, type: undefined, resource: undefined };

export function readEventsSearch(search: RawSearch): EventsSearch {
  const { since, from, to } = readDashboardSearch(search);
  return present({
    since,
    from,
    to,
    q: textIn(search, "q"),
    type: listIn(search, "type"),
    resource: textIn(search, "resource"),
  });
}

export function isEventFilter({ q, type, resource }: EventsSearch): boolean {
  return q !== undefined || type !== undefined || resource !== undefined;
}
