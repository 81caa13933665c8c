import type { listTaskRuns } from "@ostinato/protocol";
import { type InfiniteData, infiniteQueryOptions, type QueryClient } from "@tanstack/react-query";
import { call } from "../api/api.ts";
import type { TaskRunList, TaskRunRow } from "../api/types.ts";
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
      ...taskRunCriteria(search),
      background: search.background === undefined ? null : search.background === "yes",
      sort: search.sort ?? "EXPECTED_START_TIME_DESC",
      limit,
      cursor,
      count: cursor === null,
    },
    ...(signal === undefined ? {} : { signal }),
  });
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
