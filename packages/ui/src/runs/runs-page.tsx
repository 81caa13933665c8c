import { keepPreviousData, useInfiniteQuery, useQuery, useQueryClient } from "@tanstack/react-query";
import { getRouteApi, Link } from "@tanstack/react-router";
import { useCallback, useEffect, useMemo, useState } from "react";
import { useLive } from "../api/live.ts";
import type { FlowRunList, FlowRunPoint, FlowRunRow, LiveChange } from "../api/types.ts";
import { Button, buttonClass, IconButton } from "../components/button.tsx";
import { Empty } from "../components/empty.tsx";
import { Failure } from "../components/failure.tsx";
import { Icon } from "../components/icon.tsx";
import { onDemand } from "../components/on-demand.tsx";
import { Page } from "../components/page.tsx";
import { Skeleton } from "../components/skeleton.tsx";
import { FirstSteps } from "../first-steps/first-steps.tsx";
import { firstRun } from "../first-steps/programs.ts";
import { ColumnMenu } from "./column-menu.tsx";
import { CsvButton, type RunTotal, totalText } from "./csv-button.tsx";
import { KindsOfRuns } from "./kinds-of-runs.tsx";
import { runColumns, storeColumns, storedColumns, usualColumns } from "./run-columns.tsx";
import { RunFilters } from "./run-filters.tsx";
import { RunList } from "./run-list.tsx";
import { applyToList, pointOf, type RunPages, readRunsAnew, runListQuery, runPointsQuery } from "./runs.queries.ts";
import {
  filterOf,
  isFiltered,
  maxPoints,
  type RunsSearch,
  type RunsSearchChange,
  readRunsSearch,
} from "./runs-search.ts";
import { SavedSearchMenu } from "./saved-search-menu.tsx";

const BulkBar = onDemand(() => import("./bulk-bar.tsx").then((module) => module.BulkBar));
const RunCharts = onDemand(() => import("./run-charts.tsx").then((module) => module.RunCharts));

const route = getRouteApi("/runs");
const nothing: ReadonlySet<string> = new Set();
const noRuns: ReadonlyMap<string, FlowRunRow> = new Map();

export function RunsPage() {
  const search = route.useSearch();
  const navigate = route.useNavigate();
  const list = useInfiniteQuery({ ...runListQuery(search), placeholderData: keepPreviousData });
  const points = useQuery({ ...runPointsQuery(search), placeholderData: keepPreviousData });
  const arrivals = useLiveList(search);
  const [chosen, setChosen] = useState(noRuns);
  const [selecting, setSelecting] = useState(false);
  const [ownColumns, setOwnColumns] = useState(storedColumns);
  const columnIds = ownColumns ?? usualColumns(search);
  const columns = runColumns.filter((column) => columnIds.includes(column.id));
  const runs = useMemo(() => list.data?.pages.flatMap((page) => page.results) ?? [], [list.data]);
  const tags = useMemo(() => [...new Set(runs.flatMap((run) => run.tags))].sort(), [runs]);
  const change = useCallback(
    (next: RunsSearchChange) =>
      void navigate({ search: (before) => readRunsSearch({ ...before, ...next }), resetScroll: false }),
    [navigate],
  );
  const { fetchNextPage, hasNextPage, isFetchingNextPage } = list;
  const more = useCallback(() => {
    if (hasNextPage && !isFetchingNextPage) void fetchNextPage();
  }, [fetchNextPage, hasNextPage, isFetchingNextPage]);
  const filter = JSON.stringify(filterOf(search));
  // Nothing that is out of sight stays selected.
  // biome-ignore lint/correctness/useExhaustiveDependencies: of another filter
  useEffect(() => setChosen(noRuns), [filter]);
  const total = totalOf(list.data);
  const choose = (ids: ReadonlySet<string>) => {
    const loaded = new Map(runs.map((run) => [run.id, run]));
    setChosen(
      new Map(
        [...ids].flatMap((id) => {
          const run = loaded.get(id) ?? chosen.get(id);
          return run === undefined ? [] : [[id, run] as const];
        }),
      ),
    );
  };
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
              setChosen(noRuns);
            }}
          />
          <SavedSearchMenu search={search} />
          <ColumnMenu
            columns={runColumns}
            shown={columnIds}
            onChange={(ids) => {
              storeColumns(ids);
              setOwnColumns(ids);
            }}
          />
          <CsvButton search={search} total={total} />
        </span>
      </div>
      {list.isError ? <Failure error={list.error} what="The list of runs" onRetry={() => void list.refetch()} /> : null}
      {list.isSuccess && runs.length === 0 ? (
        <NoRuns filtered={isFiltered(search)} />
      ) : (
        // As high as the charts, so that nothing moves when they come.
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
            {total === undefined ? "" : `${totalText(total)} ${total.count === 1 ? "run" : "runs"}`}
          </p>
          {arrivals.waiting === 0 ? null : (
            <Button
              look="primary"
              icon="arrowUp"
              className="sticky top-2 z-20 self-center rounded-full shadow-pop"
              onClick={arrivals.show}
            >
              {arrivals.waiting} new
            </Button>
          )}
          <RunList
            runs={runs}
            columns={columns}
            fresh={arrivals.fresh}
            selection={{ chosen: new Set(chosen.keys()), onChange: choose, onNarrow: selecting }}
            sort={{ value: search.sort ?? "START_TIME_DESC", onChange: (sort) => change({ sort }) }}
            onEnd={more}
          />
          {isFetchingNextPage ? <Skeleton rows={2} height={34} /> : null}
        </div>
      )}
      {chosen.size === 0 ? null : (
        <BulkBar
          runs={withLatest(chosen, runs)}
          rest={isMore && runs.every((run) => chosen.has(run.id)) ? { search, total } : undefined}
          onSelect={(all) => setChosen(new Map(all.map((run) => [run.id, run])))}
          onDone={() => setChosen(noRuns)}
        />
      )}
    </Page>
  );
}

