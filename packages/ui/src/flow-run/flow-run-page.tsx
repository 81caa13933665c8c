import { useQuery, useQueryClient } from "@tanstack/react-query";
import { getRouteApi } from "@tanstack/react-router";
import { useCallback, useMemo } from "react";
import { useLive } from "../api/live.ts";
import type { FlowRunPage as FlowRunPageData, LiveChange } from "../api/types.ts";
import { Failure } from "../components/failure.tsx";
import { useMedia } from "../components/media.ts";
import { onDemand } from "../components/on-demand.tsx";
import { Page } from "../components/page.tsx";
import { useChosenWidth } from "../components/resizable.tsx";
import { Skeleton } from "../components/skeleton.tsx";
import { milliseconds } from "../format.ts";
import { QuestionBox } from "../questions/question-box.tsx";
import { FailureBox } from "../runs/failure-box.tsx";
import { isBad, isFinal, statedOf } from "../states.ts";
import { CancellationBox } from "./cancellation-box.tsx";
import { type RunAttempts, runAttempts, timelineOfAttempt } from "./chosen-attempt.ts";
import { type Steps, stepsOf } from "./failed-steps.ts";
import { applyToRun, failureOfAttemptQuery, flowRunQuery, timelineQuery } from "./flow-run.queries.ts";
import { type ChangeSearch, type FlowRunSearch, readFlowRunSearch } from "./flow-run-search.ts";
import { useLiveSlots } from "./held-slots.tsx";
import { besideMedia, panelWidths } from "./panel-place.ts";
import { RunHeader } from "./run-header.tsx";
import { RunTabs } from "./run-tabs.tsx";
import { RunViews } from "./run-views.tsx";
import { WaitingBox } from "./waiting-box.tsx";

const TaskPanel = onDemand(() => import("./task-panel.tsx").then((module) => module.TaskPanel));

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
  return <Loaded page={page} search={search} onSearch={change} />;
}

function Loaded(props: {
  readonly page: FlowRunPageData;
  readonly search: FlowRunSearch;
  readonly onSearch: ChangeSearch;
}) {
  const { page, search, onSearch } = props;
  const run = page.flow_run;
  const live = !isFinal(run.state_type);
  useLiveSlots(run.id, run.state_type === "RUNNING");
  const attempts = useMemo(() => runAttempts(page.states, search.attempt), [page.states, search.attempt]);
  const failure = useFailure(page, attempts);
  const panel = useChosenWidth("ostinato.panel-width", panelWidths);
  const isBeside = useMedia(besideMedia);
  const isOpen = search.task !== undefined;
  const timeline = useQuery(timelineQuery(run.id)).data;
  const steps = timeline === undefined ? noSteps : stepsOf(timelineOfAttempt(timeline, attempts.chosen));
  return (
    <Page
      title={run.name}
      titleOf={page.flow.name}
      state={statedOf(run)}
      ownHeading
      crumbs={[{ label: page.flow.name, link: { to: "/flows/flow/$id", params: { id: page.flow.id } } }]}
    >
      <div
        className="flex min-w-0 flex-col gap-3"
        style={isOpen && isBeside ? { marginRight: panel.width } : undefined}
      >
        <RunHeader
          page={page}
          asked={search.ask}
          attempts={attempts}
          onAttempt={(attempt) => onSearch({ attempt, line: undefined, task: undefined })}
        />
        {failure === null ? null : (
          <FailureBox
            failure={failure}
            within={run.id}
            brief={isOpen && isBeside}
            state={isBad(run.state_type) ? run.state_type : "FAILED"}
          />
        )}
        {page.cancellation === null ? null : <CancellationBox run={run} cancellation={page.cancellation} />}
        <QuestionBox page={page} />
        {page.waiting === null || page.question !== null || !live ? null : (
          <WaitingBox run={run} waiting={page.waiting} />
        )}
        <RunViews
          page={page}
          live={live}
          ended={run.end_time === null ? undefined : milliseconds(run.end_time)}
          attempts={attempts}
          failure={failure}
          search={search}
          onSearch={onSearch}
        />
        <RunTabs page={page} live={live} attempts={attempts} search={search} onSearch={onSearch} />
      </div>
      {search.task === undefined ? null : (
        <TaskPanel
          id={search.task}
          search={search}
          onSearch={onSearch}
          attempt={attempts.all.length < 2 ? search.attempt : undefined}
          steps={steps}
          width={panel.width}
          onWidth={panel.choose}
        />
      )}
    </Page>
  );
}

const noSteps: Steps = { ids: [], areFailed: false };

/** Why the chosen attempt failed; an earlier one is asked for when it is chosen. */
function useFailure(page: FlowRunPageData, { all, chosen }: RunAttempts) {
  const { id, state_type } = page.flow_run;
  const isEarlier = chosen !== undefined && chosen < all.length;
  const earlier = useQuery({ ...failureOfAttemptQuery(id, chosen ?? 1), enabled: isEarlier });
  if (isEarlier) return earlier.data ?? null;
  return isFinal(state_type) ? page.failure : null;
}

function touches(changes: readonly LiveChange[], taskRunId: string | undefined): boolean {
  if (taskRunId === undefined) return false;
  return changes.some((change) =>
    change.kind === "task-run"
      ? change.row.id === taskRunId
      : change.kind === "artifact" && change.row.task_run_id === taskRunId,
  );
}
