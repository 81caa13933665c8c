import { definePage } from "../define-page.ts";
import { dashboardQuery } from "./dashboard.queries.ts";
import { readDashboardSearch } from "./dashboard-search.ts";

const loadChart = () => import("./history-chart.tsx");

export const dashboardPage = definePage({
  path: "/dashboard",
  formerPaths: ["/"],
  search: readDashboardSearch,
  questions: ({ search }) => [dashboardQuery(search)],
  topic: () => ({ kind: "flow-runs" }),
  nav: { label: "Dashboard", icon: "dashboard", shortcut: "d" },
  load: () => import("./dashboard-page.tsx").then((module) => module.DashboardPage),
  beside: () => [loadChart],
  later: [loadChart],
});
