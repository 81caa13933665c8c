import { keepPreviousData, useInfiniteQuery, useQueryClient } from "@tanstack/react-query";
import { getRouteApi, Link } from "@tanstack/react-router";
import { useCallback, useEffect, useMemo, useRef, useState } from "react";
import { useLive } from "../api/live.ts";
import type { TaskRunList as Answer, TaskRunRow } from "../api/types.ts";
import { Button, buttonClass } from "../components/button.tsx";
import { Empty } from "../components/empty.tsx";
import { Failure } from "../components/failure.tsx";
import { SearchField, Select } from "../components/field.tsx";
import { filterClass } from "../components/filter-button.tsx";
import { Icon } from "../components/icon.tsx";
import { Page } from "../components/page.tsx";
import { Skeleton } from "../components/skeleton.tsx";
import { FirstSteps } from "../first-steps/first-steps.tsx";
import { firstRun } from "../first-steps/programs.ts";
import { amount, count } from "../format.ts";
import { KindsOfRuns } from "../runs/kinds-of-runs.tsx";
import { FlowFilter, StateFilter, TagFilter, TimeFilter } from "../runs/run-filters.tsx";
import { timeSpans } from "../runs/runs-search.ts";
import { TaskRunList } from "./task-run-list.tsx";
import { readTaskRunsAnew, taskRunListQuery } from "./task-runs.queries.ts";
import {
  isNarrowed,
  readTaskRunsSearch,
  type TaskRunsSearch,
  type TaskRunsSearchChange,
  taskRunSorts,
} from "./task-runs-search.ts";

const route = getRouteApi("/runs/task-runs");
/** The list is read again at most this often while task runs change. */
const restMs = 1000;

export function TaskRunsPage() {
  const search = route.useSearch();
  const navigate = route.useNavigate();
  const list = useInfiniteQuery({ ...taskRunListQuery(search), placeholderData: keepPreviousData });
  const news = useNews();
  const runs = useMemo(() => list.data?.pages.flatMap((page) => page.results) ?? [], [list.data]);
  const change = useCallback(
    (next: TaskRunsSearchChange) =>
      void navigate({ search: (before) => readTaskRunsSearch({ ...before, ...next }), resetScroll: false }),
    [navigate],
  );
  const { fetchNextPage, hasNextPage, isFetchingNextPage } = list;
  const more = useCallback(() => {
    if (hasNextPage && !isFetchingNextPage) void fetchNextPage();
  }, [fetchNextPage, hasNextPage, isFetchingNextPage]);
  return (
    <Page title="Task runs">
      <KindsOfRuns search={search} />
      <Filters search={search} onChange={change} runs={runs} />
      {list.isError ? (
        <Failure error={list.error} what="The list of task runs" onRetry={() => void list.refetch()} />
      ) : null}
      {list.isPending ? <Skeleton rows={14} height={34} /> : null}
      {list.isSuccess && runs.length === 0 ? <NoTaskRuns narrowed={isNarrowed(search)} /> : null}
      {runs.length === 0 ? null : (
        <div className={`relative flex flex-col gap-1.5 ${list.isPlaceholderData ? "opacity-60" : ""}`}>
          <p className="text-xs text-faint" role="status">
            {totalOf(list.data?.pages[0])}
          </p>
          {news.waiting ? (
            <Button
              look="primary"
              icon="arrowUp"
              className="sticky top-2 z-20 self-center rounded-full shadow-pop"
              onClick={news.show}
            >
              Show what is new
            </Button>
          ) : null}
          <TaskRunList runs={runs} onEnd={more} />
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
      <StateFilter search={search} onChange={onChange} />
      <FlowFilter search={search} onChange={onChange} />
      <TimeFilter range={{ since: search.since, until: search.until }} spans={timeSpans} anyTime onChange={onChange} />
      <TagFilter search={search} onChange={onChange} known={tags} />
      {search.runTag === undefined ? null : (
        <button type="button" className={filterClass(true)} onClick={() => onChange({ runTag: undefined })}>
          <span className="max-w-48 truncate">In runs tagged {search.runTag.join(", ")}</span>
          <Icon name="close" className="size-3" />
          <span className="sr-only">Whatever the tags of the run</span>
        </button>
      )}
      {isNarrowed(search) ? (
        <Link to="/runs/task-runs" className={buttonClass("ghost")}>
          Clear
        </Link>
      ) : null}
      <Select
        label="Order"
        value={search.sort ?? "EXPECTED_START_TIME_DESC"}
        onChange={(sort) => onChange({ sort: sort === "EXPECTED_START_TIME_DESC" ? undefined : sort })}
        options={taskRunSorts}
      />
    </div>
  );
}

/**
 * Follows changes. The list is read again while its top is visible; otherwise changes wait behind a button, so that the page does not jump.
 */
function useNews() {
  const queryClient = useQueryClient();
  const [waiting, setWaiting] = useState(false);
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  useEffect(() => () => clearTimeout(timer.current), []);
  const show = () => {
    setWaiting(false);
    void readTaskRunsAnew(queryClient);
    document.getElementById("main")?.scrollTo({ top: 0 });
  };
  const later = () => {
    timer.current ??= setTimeout(() => {
      timer.current = undefined;
      if ((document.getElementById("main")?.scrollTop ?? 0) < 120) void readTaskRunsAnew(queryClient);
      else setWaiting(true);
    }, restMs);
  };
  useLive({ kind: "flow-runs" }, { onChanges: later, onResync: later });
  return { waiting, show };
}

function totalOf(first: Answer | undefined): string {
  if (first === undefined || first.count === null) return "";
  return first.count_capped ? `${count(first.count)}+ task runs` : amount(first.count, "task run");
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
