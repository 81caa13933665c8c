import type { filterEvents, nextEvents } from "@ostinato/protocol";
import { type InfiniteData, infiniteQueryOptions, type QueryClient, useQueryClient } from "@tanstack/react-query";
import { call } from "../api/api.ts";
import { useLive } from "../api/live.ts";
import { useRested } from "../api/rested.ts";
import type { EventPage } from "../api/types.ts";

type EventPages = InfiniteData<EventPage, string | null>;

/** If more new events exist than these pages hold, the newest are shown, and older ones are read on demand. */
const maxPagesOfNews = 5;

export type EventKind = "all" | "flow-run" | "task-run" | "other";

const ofRuns = ["prefect.flow-run.", "prefect.task-run."];

const filters: Readonly<Record<EventKind, EventNameFilter>> = {
  all: {},
  "flow-run": { event: { prefix: ["prefect.flow-run."] } },
  "task-run": { event: { prefix: ["prefect.task-run."] } },
  other: { event: { exclude_prefix: ofRuns } },
};

export function runEventsQuery(id: string, kind: EventKind) {
  return infiniteQueryOptions({
    queryKey: ["flow-run", id, "events", kind],
    queryFn: ({ pageParam, signal }) => readPage({ id, kind }, pageParam, { signal }),
    initialPageParam: null as string | null,
    getNextPageParam: tokenOfNext,
  });
}

interface EventNameFilter {
  readonly event?: { readonly prefix?: string[]; readonly exclude_prefix?: string[] };
}

interface Reading {
  readonly signal?: AbortSignal;
}

interface EventsOf {
  readonly id: string;
  readonly kind: EventKind;
}

function readPage({ id, kind }: EventsOf, token: string | null, reading: Reading = {}): Promise<EventPage> {
  if (token !== null) {
    return call<typeof nextEvents>("GET /events/filter/next", { query: { "page-token": token }, ...reading });
  }
  return call<typeof filterEvents>("POST /events/filter", {
    body: {
      filter: { any_resource: { id: [`prefect.flow-run.${id}`] }, ...filters[kind], order: "DESC" },
      limit: 50,
    },
    ...reading,
  });
}

/** Uses only the token of the server's address, because a proxy may not know the address itself. */
function tokenOfNext({ next_page }: EventPage): string | null {
  return next_page === null ? null : new URL(next_page).searchParams.get("page-token");
}

/** Keeps the list up to date: every change of the run is an event. */
export function useLiveEvents(id: string, kind: EventKind): void {
  const queryClient = useQueryClient();
  const again = useRested(() => readNews(queryClient, { id, kind }));
  useLive(
    { kind: "flow-run", flow_run_id: id },
    {
      onChanges: (changes) => {
        if (changes.some(({ kind }) => kind !== "log")) again();
      },
      onResync: again,
    },
  );
}

/** Puts new events before the displayed ones, without reading the older pages again. */
async function readNews(queryClient: QueryClient, of: EventsOf): Promise<void> {
  const { queryKey } = runEventsQuery(of.id, of.kind);
  const shown = new Set(queryClient.getQueryData<EventPages>(queryKey)?.pages.flatMap((page) => idsIn(page)));
  const news: EventPage[] = [];
  let token: string | null = null;
  do {
    const page: EventPage = await readPage(of, token);
    news.push(page);
    token = idsIn(page).some((event) => shown.has(event)) ? null : tokenOfNext(page);
  } while (token !== null && news.length < maxPagesOfNews);
  queryClient.setQueryData<EventPages>(queryKey, (pages) => (pages === undefined ? pages : withNews(pages, news)));
}

function withNews(pages: EventPages, news: readonly EventPage[]): EventPages {
  const [newest] = news;
  const [head, ...rest] = pages.pages;
  if (newest === undefined || head === undefined) return pages;
  const shown = new Set(pages.pages.flatMap(idsIn));
  const fresh = news.flatMap(({ events }) => events).filter((event) => !shown.has(event.id));
  const isJoined = fresh.length < news.reduce((sum, { events }) => sum + events.length, 0);
  if (!isJoined && shown.size > 0) return { pages: [newest], pageParams: [null] };
  const events = [...fresh, ...head.events].toSorted(
    (one, other) => Date.parse(other.occurred) - Date.parse(one.occurred),
  );
  return { ...pages, pages: [{ ...head, events, total: newest.total }, ...rest] };
}

function idsIn({ events }: EventPage): readonly string[] {
  return events.map((event) => event.id);
}
