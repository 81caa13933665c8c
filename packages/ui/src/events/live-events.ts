import { useQueryClient } from "@tanstack/react-query";
import { type RefObject, useEffect, useRef, useState } from "react";
import { useLive } from "../api/live.ts";
import { useRested } from "../api/rested.ts";
import type { EventList } from "../api/types.ts";
import { useStillness } from "../components/stillness.ts";
import { type EventPages, eventCountsQuery, eventListQuery, readEvents } from "./events.queries.ts";
import type { EventsSearch } from "./events-search.ts";

/** Bars are counted again at most this often: they count all events of the time. */
const countsRestMs = 4000;

/**
 * Reads the latest events a moment after some were recorded. They are put above the others, or wait behind a button while somebody reads.
 * A time with an end is not followed.
 */
export function useLiveEventFeed(search: EventsSearch, list: RefObject<Element | null>) {
  const queryClient = useQueryClient();
  const [waiting, setWaiting] = useState({ count: 0, isMore: false });
  const fresh = useRef<EventList>(undefined);
  const holds = useStillness(list);
  const { queryKey } = eventListQuery(search);
  const listed = JSON.stringify(queryKey);
  const none = () => setWaiting({ count: 0, isMore: false });
  // biome-ignore lint/correctness/useExhaustiveDependencies: what waited belongs to the list before
  useEffect(none, [listed]);
  const put = (latest: EventList) =>
    queryClient.setQueryData<EventPages>(queryKey, (pages) =>
      pages === undefined ? pages : withLatest(pages, latest),
    );
  const read = async () => {
    // A lost connection tells to read everything again.
    const latest = await readEvents(search, null).catch(() => undefined);
    const pages = queryClient.getQueryData<EventPages>(queryKey);
    if (latest === undefined || pages === undefined) return;
    const known = new Set(pages.pages.flatMap(({ events }) => events.map(({ id }) => id)));
    const arrived = latest.events.filter(({ id }) => !known.has(id)).length;
    if (arrived === 0) return none();
    fresh.current = latest;
    if (known.size > 0 && holds(Math.max(0, arrived - waiting.count)))
      setWaiting({ count: arrived, isMore: arrived === latest.events.length });
    else {
      none();
      put(latest);
    }
  };
  const countAgain = () => queryClient.invalidateQueries({ queryKey: eventCountsQuery(search).queryKey });
  const soon = useRested(read, 700);
  const countSoon = useRested(countAgain, countsRestMs);
  useLive(search.to === undefined ? { kind: "events" } : undefined, {
    onChanges: () => {
      soon();
      countSoon();
    },
    onResync: () => {
      soon();
      countSoon();
    },
  });
  const show = () => {
    none();
    if (fresh.current !== undefined) put(fresh.current);
    document.getElementById("main")?.scrollTo({ top: 0 });
    soon();
  };
  return { waiting, show };
}

/** The latest events above the others. Where some may lie between them and the others, the others are read again on demand. */
function withLatest(pages: EventPages, latest: EventList): EventPages {
  const [head, ...rest] = pages.pages;
  const known = new Set(pages.pages.flatMap(({ events }) => events.map(({ id }) => id)));
  const isJoined = known.size === 0 || latest.next === null || latest.events.some(({ id }) => known.has(id));
  if (head === undefined || !isJoined) return { pages: [latest], pageParams: [null] };
  const events = [...latest.events.filter(({ id }) => !known.has(id)), ...head.events];
  return { ...pages, pages: [{ ...head, events: events.toSorted(byTime) }, ...rest] };
}

function byTime(one: EventList["events"][number], other: EventList["events"][number]): number {
  return Date.parse(other.occurred) - Date.parse(one.occurred);
}
