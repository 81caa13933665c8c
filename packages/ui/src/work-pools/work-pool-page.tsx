import { useQuery } from "@tanstack/react-query";
import { getRouteApi } from "@tanstack/react-router";
import { useMemo } from "react";
import type { WorkPoolPage as PageData } from "../api/types.ts";
import { Failure } from "../components/failure.tsx";
import { onDemand } from "../components/on-demand.tsx";
import { Page } from "../components/page.tsx";
import { Skeleton } from "../components/skeleton.tsx";
import { Tabs } from "../components/tabs.tsx";
import { StartProblems } from "../deployments/start-problems.tsx";
import { useLiveWorkPool } from "./live-work-pools.ts";
import { PlaceRuns } from "./place-runs.tsx";
import { PlaceSlots } from "./place-slots.tsx";
import { AwaitWorker } from "./start-worker.tsx";
import { WorkPoolHeader } from "./work-pool-header.tsx";
import { workPoolQuery } from "./work-pools.queries.ts";
import { readWorkPoolSearch, type WorkPoolSearch } from "./work-pools-search.ts";

const placeholder = <Skeleton rows={5} height={34} />;
const Queues = onDemand(() => import("./queues-tab.tsx").then((module) => module.QueuesTab), placeholder);
const Workers = onDemand(() => import("./workers-tab.tsx").then((module) => module.WorkersTab), placeholder);
const Upcoming = onDemand(() => import("./upcoming-tab.tsx").then((module) => module.UpcomingTab), placeholder);
const Template = onDemand(() => import("./template-tab.tsx").then((module) => module.TemplateTab), placeholder);
const Configuration = onDemand(
  () => import("./pool-configuration-tab.tsx").then((module) => module.PoolConfigurationTab),
  placeholder,
);

const route = getRouteApi("/work-pools/$pool");

export function WorkPoolPage() {
  const { pool: name } = route.useParams();
  const search = route.useSearch();
  const navigate = route.useNavigate();
  const query = useQuery(workPoolQuery(name));
  const page = query.data;
  useLiveWorkPool(name, page?.pool.id);
  if (page === undefined) {
    return (
      <Page title={name}>
        {query.isError ? (
          <Failure error={query.error} what="The work pool" onRetry={() => void query.refetch()} />
        ) : (
          <Skeleton rows={12} />
        )}
      </Page>
    );
  }
  const change = (tab: WorkPoolSearch["tab"]) =>
    void navigate({ search: (before) => readWorkPoolSearch({ ...before, tab }), resetScroll: false });
  return (
    <Page title={name} ownHeading>
      <WorkPoolHeader page={page} />
      {page.workers.length === 0 ? <AwaitWorker pool={page.pool} late={page.late} /> : null}
      <StartProblems problems={problemsBeside(page)} sinceText="The last sign of a worker was" />
      <PlaceSlots taken={page.active_slots} limit={page.pool.concurrency_limit} holders={page.holders} />
      <Tabs
        label="The work pool"
        value={search.tab ?? "runs"}
        onChange={(tab) => change(tab === "runs" ? undefined : tab)}
        tabs={[
          { value: "runs", label: "Runs" },
          { value: "queues", label: "Queues", count: page.queues.length },
          { value: "workers", label: "Workers", count: page.workers_online },
          { value: "upcoming", label: "Upcoming" },
          { value: "template", label: "Job template" },
          { value: "configuration", label: "Configuration" },
        ]}
      >
        <Tab page={page} tab={search.tab} />
      </Tabs>
    </Page>
  );
}

/** While the page shows how to start the first worker, that none is online goes without saying. */
function problemsBeside({ problems, workers }: PageData) {
  return workers.length === 0 ? problems.filter(({ reason }) => !reason.startsWith("No worker")) : problems;
}

function Tab({ page, tab }: { readonly page: PageData; readonly tab: WorkPoolSearch["tab"] }) {
  const { name } = page.pool;
  const search = useMemo(() => ({ pool: [name] }), [name]);
  switch (tab) {
    case undefined:
      return (
        <PlaceRuns
          search={search}
          isOwn={(run) => run.work_pool_id === page.pool.id}
          figures={workPoolQuery(name).queryKey}
        >
          This pool has had no runs in the last 90 days. A deployment that names the pool sends its runs here.
        </PlaceRuns>
      );
    case "queues":
      return <Queues page={page} />;
    case "workers":
      return <Workers page={page} />;
    case "upcoming":
      return <Upcoming search={search} isOwn={(run) => run.work_pool_id === page.pool.id} />;
    case "template":
      return <Template page={page} />;
    case "configuration":
      return <Configuration page={page} />;
    default:
      return tab satisfies never;
  }
}
