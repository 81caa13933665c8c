import { startsOf } from "@ostinato/core";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { getRouteApi, Link } from "@tanstack/react-router";
import { useLive } from "../api/live.ts";
import { useRested } from "../api/rested.ts";
import type { TaskRunPage as TaskRunPageData } from "../api/types.ts";
import { CopyButton } from "../components/copy.tsx";
import { Failure } from "../components/failure.tsx";
import { onDemand } from "../components/on-demand.tsx";
import { Page } from "../components/page.tsx";
import { Skeleton } from "../components/skeleton.tsx";
import { Tags } from "../components/tag.tsx";
import { RelativeTime } from "../components/time.tsx";
import type { Crumb } from "../frame/crumbs.ts";
import { LogView } from "../logs/log-view.tsx";
import { Ran } from "../runs/ran.tsx";
import { SinceState, StateLabel } from "../runs/state.tsx";
import { isBad, isFinal } from "../states.ts";
import { BackgroundFacts, BackgroundWait } from "./background-run.tsx";
import { taskRunQuery } from "./task-run.queries.ts";
import { TaskRunButtons } from "./task-run-buttons.tsx";
import { TaskRunDetails } from "./task-run-details.tsx";
import { readTaskRunSearch } from "./task-run-search.ts";

const RunAssets = onDemand(() => import("../assets/run-assets.tsx").then((module) => module.RunAssets));

const route = getRouteApi("/runs/task-run/$id");

export function TaskRunPage() {
  const { id } = route.useParams();
  const search = route.useSearch();
  const navigate = route.useNavigate();
  const queryClient = useQueryClient();
  const query = useQuery(taskRunQuery(id));
  const again = () => void queryClient.invalidateQueries({ queryKey: taskRunQuery(id).queryKey });
  useLive(
    { kind: "task-run", task_run_id: id },
    { onChanges: (changes) => changes.some((change) => change.kind !== "log") && again(), onResync: again },
  );
  const soon = useRested(async () => again());
  useLive({ kind: "assets" }, { onChanges: soon, onResync: () => {} });
  const page = query.data;
  if (page === undefined) {
    return (
      <Page title="Task run">
        {query.isError ? (
          <Failure error={query.error} what="The task run" onRetry={() => void query.refetch()} />
        ) : (
          <Skeleton rows={12} />
        )}
      </Page>
    );
  }
  const run = page.task_run;
  const hasAssets = page.assets.made.length + page.assets.read.length > 0;
  const live = !isFinal(run.state_type);
  return (
    <Page
      title={run.name}
      {...(page.flow_run_name === null ? {} : { titleOf: page.flow_run_name })}
      state={{ type: run.state_type, name: run.state_name }}
      ownHeading
      crumbs={crumbs(page)}
    >
      <Header page={page} />
      {page.background === null ? null : <BackgroundWait page={page} background={page.background} />}
      <div className="grid gap-6 lg:grid-cols-[minmax(0,1fr)_minmax(0,1fr)]">
        <div className="flex min-w-0 flex-col gap-4">
          <TaskRunDetails page={page} attempt={search.attempt} />
          {hasAssets ? <RunAssets assets={page.assets} /> : null}
        </div>
        <div className="min-w-0">
          <h2 className="mb-1.5 text-sm font-semibold">Log</h2>
          <LogView
            run={{ task_run_id: id }}
            topic={{ kind: "task-run", task_run_id: id }}
            live={live}
            failed={isBad(run.state_type)}
            start={run.start_time}
            download={`task_runs/${id}/logs/download`}
            attempts={startsOf(page.states)}
            search={search}
            onSearch={(change) =>
              void navigate({
                search: (before) => readTaskRunSearch({ ...before, ...change }),
                replace: true,
                resetScroll: false,
              })
            }
          />
        </div>
      </div>
    </Page>
  );
}

function Header({ page }: { readonly page: TaskRunPageData }) {
  const run = page.task_run;
  return (
    <div className="flex flex-col gap-1">
      <div className="flex flex-wrap items-center gap-x-3 gap-y-1">
        <StateLabel type={run.state_type} name={run.state_name} className="text-base" />
        <h1 dir="auto" className="line-clamp-3 min-w-0 text-lg font-semibold break-words" title={run.name}>
          {run.name}
        </h1>
        <CopyButton text={run.name} label="Copy the name" className="-ml-2" />
        <TaskRunButtons page={page} />
      </div>
      <p className="flex flex-wrap items-center gap-x-4 gap-y-1 text-muted">
        {page.flow_run_name === null || run.flow_run_id === null ? (
          page.background === null ? (
            <span>Started outside any flow</span>
          ) : null
        ) : (
          <span>
            Flow run{" "}
            <Link
              to="/runs/flow-run/$id"
              params={{ id: run.flow_run_id }}
              search={{ task: run.id }}
              className="text-text hover:underline"
            >
              {page.flow_run_name}
            </Link>
          </span>
        )}
        {page.background === null ? null : <BackgroundFacts page={page} background={page.background} />}
        {page.flow_id === null ? null : (
          <span>
            Flow{" "}
            <Link to="/flows/flow/$id" params={{ id: page.flow_id }} className="text-text hover:underline">
              {page.flow_name}
            </Link>
          </span>
        )}
        {page.child_flow_run_id === null ? null : (
          <Link to="/runs/flow-run/$id" params={{ id: page.child_flow_run_id }} className="text-text hover:underline">
            The subflow run
          </Link>
        )}
        <span>
          Started <RelativeTime time={run.start_time} className="text-text" />
        </span>
        <span>
          {run.state_type === "RUNNING" ? "Running for" : "Ran"}{" "}
          <Ran run={run} since={run.state?.timestamp} className="text-text" />
        </span>
        {run.run_count > 1 ? <span>Attempt {run.run_count}</span> : null}
        <SinceState state={run.state} />
        <Tags tags={run.tags} most={5} />
      </p>
    </div>
  );
}

/** `flow › run`, below which the task run stands. */
function crumbs({ flow_id, flow_name, flow_run_name, task_run }: TaskRunPageData): readonly Crumb[] {
  const { flow_run_id } = task_run;
  return [
    ...(flow_name === null || flow_id === null
      ? []
      : [{ label: flow_name, link: { to: "/flows/flow/$id" as const, params: { id: flow_id } } }]),
    ...(flow_run_name === null || flow_run_id === null
      ? []
      : [{ label: flow_run_name, link: { to: "/runs/flow-run/$id" as const, params: { id: flow_run_id } } }]),
  ];
}
