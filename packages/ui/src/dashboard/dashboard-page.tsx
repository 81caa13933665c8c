import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { getRouteApi } from "@tanstack/react-router";
import type { Dashboard } from "../api/types.ts";
import { Button } from "../components/button.tsx";
import { Failure } from "../components/failure.tsx";
import { filterClass } from "../components/filter-button.tsx";
import { Page } from "../components/page.tsx";
import { Skeleton } from "../components/skeleton.tsx";
import { FlowFilter, TagFilter, TimeFilter } from "../runs/run-filters.tsx";
import { dashboardQuery } from "./dashboard.queries.ts";
import {
  chosenSpan,
  type DashboardChange,
  type DashboardSearch,
  dashboardSpans,
  listSearch,
  readDashboardSearch,
} from "./dashboard-search.ts";
import { useLiveDashboard } from "./live-dashboard.ts";
import { Overview } from "./overview.tsx";

const route = getRouteApi("/dashboard");

export function DashboardPage() {
  const search = route.useSearch();
  const navigate = route.useNavigate();
  const query = useQuery({ ...dashboardQuery(search), placeholderData: keepPreviousData });
  useLiveDashboard(search);
  const change = (next: DashboardChange) =>
    void navigate({ search: (before) => readDashboardSearch({ ...before, ...next }), resetScroll: false });
  const data = query.data;
  return (
    <Page title="Dashboard">
      <Filters search={search} onChange={change} tags={tagsOf(data)} />
      {query.isError ? <Failure error={query.error} what="The dashboard" onRetry={() => void query.refetch()} /> : null}
      {data === undefined ? (
        query.isError ? null : (
          <Skeleton rows={14} />
        )
      ) : (
        <Overview
          data={data}
          lists={listSearch(search)}
          onSpan={(from, to) => change({ from: new Date(from).toISOString(), to: new Date(to).toISOString() })}
        />
      )}
    </Page>
  );
}

function Filters(props: {
  readonly search: DashboardSearch;
  readonly onChange: (change: DashboardChange) => void;
  readonly tags: readonly string[];
}) {
  const { search, onChange } = props;
  const preset = dashboardSpans.find((span) => span.value === chosenSpan(search));
  const countsSubflows = search.subflows === "show";
  const setTime = (since: string | undefined, until: string | undefined) => {
    const span = dashboardSpans.find(({ value }) => value === since);
    if (span !== undefined)
      onChange({ since: span.value === "24h" ? undefined : span.value, from: undefined, to: undefined });
    else onChange({ from: since, to: until ?? new Date().toISOString() });
  };
  return (
    <div className="flex flex-wrap items-center gap-1.5">
      <TimeFilter
        range={{ since: search.from ?? chosenSpan(search), until: search.to }}
        spans={dashboardSpans}
        anyTime={false}
        onChange={({ since, until }) => setTime(since, until)}
      />
      <FlowFilter search={search} onChange={onChange} />
      <TagFilter search={search} onChange={onChange} known={props.tags} />
      <button
        type="button"
        aria-pressed={countsSubflows}
        className={filterClass(countsSubflows)}
        onClick={() => onChange({ subflows: countsSubflows ? undefined : "show" })}
      >
        Count subflows
      </button>
      {search.from === undefined ? null : (
        <Button look="ghost" icon="back" onClick={() => onChange({ from: undefined, to: undefined })}>
          Back to {preset?.label.toLowerCase()}
        </Button>
      )}
    </div>
  );
}

/** The tags to filter by: those of the displayed flows and runs. */
function tagsOf(data: Dashboard | undefined): readonly string[] {
  if (data === undefined) return [];
  const runs = [...data.running, ...data.waiting];
  return [...new Set([...data.flows.flatMap((row) => row.flow.tags), ...runs.flatMap((run) => run.tags)])].sort();
}