function totalOf(pages: { readonly pages: readonly FlowRunList[] } | undefined): RunTotal | undefined {
  const first = pages?.pages[0];
  if (first === undefined || first.count === null) return undefined;
  return { count: first.count, isMore: first.count_capped };
}

/** The selected runs as they are now, where the list has them. */
function withLatest(chosen: ReadonlyMap<string, FlowRunRow>, runs: readonly FlowRunRow[]): readonly FlowRunRow[] {
  const latest = new Map(chosen);
  for (const run of runs) if (latest.has(run.id)) latest.set(run.id, run);
  return [...latest.values()];
}

/**
 * Follows the list: rows that are shown change where they stand. What is new goes to the top when the top is in sight,
 * and waits behind a button when somebody has scrolled down, so that nothing jumps under the eyes.
 */
function useLiveList(search: RunsSearch) {
  const queryClient = useQueryClient();
  const [waiting, setWaiting] = useState<readonly FlowRunRow[]>([]);
  const [fresh, setFresh] = useState(nothing);
  const key = runListQuery(search).queryKey;
  const list = JSON.stringify(key);
  // biome-ignore lint/correctness/useExhaustiveDependencies: what waited belongs to the list before
  useEffect(() => setWaiting([]), [list]);
  const newestFirst = (search.sort ?? "START_TIME_DESC") === "START_TIME_DESC";

  const insert = (rows: readonly FlowRunRow[]) => {
    setFresh(new Set(rows.map((row) => row.id)));
    queryClient.setQueryData<RunPages>(key, (pages) => (pages === undefined ? pages : withFirst(pages, rows)));
  };
  const onChanges = (changes: readonly LiveChange[]) => {
    const pages = queryClient.getQueryData<RunPages>(key);
    if (pages === undefined) return;
    const result = applyToList(pages, changes, search);
    queryClient.setQueryData<RunPages>(key, result.pages);
    queryClient.setQueryData(runPointsQuery(search).queryKey, (points) =>
      points === undefined ? points : withPoints(points, changes, result.arrived),
    );
    if (result.arrived.length === 0) return;
    const main = document.getElementById("main");
    if (newestFirst && (main?.scrollTop ?? 0) < 120) insert(result.arrived);
    else
      setWaiting((before) => [
        ...result.arrived,
        ...before.filter((row) => !result.arrived.some((one) => one.id === row.id)),
      ]);
  };
  useLive({ kind: "flow-runs" }, { onChanges, onResync: () => void readRunsAnew(queryClient) });
  const show = () => {
    if (newestFirst) insert(waiting);
    else void queryClient.invalidateQueries({ queryKey: key });
    setWaiting([]);
    document.getElementById("main")?.scrollTo({ top: 0 });
  };
  return { waiting: waiting.length, fresh, show };
}

function withPoints(
  points: readonly FlowRunPoint[],
  changes: readonly LiveChange[],
  arrived: readonly FlowRunRow[],
): FlowRunPoint[] {
  const rows = new Map(
    changes.flatMap((change) => (change.kind === "flow-run" ? [[change.row.id, change.row] as const] : [])),
  );
  const gone = new Set(
    changes.flatMap((change) => (change.kind === "deleted" && change.of === "flow-run" ? [change.id] : [])),
  );
  const kept = points.flatMap((point) => {
    if (gone.has(point.id)) return [];
    const row = rows.get(point.id);
    return row === undefined ? point : pointOf(row);
  });
  const known = new Set(points.map((point) => point.id));
  return [...arrived.filter((row) => !known.has(row.id)).map(pointOf), ...kept].slice(0, maxPoints);
}

function withFirst(pages: RunPages, rows: readonly FlowRunRow[]): RunPages {
  const [first, ...rest] = pages.pages;
  if (first === undefined) return pages;
  const known = new Set(first.results.map((row) => row.id));
  const added = rows.filter((row) => !known.has(row.id));
  const count = first.count === null ? null : first.count + added.length;
  return { ...pages, pages: [{ ...first, count, results: [...added, ...first.results] }, ...rest] };
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
      <p>No run has everything that the filter asks for.</p>
      <Link to="/runs" className={`${buttonClass()} mt-3`}>
        <Icon name="close" className="size-3.5" /> Clear the filter
      </Link>
    </Empty>
  );
}
