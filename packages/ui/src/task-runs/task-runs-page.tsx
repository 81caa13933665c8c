import { nameInTaskKey } from "@ostinato/core";
import { keepPreviousData, useInfiniteQuery } from "@tanstack/react-query";
import { getRouteApi, Link } from "@tanstack/react-router";
import { type ReactNode, useCallback, useMemo, useRef } from "react";
import type { TaskRunRow } from "../api/types.ts";
import { buttonClass } from "../components/button.tsx";
import { useColumnChoice } from "../components/column-choice.ts";
import { ColumnMenu } from "../components/column-menu.tsx";
import { CsvButton, totalAmount, totalOf } from "../components/csv-button.tsx";
import { Empty } from "../components/empty.tsx";
import { Failure } from "../components/failure.tsx";
import { SearchField } from "../components/field.tsx";
import { filterClass } from "../components/filter-button.tsx";
import { Icon } from "../components/icon.tsx";
import { NewRows } from "../components/new-rows.tsx";
import { Page } from "../components/page.tsx";
import { Skeleton } from "../components/skeleton.tsx";
import { SortMenu } from "../components/sort-menu.tsx";
import { FirstSteps } from "../first-steps/first-steps.tsx";
import { firstRun } from "../first-steps/programs.ts";
import { KindsOfRuns } from "../runs/kinds-of-runs.tsx";
import { isOfFailures } from "../runs/run-columns.tsx";
import { FlowFilter, StateFilter, TagFilter, TimeFilter } from "../runs/run-filters.tsx";
import { timeSpans } from "../runs/runs-search.ts";
import { SavedSearchMenu } from "../runs/saved-search-menu.tsx";
import { useLiveTaskRuns } from "./live-task-runs.ts";
import { RecentTaskRuns } from "./recent-task-runs.tsx";
import { failureColumns, taskRunColumns, usualColumns } from "./task-run-columns.tsx";
import { TaskRunList, taskRunName } from "./task-run-list.tsx";
import { pageSize, taskRunCounts, taskRunListQuery } from "./task-runs.queries.ts";
import {
  isNarrowed,
  readTaskRunsSearch,
  type TaskRunSort,
  type TaskRunsSearch,
  type TaskRunsSearchChange,
} from "./task-runs-search.ts";

const route = getRouteApi("/runs/task-runs");

export function TaskRunsPage() {
  const search = route.useSearch();
  const navigate = route.useNavigate();
  const list = useInfiniteQuery({ ...taskRunListQuery(search), placeholderData: keepPreviousData });
  const table = useRef<HTMLDivElement>(null);
  const news = useLiveTaskRuns(search, table);
  const columns = useColumnChoice(isOfFailures(search.state) ? failureColumns : taskRunColumns, {
    storageKey: "ostinato.task-run-columns",
    usual: usualColumns(search),
  });
  const runs = useMemo(() => list.data?.pages.flatMap((page) => page.results) ?? [], [list.data]);
  const change = useCallback(
    (next: TaskRunsSearchChange) =>
      void navigate({ search: (before) => readTaskRunsSearch({ ...before, ...next }), resetScroll: false }),
    [navigate],
  );
  const total = totalOf(list.data);
  const sort = {
    value: search.sort ?? "EXPECTED_START_TIME_DESC",
    onChange: (by: TaskRunSort) => change({ sort: by === "EXPECTED_START_TIME_DESC" ? undefined : by }),
  };
  const { fetchNextPage, hasNextPage, isFetchingNextPage } = list;
  const more = useCallback(() => {
    if (hasNextPage && !isFetchingNextPage) void fetchNextPage();
  }, [fetchNextPage, hasNextPage, isFetchingNextPage]);
  return (
    <Page title="Task runs">
      <KindsOfRuns search={search} />
      <div className="flex flex-wrap items-start gap-2 sm:flex-nowrap">
        <Filters search={search} onChange={change} runs={runs} />
        <span className="flex shrink-0 items-center gap-1 sm:ml-auto">
          <SortMenu name={taskRunName} columns={taskRunColumns} sort={sort} />
          <SavedSearchMenu
            of="task_run"
            filter={search}
            isFiltered={isNarrowed(search)}
            onOpen={(saved) => void navigate({ search: readTaskRunsSearch(saved) })}
          />
          <ColumnMenu columns={taskRunColumns} shown={columns.shown} onChange={columns.choose} />
          <CsvButton
            file="task-runs.csv"
            noun="task run"
            total={total}
            exportRows={async (options) => (await import("./task-run-csv.ts")).exportTaskRuns(search, options)}
          />
        </span>
      </div>
      {list.isError ? (
        <Failure error={list.error} what="The list of task runs" onRetry={() => void list.refetch()} />
      ) : null}
      {runs.length === 0 && !list.isPending ? null : (
        // The height of the chart, so that nothing moves when it loads.
        <div className="min-h-[136px]">{runs.length === 0 ? null : <RecentTaskRuns runs={runs} />}</div>
      )}
      {list.isPending ? <Skeleton rows={14} height={34} /> : null}
      {list.isSuccess && runs.length === 0 ? <NoTaskRuns narrowed={isNarrowed(search)} /> : null}
      {runs.length === 0 ? null : (
        <div className={`relative flex flex-col gap-1.5 ${list.isPlaceholderData ? "opacity-60" : ""}`}>
          <p className="text-xs text-faint" role="status">
            {total === undefined ? "" : totalAmount(total, "task run")}
          </p>
          <NewRows waiting={news.waiting.size} isMore={news.waiting.size >= pageSize} onShow={news.show} />
          <TaskRunList runs={runs} columns={columns.shown} sort={sort} onEnd={more} list={table} />
          {isFetchingNextPage ? <Skeleton rows={2} height={34} /> : null}
        </div>
      )}
    </Page>
  );
}

