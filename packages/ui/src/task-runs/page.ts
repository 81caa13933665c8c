import { definePage } from "../define-page.ts";
import { taskRunListQuery } from "./task-runs.queries.ts";
import { readTaskRunsSearch } from "./task-runs-search.ts";

export const taskRunsPage = definePage({
  path: "/runs/task-runs",
  within: "/runs",
  search: readTaskRunsSearch,
  questions: ({ search }) => [taskRunListQuery(search)],
  topic: () => ({ kind: "flow-runs" }),
  load: () => import("./task-runs-page.tsx").then((module) => module.TaskRunsPage),
});
