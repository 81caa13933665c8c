import { useQuery, useQueryClient } from "@tanstack/react-query";
import { getRouteApi } from "@tanstack/react-router";
import { useCallback } from "react";
import { useLive } from "../api/live.ts";
import type { LiveChange } from "../api/types.ts";
import { Failure } from "../components/failure.tsx";
import { Page } from "../components/page.tsx";
import { Skeleton } from "../components/skeleton.tsx";
import { milliseconds } from "../format.ts";
import { FailureBox } from "../runs/failure-box.tsx";
import { isFinal } from "../states.ts";
import { applyToRun, flowRunQuery } from "./flow-run.queries.ts";
import { type ChangeSearch, readFlowRunSearch } from "./flow-run-search.ts";
import { RunHeader } from "./run-header.tsx";
import { RunTabs } from "./run-tabs.tsx";
import { RunViews } from "./run-views.tsx";
import { TaskPanel } from "./task-panel.tsx";
import { WaitingBox } from "./waiting-box.tsx";

const route = getRouteApi("/runs/flow-run/$id");

export function FlowRunPage() {
  const { id } = route.useParams();
  const search = route.useSearch();
  const navigate = route.useNavigate();
  const queryClient = useQueryClient();
  const query = useQuery(flowRunQuery(id));
  useLive(
    { kind: "flow-run", flow_run_id: id },
    {
      onChanges: (changes) => {
        applyToRun(queryClient, id, changes);
        if (touches(changes, search.task)) void queryClient.invalidateQueries({ queryKey: ["task-run", search.task] });
      },
      onResync: () => void queryClient.invalidateQueries({ queryKey: ["flow-run", id] }),
    },
  );
  const change: ChangeSearch = useCallback(
    (next) =>
      void navigate({
        search: (before) => readFlowRunSearch({ ...before, ...next }),
        replace: !("tab" in next || "task" in next || "pane" in next),
        resetScroll: false,
      }),
    [navigate],
  );
  const page = query.data;
  if (page === undefined) {
    return (
      <Page title="Flow run">
        {query.isError ? (
          <Failure error={query.error} what="The flow run" onRetry={() => void query.refetch()} />
        ) : (
          <Skeleton rows={12} />
        )}
      </Page>
    );
  }
  const run = page.flow_run;
  const live = !isFinal(run.state_type);
  return (
    <Page
      title={run.name}
      titleOf={page.flow.name}
      state={{ type: run.state_type, name: run.state_name }}
      ownHeading
      crumbs={[{ label: page.flow.name, link: { to: "/flows/flow/$id", params: { id: page.flow.id } } }]}
    >
      <RunHeader asked={search.ask} page={page} />
      {page.failure === null || !isFinal(run.state_type) ? null : <FailureBox failure={page.failure} within={id} />}
      {page.waiting === null || !live ? null : <WaitingBox run={run} waiting={page.waiting} />}
      <div
        className={`grid min-w-0 gap-4 ${search.task === undefined ? "" : "lg:grid-cols-[minmax(0,1fr)_minmax(360px,32%)]"}`}
      >
        <div className="flex min-w-0 flex-col gap-3">
          <RunViews
            page={page}
            live={live}
            ended={run.end_time === null ? undefined : milliseconds(run.end_time)}
            search={search}
            onSearch={change}
          />
          <RunTabs page={page} live={live} search={search} onSearch={change} />
        </div>
        {search.task === undefined ? null : (
          <TaskPanel key={search.task} id={search.task} search={search} onSearch={change} />
        )}
      </div>
    </Page>
  );
}

function touches(changes: readonly LiveChange[], taskRunId: string | undefined): boolean {
  if (taskRunId === undefined) return false;
  return changes.some((change) =>
    change.kind === "task-run"
      ? change.row.id === taskRunId
      : change.kind === "artifact" && change.row.task_run_id === taskRunId,
  );
}
