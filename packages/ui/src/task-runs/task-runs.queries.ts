import type { listTaskRuns } from "@ostinato/protocol";
import { type InfiniteData, infiniteQueryOptions, type QueryClient } from "@tanstack/react-query";
import { call } from "../api/api.ts";
import type { TaskRunList } from "../api/types.ts";
import { type TaskRunsSearch, taskRunCriteria } from "./task-runs-search.ts";

const pageSize = 100;

export function taskRunListQuery(search: TaskRunsSearch) {
  return infiniteQueryOptions({
    queryKey: ["task-runs", "list", search],
    queryFn: ({ pageParam, signal }) =>
      call<typeof listTaskRuns>("POST /ui/task_runs/list", {
        body: {
          ...taskRunCriteria(search),
          sort: search.sort ?? "EXPECTED_START_TIME_DESC",
          limit: pageSize,
          cursor: pageParam,
          count: pageParam === null,
        },
        signal,
      }),
    initialPageParam: null as string | null,
    getNextPageParam: (last: TaskRunList) => last.next_cursor,
  });
}

/** Reads the beginning of the lists again; later pages are read again by scrolling. */
export async function readTaskRunsAnew(queryClient: QueryClient): Promise<void> {
  queryClient.setQueriesData<InfiniteData<TaskRunList, string | null>>({ queryKey: ["task-runs", "list"] }, (pages) =>
    pages === undefined ? pages : { pages: pages.pages.slice(0, 1), pageParams: pages.pageParams.slice(0, 1) },
  );
  await queryClient.invalidateQueries({ queryKey: ["task-runs"] });
}
