import type { readTaskRunPage } from "@ostinato/protocol";
import { queryOptions } from "@tanstack/react-query";
import { call } from "../api/api.ts";

export function taskRunQuery(id: string) {
  return queryOptions({
    queryKey: ["task-run", id],
    queryFn: ({ signal }) => call<typeof readTaskRunPage>("GET /ui/task_runs/{id}/page", { params: { id }, signal }),
  });
}
