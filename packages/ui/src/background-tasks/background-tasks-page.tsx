import { nameInTaskKey } from "@ostinato/core";
import { keepPreviousData, useQuery, useQueryClient } from "@tanstack/react-query";
import { getRouteApi } from "@tanstack/react-router";
import { useLive } from "../api/live.ts";
import { useRested } from "../api/rested.ts";
import type { BackgroundTasksPage as PageData } from "../api/types.ts";
import { Button } from "../components/button.tsx";
import { Failure } from "../components/failure.tsx";
import { Page, Section } from "../components/page.tsx";
import { Skeleton } from "../components/skeleton.tsx";
import { FirstSteps } from "../first-steps/first-steps.tsx";
import { firstBackgroundTask } from "../first-steps/programs.ts";
import { FailedRuns, WaitingRuns } from "./background-runs.tsx";
import { backgroundTasksQuery } from "./background-tasks.queries.ts";
import type { BackgroundTasksSearch } from "./background-tasks-search.ts";
import { TaskTable } from "./task-table.tsx";
import { TaskWorkers } from "./task-workers.tsx";

const route = getRouteApi("/background-tasks");

export function BackgroundTasksPage() {
  const search = route.useSearch();
  const navigate = route.useNavigate();
  const query = useQuery({ ...backgroundTasksQuery(search), placeholderData: keepPreviousData });
  useLiveBackgroundTasks(search);
  const page = query.data;
  const choose = (task: string | undefined) =>
    void navigate({ search: task === undefined ? {} : { task }, resetScroll: false });
  return (
    <Page title="Background tasks">
      {query.isError ? (
        <Failure error={query.error} what="The background tasks" onRetry={() => void query.refetch()} />
      ) : null}
      {query.isPending ? <Skeleton rows={10} /> : null}
      {page === undefined ? null : isEmpty(page) ? (
        <FirstSteps
          title="No background task yet"
          programs={firstBackgroundTask}
          awaited="the first run of a background task"
        >
          A program hands a task to the server and goes on; a task worker runs it, in another process, now or after a
          restart. This program does both.
        </FirstSteps>
      ) : (
        <>
          <TaskTable tasks={page.tasks} chosen={search.task} onChoose={choose} />
          {search.task === undefined ? null : (
            <p className="flex flex-wrap items-center gap-2">
              Only runs and workers of <strong dir="auto">{nameInTaskKey(search.task)}</strong> are shown below.
              <Button look="ghost" icon="close" onClick={() => choose(undefined)}>
                Show all
              </Button>
            </p>
          )}
          <Section title="Waiting">
            <WaitingRuns runs={page.waiting} tasks={page.tasks} task={search.task} />
          </Section>
          <Section title="Task workers">
            <TaskWorkers workers={page.workers} />
          </Section>
          <Section title="Failed in the last day">
            <FailedRuns runs={page.failed} task={search.task} />
          </Section>
        </>
      )}
    </Page>
  );
}

function isEmpty({ tasks, workers }: PageData): boolean {
  return tasks.length === 0 && workers.length === 0;
}

/** Reads the page again a moment after runs or workers have changed. Runs that a flow has delayed are told of with the flow's. */
function useLiveBackgroundTasks(search: BackgroundTasksSearch): void {
  const queryClient = useQueryClient();
  const { queryKey } = backgroundTasksQuery(search);
  const anew = () => queryClient.invalidateQueries({ queryKey });
  const soon = useRested(anew);
  useLive({ kind: "background-tasks" }, { onChanges: soon, onResync: () => void anew() });
  useLive({ kind: "flow-runs" }, { onChanges: soon, onResync: () => void anew() });
}
