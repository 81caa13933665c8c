import type { countTaskRunsByFlow, countTaskRunsByState, listTaskRuns } from "@ostinato/protocol";
import { type InfiniteData, infiniteQueryOptions, type QueryClient, queryOptions } from "@tanstack/react-query";
import { present } from "../address.ts";
import { call } from "../api/api.ts";
import type { TaskRunList, TaskRunRow } from "../api/types.ts";
import type { FilterCounts, FlowCounts, StateCounts } from "../runs/filter-counts.ts";
import { type TaskRunsSearch, taskRunCriteria } from "./task-runs-search.ts";

export type TaskRunPages = InfiniteData<TaskRunList, string | null>;

export const pageSize = 100;
const maxPageSize = 200;

export function taskRunListQuery(search: TaskRunsSearch) {
  return infiniteQueryOptions({
    queryKey: ["task-runs", "list", search],
    queryFn: ({ pageParam, signal }) => readPage(search, { cursor: pageParam, signal }),
    initialPageParam: null as string | null,
    getNextPageParam: (last: TaskRunList) => last.next_cursor,
  });
}

/** A page of the list, the first one with the count. */
export function readPage(
  search: TaskRunsSearch,
  { cursor, ...rest }: { readonly cursor: string | null; readonly limit?: number; readonly signal?: AbortSignal },
): Promise<TaskRunList> {
  const { limit = pageSize, signal } = rest;
  return call<typeof listTaskRuns>("POST /ui/task_runs/list", {
    body: {
      ...filterOf(search),
      sort: search.sort ?? "EXPECTED_START_TIME_DESC",
      limit,
      cursor,
      count: cursor === null,
    },
    ...(signal === undefined ? {} : { signal }),
  });
}

function filterOf(search: TaskRunsSearch) {
  return {
    ...taskRunCriteria(search),
    background: search.background === undefined ? null : search.background === "yes",
    task_key: search.task ?? null,
  };
}

/** How many task runs each state and flow of a filter's menus would find. */
export function taskRunCounts({ sort: _sort, ...search }: TaskRunsSearch): FilterCounts {
  const { state, flow, ...rest } = search;
  const [anyState, anyFlow] = [present({ ...rest, flow }), present({ ...rest, state })];
  return {
    noun: "task run",
    byState: queryOptions<StateCounts>({
      queryKey: ["task-runs", "count-by-state", anyState],
      queryFn: ({ signal }) =>
        call<typeof countTaskRunsByState>("POST /ui/task_runs/count_by_state", { body: filterOf(anyState), signal }),
    }),
    byFlow: queryOptions<FlowCounts>({
      queryKey: ["task-runs", "count-by-flow", anyFlow],
      queryFn: ({ signal }) =>
        call<typeof countTaskRunsByFlow>("POST /ui/task_runs/count_by_flow", { body: filterOf(anyFlow), signal }),
    }),
  };
}

/** The rows with these ids, as many as one answer holds. */
export async function readTaskRuns(ids: readonly string[]): Promise<readonly TaskRunRow[]> {
  if (ids.length === 0) return [];
  const reply = await call<typeof listTaskRuns>("POST /ui/task_runs/list", {
    body: { task_runs: { id: { any_: ids.slice(0, maxPageSize) } }, limit: maxPageSize },
  });
  return reply.results;
}

/** All task runs of a filter, page after page: at most `most`. */
export async function* taskRunPagesOf(
  search: TaskRunsSearch,
  { most, signal }: { readonly most: number; readonly signal: AbortSignal },
): AsyncGenerator<readonly TaskRunRow[]> {
  let cursor: string | null = null;
  for (let left = most; left > 0; ) {
    const page: TaskRunList = await readPage(search, { cursor, limit: Math.min(left, maxPageSize), signal });
    yield page.results;
    left -= page.results.length;
    cursor = page.next_cursor;
    if (cursor === null) return;
  }
}

/** Reads the beginning of the lists again; later pages are read again by scrolling. */
export async function readTaskRunsAnew(queryClient: QueryClient): Promise<void> {
  queryClient.setQueriesData<TaskRunPages>({ queryKey: ["task-runs", "list"] }, (pages) =>
    pages === undefined ? pages : { pages: pages.pages.slice(0, 1), pageParams: pages.pageParams.slice(0, 1) },
  );
  await queryClient.invalidateQueries({ queryKey: ["task-runs"] });
}
