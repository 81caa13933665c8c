import type { readBackgroundTasksPage } from "@ostinato/protocol";
import { queryOptions } from "@tanstack/react-query";
import { present } from "../address.ts";
import { call } from "../api/api.ts";
import type { BackgroundTasksSearch } from "./background-tasks-search.ts";

export function backgroundTasksQuery({ task }: BackgroundTasksSearch) {
  return queryOptions({
    queryKey: ["background-tasks", { task }],
    queryFn: ({ signal }) =>
      call<typeof readBackgroundTasksPage>("POST /ui/background_tasks/page", {
        body: present({ task_key: task }),
        signal,
      }),
  });
}
