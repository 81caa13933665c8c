import { keepPreviousData, useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { getRouteApi, Link } from "@tanstack/react-router";
import { useCallback, useMemo, useRef, useState } from "react";
import { buttonClass, IconButton } from "../components/button.tsx";
import { useColumnChoice } from "../components/column-choice.ts";
import { ColumnMenu } from "../components/column-menu.tsx";
import { CsvButton, totalAmount, totalOf } from "../components/csv-button.tsx";
import { Empty } from "../components/empty.tsx";
import { Failure } from "../components/failure.tsx";
import { Icon } from "../components/icon.tsx";
import { NewRows } from "../components/new-rows.tsx";
import { onDemand } from "../components/on-demand.tsx";
import { Page } from "../components/page.tsx";
import { Skeleton } from "../components/skeleton.tsx";
import { SortMenu } from "../components/sort-menu.tsx";
import { FirstSteps } from "../first-steps/first-steps.tsx";
import { firstRun } from "../first-steps/programs.ts";
import { useChosenRuns, withLatest } from "./chosen-runs.ts";
import { KindsOfRuns } from "./kinds-of-runs.tsx";
import { useLiveRuns } from "./live-runs.ts";
import { isOfFailures, keepingMessages, runColumns, usualColumns } from "./run-columns.tsx";
import { RunFilters } from "./run-filters.tsx";
import { RunList, runName } from "./run-list.tsx";
import { runListQuery, runPointsQuery } from "./runs.queries.ts";
import { isFiltered, type RunSort, type RunsSearch, type RunsSearchChange, readRunsSearch } from "./runs-search.ts";
import { SavedSearchMenu } from "./saved-search-menu.tsx";

const BulkBar = onDemand(() => import("./bulk-bar.tsx").then((module) => module.BulkBar));
const RunCharts = onDemand(() => import("./run-charts.tsx").then((module) => module.RunCharts));

const route = getRouteApi("/runs");

const failureColumns = keepingMessages(runColumns);

export function RunsPage() {
  const search = route.useSearch();
  const navigate = route.useNavigate();
  const list = useInfiniteQuery({ ...runListQuery(search), placeholderData: keepPreviousData });
  const points = useQuery({ ...runPointsQuery(search), placeholderData: keepPreviousData });
  const table = useRef<HTMLDivElement>(null);
  const arrivals = useLiveRuns(search, table);
  const [selecting, setSelecting] = useState(false);
  const columns = useColumnChoice(isOfFailures(search.state) ? failureColumns : runColumns, {
    storageKey: "ostinato.run-columns",
    usual: usualColumns(search),
  });
  const runs = useMemo(() => list.data?.pages.flatMap((page) => page.results) ?? [], [list.data]);
  const tags = useMemo(() => [...new Set(runs.flatMap((run) => run.tags))].sort(), [runs]);
  const change = useCallback(
    (next: RunsSearchChange) =>
      void navigate({ search: (before) => readRunsSearch({ ...before, ...next }), resetScroll: false }),
    [navigate],
  );
  const sort = { value: search.sort ?? ("START_TIME_DESC" as const), onChange: (by: RunSort) => change({ sort: by }) };
  const { fetchNextPage, hasNextPage, isFetchingNextPage } = list;
  const more = useCallback(() => {
    if (hasNextPage && !isFetchingNextPage) void fetchNextPage();
  }, [fetchNextPage, hasNextPage, isFetchingNextPage]);
  const { chosen, setChosen, choose, clear } = useChosenRuns(search, runs);
  const total = totalOf(list.data);
  const isMore = total !== undefined && (total.isMore || total.count > chosen.size);
  return (
    <Page title="Runs">
      <KindsOfRuns search={search} />
      <div className="flex flex-wrap items-start gap-2 sm:flex-nowrap">
        <RunFilters
          search={search}
          onChange={change}
          knownTags={tags}
          parentName={runs.find((run) => run.parent_flow_run_id === search.parent)?.parent_flow_run_name ?? undefined}
        />
        <span className="flex shrink-0 items-center gap-1 sm:ml-auto">
          <IconButton
            icon="check"
            label="Select runs"
            aria-pressed={selecting}
            className={`md:hidden ${selecting ? "bg-pressed" : ""}`}
            onClick={() => {
              setSelecting(!selecting);
              clear();
            }}
          />
          <SortMenu name={runName} columns={runColumns} sort={sort} />
          <SavedSearchMenu
            of="flow_run"
            filter={savedPart(search)}
            isFiltered={isFiltered(search)}
            onOpen={(saved) => void navigate({ search: readRunsSearch(saved) })}
          />
          <ColumnMenu columns={runColumns} shown={columns.shown} onChange={columns.choose} />
          <CsvButton
            file="runs.csv"
            noun="run"
            total={total}
            exportRows={async (options) => (await import("./run-csv.ts")).exportRuns(search, options)}
          />
        </span>
      </div>
      {list.isError ? <Failure error={list.error} what="The list of runs" onRetry={() => void list.refetch()} /> : null}
      {list.isSuccess && runs.length === 0 ? (
        <NoRuns filtered={isFiltered(search)} />
      ) : (
        // The height of the charts, so that nothing moves when they load.
        <div className="min-h-[144px] lg:min-h-[136px]">
          {points.data === undefined ? null : <RunCharts points={points.data} search={search} onChange={change} />}
          {points.isError && !list.isError ? (
            <Failure error={points.error} what="The charts" onRetry={() => void points.refetch()} />
          ) : null}
        </div>
      )}
      {list.isPending ? <Skeleton rows={14} height={34} /> : null}
      {runs.length === 0 ? null : (
        <div className={`relative flex flex-col gap-1.5 ${list.isPlaceholderData ? "opacity-60" : ""}`}>
          <p className="text-xs text-faint" role="status">
            {total === undefined ? "" : totalAmount(total, "run")}
          </p>
          <NewRows waiting={arrivals.waiting} onShow={arrivals.show} />
          <RunList
            runs={runs}
            columns={columns.shown}
            fresh={arrivals.fresh}
            selection={{ chosen: new Set(chosen.keys()), onChange: choose, onNarrow: selecting }}
            sort={sort}
            onEnd={more}
            list={table}
          />
          {isFetchingNextPage ? <Skeleton rows={2} height={34} /> : null}
        </div>
      )}
      {chosen.size === 0 ? null : (
        <BulkBar
          runs={withLatest(chosen, runs)}
          rest={isMore && runs.every((run) => chosen.has(run.id)) ? { search, total } : undefined}
          onSelect={setChosen}
          onDone={clear}
        />
      )}
    </Page>
  );
}

/** A saved search opens in whatever chart is shown. */
function savedPart({ chart: _chart, ...search }: RunsSearch): RunsSearch {
  return search;
}

function NoRuns({ filtered }: { readonly filtered: boolean }) {
  if (!filtered) {
    return (
      <FirstSteps title="No run yet" programs={firstRun} awaited="the first run">
        A run appears here as soon as a flow is called, with its tasks, its log and its result.
      </FirstSteps>
    );
  }
  return (
    <Empty title="No run matches">
      <p>No runs meet all conditions of the filter.</p>
      <Link to="/runs" className={`${buttonClass()} mt-3`}>
        <Icon name="close" className="size-3.5" /> Clear the filter
      </Link>
    </Empty>
  );
}