function Filters(props: {
  readonly search: TaskRunsSearch;
  readonly onChange: (change: TaskRunsSearchChange) => void;
  readonly runs: readonly TaskRunRow[];
}) {
  const { search, onChange, runs } = props;
  const tags = useMemo(() => [...new Set(runs.flatMap((run) => run.tags))].sort(), [runs]);
  return (
    <div className="flex min-w-0 flex-wrap items-center gap-1.5">
      <SearchField
        label="Filter by name"
        value={search.q ?? ""}
        onChange={(q) => onChange({ q: q === "" ? undefined : q })}
        className="w-44"
      />
      <StateFilter search={search} onChange={onChange} counts={taskRunCounts(search)} />
      <FlowFilter search={search} onChange={onChange} counts={taskRunCounts(search)} />
      <TimeFilter range={{ since: search.since, until: search.until }} spans={timeSpans} anyTime onChange={onChange} />
      <button
        type="button"
        aria-pressed={search.background === "yes"}
        className={filterClass(search.background === "yes")}
        onClick={() => onChange({ background: search.background === "yes" ? undefined : "yes" })}
      >
        <Icon name="background" className="size-3.5" /> Background
      </button>
      <TagFilter search={search} onChange={onChange} known={tags} />
      {search.runTag === undefined ? null : (
        <Chosen leave="Whatever the tags of the run" onLeave={() => onChange({ runTag: undefined })}>
          In runs tagged {search.runTag.join(", ")}
        </Chosen>
      )}
      {search.task === undefined ? null : (
        <Chosen leave="Of all tasks" onLeave={() => onChange({ task: undefined })}>
          Of the task <span dir="auto">{nameInTaskKey(search.task)}</span>
        </Chosen>
      )}
      {search.ended === undefined ? null : (
        <Chosen leave="Whenever they ended" onLeave={() => onChange({ ended: undefined })}>
          {endedText(search.ended)}
        </Chosen>
      )}
      {isNarrowed(search) ? (
        <Link to="/runs/task-runs" className={buttonClass("ghost")}>
          Clear
        </Link>
      ) : null}
    </div>
  );
}

/** A condition that another page has set, which can only be left out here. */
function Chosen(props: { readonly children: ReactNode; readonly leave: string; readonly onLeave: () => void }) {
  return (
    <button type="button" className={filterClass(true)} onClick={props.onLeave}>
      <span className="max-w-48 truncate">{props.children}</span>
      <Icon name="close" className="size-3" />
      <span className="sr-only">{props.leave}</span>
    </button>
  );
}

function endedText(ended: string): string {
  const span = timeSpans.find(({ value }) => value === ended);
  return span === undefined ? `Ended since ${ended}` : `Ended in the ${span.label.toLowerCase()}`;
}

function NoTaskRuns({ narrowed }: { readonly narrowed: boolean }) {
  if (!narrowed) {
    return (
      <FirstSteps title="No task run yet" programs={firstRun} awaited="the first task run">
        A task run appears here as soon as a flow calls a task, with its inputs, attempts and result.
      </FirstSteps>
    );
  }
  return (
    <Empty title="No task run matches">
      <p>No task runs meet all conditions of the filter.</p>
      <Link to="/runs/task-runs" className={`${buttonClass()} mt-3`}>
        <Icon name="close" className="size-3.5" /> Clear the filter
      </Link>
    </Empty>
  );
}
