import { useQuery, useQueryClient } from "@tanstack/react-query";
import { getRouteApi } from "@tanstack/react-router";
import { useEffect, useMemo, useRef } from "react";
import { useLive } from "../api/live.ts";
import type { Deployment, LiveChange, DeploymentPage as PageData } from "../api/types.ts";
import { Failure } from "../components/failure.tsx";
import { onDemand } from "../components/on-demand.tsx";
import { Page } from "../components/page.tsx";
import { Skeleton } from "../components/skeleton.tsx";
import { Tabs } from "../components/tabs.tsx";
import { runColumns } from "../runs/run-columns.tsx";
import { RunsOf } from "../runs/runs-of.tsx";
import { DeploymentCards } from "./deployment-cards.tsx";
import { DeploymentHeader } from "./deployment-header.tsx";
import { deploymentQuery } from "./deployments.queries.ts";
import { type DeploymentSearch, readDeploymentSearch } from "./deployments-search.ts";
import { StartProblems } from "./start-problems.tsx";

const placeholder = <Skeleton rows={5} height={34} />;
const Upcoming = onDemand(() => import("./upcoming-tab.tsx").then((module) => module.UpcomingTab), placeholder);
const Schedules = onDemand(() => import("./schedules-tab.tsx").then((module) => module.SchedulesTab), placeholder);
const Parameters = onDemand(() => import("./parameters-tab.tsx").then((module) => module.ParametersTab), placeholder);
const Configuration = onDemand(
  () => import("./configuration-tab.tsx").then((module) => module.ConfigurationTab),
  placeholder,
);
const History = onDemand(() => import("./history-tab.tsx").then((module) => module.HistoryTab), placeholder);
const Call = onDemand(() => import("./call-tab.tsx").then((module) => module.CallTab), placeholder);

const route = getRouteApi("/deployments/$id");
const restMs = 1000;

export function DeploymentPage() {
  const { id } = route.useParams();
  const search = route.useSearch();
  const navigate = route.useNavigate();
  const query = useQuery(deploymentQuery(id));
  useLiveDeployment(id);
  const page = query.data;
  if (page === undefined) {
    return (
      <Page title="Deployment">
        {query.isError ? (
          <Failure error={query.error} what="The deployment" onRetry={() => void query.refetch()} />
        ) : (
          <Skeleton rows={12} />
        )}
      </Page>
    );
  }
  const { deployment, flow } = page;
  const change = (tab: DeploymentSearch["tab"]) =>
    void navigate({ search: (before) => readDeploymentSearch({ ...before, tab }), resetScroll: false });
  return (
    <Page
      title={deployment.name}
      ownHeading
      crumbs={[{ label: flow.name, link: { to: "/flows/flow/$id", params: { id: flow.id } } }]}
    >
      <DeploymentHeader page={page} />
      <StartProblems problems={page.problems} />
      <DeploymentCards page={page} />
      <Tabs
        label="The deployment"
        value={search.tab ?? "runs"}
        onChange={(tab) => change(tab === "runs" ? undefined : tab)}
        tabs={[
          { value: "runs", label: "Runs" },
          { value: "upcoming", label: "Upcoming" },
          { value: "schedules", label: "Schedules", count: page.schedules.length },
          { value: "parameters", label: "Parameters" },
          { value: "configuration", label: "Configuration" },
          { value: "history", label: "History" },
          { value: "call", label: "Call it" },
        ]}
      >
        <Tab page={page} tab={search.tab} />
      </Tabs>
    </Page>
  );
}

function Tab({ page, tab }: { readonly page: PageData; readonly tab: DeploymentSearch["tab"] }) {
  switch (tab) {
    case undefined:
      return <Runs page={page} />;
    case "upcoming":
      return <Upcoming deployment={page.deployment} />;
    case "schedules":
      return <Schedules page={page} />;
    case "parameters":
      return <Parameters page={page} />;
    case "configuration":
      return <Configuration page={page} />;
    case "history":
      return <History id={page.deployment.id} />;
    case "call":
      return <Call page={page} />;
    default:
      return tab satisfies never;
  }
}

const columns = runColumns.filter((column) =>
  ["state", "started", "duration", "message", "tasks", "tags"].includes(column.id),
);

/** The runs that have begun, or should have. Those that are scheduled for later have a tab of their own. */
function Runs({ page }: { readonly page: PageData }) {
  const { id } = page.deployment;
  const search = useMemo(() => ({ deployment: [id], since: "90d" }), [id]);
  return (
    <RunsOf
      search={search}
      isOwn={(run) => run.deployment_id === id}
      figures={deploymentQuery(id).queryKey}
      columns={columns}
    >
      <p className="py-4 text-muted">
        This deployment has not run in the last 90 days. <em>Run</em> starts a run now; a schedule starts runs by
        itself.
      </p>
    </RunsOf>
  );
}

/** Reads the page again a moment after the deployment or one of its runs has changed. */
function useLiveDeployment(id: string): void {
  const queryClient = useQueryClient();
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  useEffect(() => () => clearTimeout(timer.current), []);
  const again = () => {
    timer.current = undefined;
    void queryClient.invalidateQueries({ queryKey: deploymentQuery(id).queryKey });
  };
  const show = (deployment: Deployment) =>
    queryClient.setQueryData<PageData>(deploymentQuery(id).queryKey, (page) =>
      page === undefined ? page : { ...page, deployment },
    );
  const onChanges = (changes: readonly LiveChange[]) => {
    for (const one of changes) {
      if (one.kind === "deployment" && one.row.id === id) show(one.row);
      const touches = one.kind === "flow-run" ? one.row.deployment_id === id : one.kind === "deployment";
      if (touches) timer.current ??= setTimeout(again, restMs);
    }
  };
  useLive({ kind: "deployment", deployment_id: id }, { onChanges, onResync: again });
  useLive({ kind: "flow-runs" }, { onChanges, onResync: again });
}
