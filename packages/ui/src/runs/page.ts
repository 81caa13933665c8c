import { definePage } from "../define-page.ts";
import { usualRunsSearch } from "./default-search.ts";
import { runListQuery, runPointsQuery } from "./runs.queries.ts";
import { readRunsSearch } from "./runs-search.ts";

const loadCharts = () => import("./run-charts.tsx");

export const runsPage = definePage({
  path: "/runs",
  search: readRunsSearch,
  questions: ({ search }) => [runListQuery(search), runPointsQuery(search)],
  topic: () => ({ kind: "flow-runs" }),
  nav: {
    label: "Runs",
    icon: "runs",
    shortcut: "r",
    usualSearch: usualRunsSearch,
    views: [
      { label: "Failed runs of the last 24 hours", search: { state: ["FAILED", "CRASHED"], since: "24h" } },
      { label: "Running now", search: { state: ["RUNNING"] } },
      { label: "Waiting for people", search: { state: ["PAUSED"] } },
      { label: "Waiting or late", search: { state: ["SCHEDULED", "PENDING"] } },
    ],
  },
  load: () => import("./runs-page.tsx").then((module) => module.RunsPage),
  beside: () => [loadCharts],
  later: [
    loadCharts,
    () => import("./bulk-bar.tsx"),
    () => import("./run-csv.ts"),
    () => import("./saved-search-dialogs.tsx"),
  ],
});
