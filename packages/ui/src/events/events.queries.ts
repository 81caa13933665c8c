import type { countEventsOverTime, listEvents, readEventPage } from "@ostinato/protocol";
import { type InfiniteData, infiniteQueryOptions, queryOptions } from "@tanstack/react-query";
import { call } from "../api/api.ts";
import type { EventCounts, EventList } from "../api/types.ts";
import { dashboardRange } from "../dashboard/dashboard-search.ts";
import type { EventsSearch } from "./events-search.ts";

export type EventPages = InfiniteData<EventList, string | null>;

export function eventListQuery(search: EventsSearch) {
  return infiniteQueryOptions({
    queryKey: ["events", "list", search],
    queryFn: ({ pageParam, signal }) => readEvents(search, pageParam, signal),
    initialPageParam: null as string | null,
    getNextPageParam: ({ next }: EventList) => next,
  });
}

export function readEvents(search: EventsSearch, cursor: string | null, signal?: AbortSignal): Promise<EventList> {
  const { from } = dashboardRange(search, Date.now());
  return call<typeof listEvents>("POST /ui/events/list", {
    body: {
      asked: {
        ...asked(search),
        since: new Date(from).toISOString(),
        ...(search.to === undefined ? {} : { until: search.to }),
      },
      ...(search.q === undefined ? {} : { text: search.q }),
      cursor,
    },
    ...(signal === undefined ? {} : { signal }),
  });
}

export interface CountedEvents extends EventCounts {
  /** Where the bars begin, and the end of the last one, in milliseconds. */
  readonly edges: readonly number[];
}

export function eventCountsQuery({ q: _text, ...search }: EventsSearch) {
  return queryOptions({
    queryKey: ["events", "counts", search],
    queryFn: async ({ signal }): Promise<CountedEvents> => {
      const { edges } = dashboardRange(search, Date.now());
      const counted = await call<typeof countEventsOverTime>("POST /ui/events/counts", {
        body: { asked: asked(search), edges: edges.map((edge) => new Date(edge).toISOString()) },
        signal,
      });
      return { ...counted, edges };
    },
  });
}

export function eventQuery(id: string) {
  return queryOptions({
    queryKey: ["events", "event", id],
    queryFn: ({ signal }) => call<typeof readEventPage>("GET /ui/events/{id}", { params: { id }, signal }),
  });
}

function asked({ type, resource }: EventsSearch) {
  return {
    ...(type === undefined ? {} : { types: [...type] }),
    ...(resource === undefined ? {} : { resource }),
  };
}
