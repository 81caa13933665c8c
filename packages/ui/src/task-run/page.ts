import { definePage } from "../define-page.ts";
import { taskRunQuery } from "./task-run.queries.ts";
import { readTaskRunSearch } from "./task-run-search.ts";

export const taskRunPage = definePage({
  path: "/runs/task-run/$id",
  formerPaths: ["/flow-runs/task-run/$id"],
  within: "/runs",
  search: readTaskRunSearch,
  searchDeps: () => ({}),
  questions: ({ params }) => [taskRunQuery(params.id)],
  topic: ({ id }) => ({ kind: "task-run", task_run_id: id }),
  hits: { kind: "task-run", label: "Task runs", icon: "runs" },
  load: () => import("./task-run-page.tsx").then((module) => module.TaskRunPage),
});
