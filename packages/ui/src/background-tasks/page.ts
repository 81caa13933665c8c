import { definePage } from "../define-page.ts";
import { backgroundTasksQuery } from "./background-tasks.queries.ts";
import { readBackgroundTasksSearch } from "./background-tasks-search.ts";

export const backgroundTasksPage = definePage({
  path: "/background-tasks",
  search: readBackgroundTasksSearch,
  questions: ({ search }) => [backgroundTasksQuery(search)],
  topic: () => ({ kind: "background-tasks" }),
  nav: { label: "Background tasks", icon: "background", shortcut: "t" },
  load: () => import("./background-tasks-page.tsx").then((module) => module.BackgroundTasksPage),
});
