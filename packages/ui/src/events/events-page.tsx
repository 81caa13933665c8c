import { keepPreviousData, useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { getRouteApi } from "@tanstack/react-router";
import { useRef, useState } from "react";
import { Button } from "../components/button.tsx";
import { Empty } from "../components/empty.tsx";
import { EndInSight } from "../components/end-in-sight.tsx";
import { Failure } from "../components/failure.tsx";
import { SearchField } from "../components/field.tsx";
import { filterClass } from "../components/filter-button.tsx";
import { Icon } from "../components/icon.tsx";
import { useMedia } from "../components/media.ts";
import { NewRows } from "../components/new-rows.tsx";
import { onDemand } from "../components/on-demand.tsx";
import { Page } from "../components/page.tsx";
import { Skeleton } from "../components/skeleton.tsx";
import { chosenSpan, dashboardSpans } from "../dashboard/dashboard-search.ts";
import { FirstSteps } from "../first-steps/first-steps.tsx";
import { firstEvent } from "../first-steps/programs.ts";
import { amount, dateAndClock } from "../format.ts";
import { TimeFilter } from "../runs/run-filters.tsx";
import { EventFeed } from "./event-feed.tsx";
import { type CountedEvents, eventCountsQuery, eventListQuery } from "./events.queries.ts";
import {
  type EventsSearch,
  type EventsSearchChange,
  isEventFilter,
  noEventFilter,
  readEventsSearch,
} from "./events-search.ts";
import { useLiveEventFeed } from "./live-events.ts";
import { type SearchOn, useSearchOn } from "./search-on.ts";
import { TypeFacet } from "./type-facet.tsx";

const EventsChart = onDemand(
  () => import("./events-chart.tsx").then((module) => module.EventsChart),
  <div className="h-24" />,
);

const route = getRouteApi("/events");

export function EventsPage() {
  const search = route.useSearch();
  const navigate = route.useNavigate();
  const list = useInfiniteQuery({ ...eventListQuery(search), placeholderData: keepPreviousData });
  const counted = useQuery({ ...eventCountsQuery(search), placeholderData: keepPreviousData });
  const feed = useRef<HTMLUListElement>(null);
  const { waiting, show } = useLiveEventFeed(search, feed);
  const change = (next: EventsSearchChange) =>
    void navigate({ search: (before) => readEventsSearch({ ...before, ...next }), resetScroll: false });
  const events = list.data?.pages.flatMap((page) => page.events) ?? [];
  const last = list.data?.pages.at(-1);
  const isOwn = list.isSuccess && !list.isPlaceholderData;
  const further = useSearchOn({
    key: JSON.stringify(search),
    pages: list.data?.pages.length ?? 0,
    found: events.length,
    isMore: isOwn && list.hasNextPage,
    isReading: list.isFetching,
    read: () => void list.fetchNextPage(),
  });
  const progress: Progress = { ...further, found: events.length, backTo: last?.searched_back_to ?? null };
  return (
    <Page title="Events">
      <Filters search={search} onChange={change} />
      {counted.isError ? (
        <Failure error={counted.error} what="The counts of events" onRetry={() => void counted.refetch()} />
      ) : (
        <div className="min-h-24">
          {counted.data === undefined ? null : (
            <EventsChart
              counted={counted.data}
              onSpan={(from, to) => change({ from: new Date(from).toISOString(), to: new Date(to).toISOString() })}
            />
          )}
          {search.q === undefined ? null : (
            <p className="text-xs text-faint">The chart counts all events of these types, with or without the words.</p>
          )}
        </div>
      )}
      <div className="grid min-w-0 grid-cols-1 items-start gap-x-5 gap-y-3 lg:grid-cols-[250px_minmax(0,1fr)]">
        <Types counted={counted.data} search={search} onChange={change} />
        <div className={`flex min-w-0 flex-col gap-1.5 ${list.isPlaceholderData ? "opacity-60" : ""}`}>
          <NewRows waiting={waiting.count} isMore={waiting.isMore} onShow={show} />
          {list.isError ? <Failure error={list.error} what="The events" onRetry={() => void list.refetch()} /> : null}
          {list.isPending ? <Skeleton rows={12} height={33} /> : null}
          {search.q === undefined || list.isError ? null : <SearchProgress {...progress} isKnown={isOwn} />}
          {list.isSuccess && events.length === 0 && last?.next === null ? (
            <NoEvents search={search} onChange={change} />
          ) : null}
          <EventFeed events={events} feed={feed} onResource={(resource) => change({ resource })} />
          {further.isSearching ? <Skeleton rows={3} height={33} /> : null}
          {isOwn && list.hasNextPage && !further.isSearching ? (
            <EarlierEvents {...progress} isSaid={search.q !== undefined} />
          ) : null}
        </div>
      </div>
    </Page>
  );
}

interface Progress extends SearchOn {
  readonly found: number;
  readonly backTo: string | null;
}

/** Stands above what was found, so that nothing moves while more is found. */
function SearchProgress({ found, backTo, isSearching, stop, isKnown }: Progress & { readonly isKnown: boolean }) {
  return (
    <p className="flex h-8 items-center gap-3 text-muted tabular-nums">
      <span role="status">{isKnown ? searched(found, backTo) : "Searching…"}</span>
      {isKnown && isSearching ? (
        <Button look="ghost" onClick={stop}>
          Stop
        </Button>
      ) : null}
    </p>
  );
}

function searched(found: number, backTo: string | null): string {
  const where = backTo === null ? "all of this time" : `back to ${dateAndClock(backTo)}`;
  return `Searched ${where}: ${found === 0 ? "nothing" : amount(found, "event")} found.`;
}

/** Reads on by itself while pages are filled. What few events have is looked for further back only when asked. */
function EarlierEvents({ found, backTo, isFull, more, isSaid }: Progress & { readonly isSaid: boolean }) {
  if (isFull) return <EndInSight reading={false} onMore={more} />;
  return (
    <p className="flex flex-wrap items-center gap-3 py-2 text-muted">
      {isSaid ? null : searched(found, backTo)}
      <Button onClick={more}>Search further back</Button>
    </p>
  );
}

function Filters({
  search,
  onChange,
}: {
  readonly search: EventsSearch;
  readonly onChange: (change: EventsSearchChange) => void;
}) {
  const setTime = (since: string | undefined, until: string | undefined) => {
    const span = dashboardSpans.find(({ value }) => value === since);
    if (span === undefined) onChange({ from: since, to: until ?? new Date().toISOString() });
    else onChange({ since: span.value === "24h" ? undefined : span.value, from: undefined, to: undefined });
  };
  const preset = dashboardSpans.find(({ value }) => value === chosenSpan(search));
  return (
    <div className="flex flex-wrap items-center gap-1.5">
      <SearchField
        label="Words in the event"
        value={search.q ?? ""}
        onChange={(q) => onChange({ q: q === "" ? undefined : q })}
        className="w-52"
      />
      <TimeFilter
        range={{ since: search.from ?? chosenSpan(search), until: search.to }}
        spans={dashboardSpans}
        anyTime={false}
        onChange={({ since, until }) => setTime(since, until)}
      />
      {search.from === undefined ? null : (
        <Button look="ghost" icon="back" onClick={() => onChange({ from: undefined, to: undefined })}>
          Back to {preset?.label.toLowerCase()}
        </Button>
      )}
      <ResourceField search={search} onChange={onChange} />
      {search.type?.map((type) => (
        <button
          key={type}
          type="button"
          aria-label={`Not only ${type}`}
          className={filterClass(true)}
          onClick={() => onChange({ type: search.type?.filter((each) => each !== type) })}
        >
          <span className="max-w-64 truncate">{type.endsWith(".") ? `${type}*` : type}</span>
          <Icon name="close" className="size-3" />
        </button>
      ))}
      {isEventFilter(search) ? (
        <Button look="ghost" onClick={() => onChange(noEventFilter)}>
          Clear
        </Button>
      ) : null}
    </div>
  );
}

function ResourceField({
  search,
  onChange,
}: {
  readonly search: EventsSearch;
  readonly onChange: (change: EventsSearchChange) => void;
}) {
  return (
    <SearchField
      label="Id of a resource"
      value={search.resource ?? ""}
      onChange={(resource) => onChange({ resource: resource.trim() === "" ? undefined : resource.trim() })}
      className={search.resource === undefined ? "w-44" : "w-80 max-w-full"}
    />
  );
}

/** Beside the events on a wide screen, and above them on demand on a narrow one. */
function Types(props: {
  readonly counted: CountedEvents | undefined;
  readonly search: EventsSearch;
  readonly onChange: (change: EventsSearchChange) => void;
}) {
  const { counted, search, onChange } = props;
  const wide = useMedia("(min-width: 1024px)");
  const [open, setOpen] = useState(false);
  const facet = <TypeFacet counted={counted} chosen={search.type ?? []} onChange={(type) => onChange({ type })} />;
  if (wide)
    return (
      <section aria-label="Types" className="sticky top-3 max-h-[calc(100vh-96px)] overflow-y-auto pr-1">
        <h2 className="pb-1 text-xs text-faint">Types</h2>
        {facet}
      </section>
    );
  return (
    <section aria-label="Types">
      <Button icon="filter" aria-expanded={open} onClick={() => setOpen(!open)}>
        Types
      </Button>
      {open ? <div className="mt-1.5 rounded-lg border bg-surface p-2">{facet}</div> : null}
    </section>
  );
}

function NoEvents({
  search,
  onChange,
}: {
  readonly search: EventsSearch;
  readonly onChange: (change: EventsSearchChange) => void;
}) {
  if (isEventFilter(search))
    return (
      <Empty title="No event matches">
        <p>No event of this time meets all conditions of the filter. Old events are deleted after some days.</p>
        <Button icon="close" className="mt-3" onClick={() => onChange(noEventFilter)}>
          Clear the filter
        </Button>
      </Empty>
    );
  return (
    <FirstSteps title="No event in this time" programs={firstEvent} awaited="the first event">
      Whatever happens is an event: a run that fails, a work pool that becomes ready, and what your programs tell of
      themselves, as this one does.
    </FirstSteps>
  );
}
