import type { FetchInfiniteQueryOptions, FetchQueryOptions } from "@tanstack/react-query";
import { createRootRoute, createRoute, createRouter, lazyRouteComponent, redirect } from "@tanstack/react-router";
import { parseSearch, stringifySearch } from "./address.ts";
import { readArtifactListSearch, readArtifactSearch } from "./artifacts/artifacts-search.ts";
import { basePath } from "./base-path.ts";
import { loadMenu } from "./components/menu.tsx";
import { DashboardPage } from "./dashboard/dashboard-page.tsx";
import { readDashboardSearch } from "./dashboard/dashboard-search.ts";
import { takeEarlyAnswer } from "./early.ts";
import { asked, type FirstQuery, type FirstQuestions, firstQuestions } from "./first-questions.ts";
import { FlowRunPage } from "./flow-run/flow-run-page.tsx";
import { readFlowRunSearch } from "./flow-run/flow-run-search.ts";
import { startGraph } from "./flow-run/graph/graph-loading.ts";
import { readFlowListSearch, readFlowSearch } from "./flows/flows-search.ts";
import { ErrorPage } from "./frame/error-page.tsx";
import { Frame } from "./frame/frame.tsx";
import { NotFound } from "./frame/not-found.tsx";
import { queryClient } from "./query-client.ts";
import { RunsPage } from "./runs/runs-page.tsx";
import { readRunsSearch } from "./runs/runs-search.ts";
import { readTaskRunSearch } from "./task-run/task-run-search.ts";
import { readTaskRunsSearch } from "./task-runs/task-runs-search.ts";

/** Parts of the pages that are loaded first: they come beside the data that they show. */
const charts = {
  dashboard: () => import("./dashboard/history-chart.tsx"),
  runs: () => import("./runs/run-charts.tsx"),
};
/** Parts that somebody may ask for. */
const dialogs = [
  loadMenu,
  () => import("./components/dialog.tsx"),
  () => import("./runs/bulk-bar.tsx"),
  () => import("./runs/csv-export.ts"),
  () => import("./runs/saved-search-dialogs.tsx"),
];

const pages = {
  taskRun: () => import("./task-run/task-run-page.tsx"),
  taskRuns: () => import("./task-runs/task-runs-page.tsx"),
  flows: () => import("./flows/flows-page.tsx"),
  flow: () => import("./flows/flow-page.tsx"),
  artifacts: () => import("./artifacts/artifacts-page.tsx"),
  artifactKey: () => import("./artifacts/artifact-key-page.tsx"),
  artifact: () => import("./artifacts/artifact-page.tsx"),
  settings: () => import("./settings/settings-page.tsx"),
};

/** Room for the page that was asked for: what it shows first comes before what it may show one day. */
const restMs = 300;

/**
 * Brings the other pages when this one is shown and nothing else is to do: they are small, open at once then, and open
 * also when the server is away or was replaced by a newer one, whose files have other names.
 */
export function fetchOtherPages(): void {
  const whenIdle = globalThis.requestIdleCallback ?? ((run: () => void) => setTimeout(run, 1000));
  const parts = [...Object.values(pages), ...Object.values(charts), ...dialogs];
  const fetchWhenShown = () =>
    whenIdle(() => {
      if (queryClient.isFetching() > 0) setTimeout(fetchWhenShown, restMs);
      else void Promise.allSettled(parts.map((part) => part()));
    });
  addEventListener("load", () => setTimeout(fetchWhenShown, restMs));
}

// The three pages that people open are part of what is loaded first: one request less in a row. The others come on demand.
// A loader only starts the reading: the page shows its frame at once and fills itself. Hovering a link runs it too.

function begin({ queries }: FirstQuestions): void {
  for (const query of queries) void prefetch(withEarlyAnswer(query));
}

/** What failed early is asked again, so that the page says why. */
function withEarlyAnswer(query: FirstQuery): FirstQuery {
  const early = takeEarlyAnswer(query.queryKey);
  if (early === undefined) return query;
  return { ...query, queryFn: (context: object) => early.catch(() => asked(query, context)) };
}

function prefetch(query: FirstQuery): Promise<void> {
  if (!("initialPageParam" in query)) return queryClient.prefetchQuery(query as FetchQueryOptions);
  return queryClient.prefetchInfiniteQuery(query as FetchInfiniteQueryOptions);
}

const rootRoute = createRootRoute({ component: Frame, notFoundComponent: NotFound, errorComponent: ErrorPage });

const indexRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: "/",
  beforeLoad: () => {
    throw redirect({ to: "/dashboard", replace: true });
  },
});

const dashboardRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: "/dashboard",
  validateSearch: readDashboardSearch,
  loaderDeps: ({ search }) => search,
  loader: ({ deps }) => {
    void charts.dashboard();
    begin(firstQuestions.dashboard(deps));
  },
  component: DashboardPage,
});

const runsRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: "/runs",
  validateSearch: readRunsSearch,
  loaderDeps: ({ search }) => search,
  loader: ({ deps }) => {
    void charts.runs();
    begin(firstQuestions.runs(deps));
  },
  component: RunsPage,
});

const taskRunsRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: "/runs/task-runs",
  validateSearch: readTaskRunsSearch,
  loaderDeps: ({ search }) => search,
  loader: ({ deps }) => begin(firstQuestions.taskRuns(deps)),
  component: lazyRouteComponent(pages.taskRuns, "TaskRunsPage"),
});

const flowRunRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: "/runs/flow-run/$id",
  validateSearch: readFlowRunSearch,
  beforeLoad: ({ search }) => {
    if (search.view === "graph") startGraph();
  },
  loader: ({ params }) => begin(firstQuestions.flowRun(params.id)),
  component: FlowRunPage,
});

const taskRunRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: "/runs/task-run/$id",
  validateSearch: readTaskRunSearch,
  loader: ({ params }) => begin(firstQuestions.taskRun(params.id)),
  component: lazyRouteComponent(pages.taskRun, "TaskRunPage"),
});

// Addresses of older clients of the field.
const oldFlowRunRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: "/flow-runs/flow-run/$id",
  beforeLoad: ({ params }) => {
    throw redirect({ to: "/runs/flow-run/$id", params, replace: true });
  },
});
const oldTaskRunRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: "/flow-runs/task-run/$id",
  beforeLoad: ({ params }) => {
    throw redirect({ to: "/runs/task-run/$id", params, replace: true });
  },
});

const flowsRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: "/flows",
  validateSearch: readFlowListSearch,
  loaderDeps: ({ search }) => search,
  loader: ({ deps }) => begin(firstQuestions.flows(deps)),
  component: lazyRouteComponent(pages.flows, "FlowsPage"),
});

const flowRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: "/flows/flow/$id",
  validateSearch: readFlowSearch,
  loaderDeps: ({ search }) => ({ days: search.days }),
  loader: ({ params, deps }) => begin(firstQuestions.flow(params.id, deps.days)),
  component: lazyRouteComponent(pages.flow, "FlowPage"),
});

const artifactsRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: "/artifacts",
  validateSearch: readArtifactListSearch,
  loaderDeps: ({ search }) => search,
  loader: ({ deps }) => begin(firstQuestions.artifacts(deps)),
  component: lazyRouteComponent(pages.artifacts, "ArtifactsPage"),
});

const artifactKeyRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: "/artifacts/key/$key",
  validateSearch: readArtifactSearch,
  loader: ({ params }) => begin(firstQuestions.artifactKey(params.key)),
  component: lazyRouteComponent(pages.artifactKey, "ArtifactKeyPage"),
});

const artifactRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: "/artifacts/artifact/$id",
  loader: ({ params }) => begin(firstQuestions.artifact(params.id)),
  component: lazyRouteComponent(pages.artifact, "ArtifactPage"),
});

const settingsRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: "/settings",
  loader: () => begin(firstQuestions.settings()),
  component: lazyRouteComponent(pages.settings, "SettingsPage"),
});

const routeTree = rootRoute.addChildren([
  indexRoute,
  dashboardRoute,
  runsRoute,
  taskRunsRoute,
  flowRunRoute,
  taskRunRoute,
  oldFlowRunRoute,
  oldTaskRunRoute,
  flowsRoute,
  flowRoute,
  artifactsRoute,
  artifactKeyRoute,
  artifactRoute,
  settingsRoute,
]);

export const router = createRouter({
  routeTree,
  basepath: basePath,
  parseSearch,
  stringifySearch,
  defaultPreload: "intent",
  defaultPreloadDelay: 60,
  // Freshness is the query client's business.
  defaultPreloadStaleTime: 0,
  defaultNotFoundComponent: NotFound,
  defaultErrorComponent: ErrorPage,
  scrollRestoration: true,
  scrollToTopSelectors: ["#main"],
  trailingSlash: "never",
});

declare module "@tanstack/react-router" {
  interface Register {
    router: typeof router;
  }
}
