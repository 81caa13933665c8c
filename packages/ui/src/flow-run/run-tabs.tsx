import { nameInTaskKey } from "@ostinato/core";
import { useQuery } from "@tanstack/react-query";
import { useCallback, useMemo, useState } from "react";
import type { FlowRunPage, Timeline } from "../api/types.ts";
import { FlowRunAssets } from "../assets/run-assets.tsx";
import { withMarkdown } from "../components/markdown.tsx";
import { onDemand } from "../components/on-demand.tsx";
import { Skeleton } from "../components/skeleton.tsx";
import { Tabs } from "../components/tabs.tsx";
import type { TaskChoice } from "../logs/log-tools.tsx";
import { LogView } from "../logs/log-view.tsx";
import { taskTotal } from "../runs/task-progress.tsx";
import { isBad } from "../states.ts";
import { type RunAttempts, timelineOfAttempt } from "./chosen-attempt.ts";
import { timelineQuery } from "./flow-run.queries.ts";
import type { ChangeSearch, FlowRunSearch, FlowRunTab } from "./flow-run-search.ts";
import { SubflowTable, TaskTable } from "./task-table.tsx";
import { rowIndex } from "./timeline/timeline-changes.ts";

const loading = <Skeleton rows={6} height={30} />;
const RunArtifacts = onDemand(
  () => withMarkdown(import("./run-artifacts.tsx").then((module) => module.RunArtifacts)),
  loading,
);
const RunParameters = onDemand(() => import("./run-parameters.tsx").then((module) => module.RunParameters), loading);
const RunResults = onDemand(() => import("./run-results.tsx").then((module) => module.RunResults), loading);
const RunEvents = onDemand(() => import("./run-events.tsx").then((module) => module.RunEvents), loading);
const RunDetails = onDemand(() => import("./run-details.tsx").then((module) => module.RunDetails), loading);

/** The run's details in tabs. */
export function RunTabs(props: {
  readonly page: FlowRunPage;
  readonly live: boolean;
  readonly attempts: RunAttempts;
  readonly search: FlowRunSearch;
  readonly onSearch: ChangeSearch;
}) {
  const { page, attempts, search, onSearch } = props;
  const run = page.flow_run;
  const { chosen } = attempts;
  const tab: FlowRunTab = search.tab ?? "logs";
  const [lines, setLines] = useState<{ readonly of: string; readonly total: number }>();
  const shownLog = `${run.id} ${chosen} ${search.lines}`;
  const onTotal = useCallback((total: number) => setLines({ of: shownLog, total }), [shownLog]);
  // While the log is shown, its tab has the log's own count; that of one attempt is known once its log has been read.
  const counted = chosen === undefined && search.lines === undefined ? page.log_count : undefined;
  const lineCount = lines?.of === shownLog && (tab === "logs" || counted === undefined) ? lines.total : counted;
  const timeline = useQuery(timelineQuery(run.id)).data;
  const isRetried = attempts.all.length > 1;
  const ofAttempt = isRetried && timeline !== undefined ? timelineOfAttempt(timeline, chosen) : undefined;
  return (
    <Tabs<FlowRunTab>
      label="The run"
      value={tab}
      onChange={(next) => onSearch({ tab: next === "logs" ? undefined : next })}
      tabs={[
        { value: "logs", label: "Logs", count: lineCount },
        { value: "tasks", label: "Task runs", count: ofAttempt?.total ?? taskTotal(run.task_counts) },
        {
          value: "subflows",
          label: "Subflows",
          count: ofAttempt === undefined ? subflowCount(page, timeline) : subflowsIn(ofAttempt),
        },
        { value: "artifacts", label: "Artifacts", count: page.artifact_count },
        { value: "parameters", label: "Parameters", count: Object.keys(run.parameters).length },
        { value: "result", label: "Results" },
        { value: "events", label: "Events" },
        { value: "details", label: "Details" },
      ]}
    >
      {tab === "logs" ? <RunLog {...props} onTotal={onTotal} /> : null}
      {tab === "tasks" ? <TaskTable id={run.id} attempts={attempts} /> : null}
      {tab === "subflows" ? <SubflowTable id={run.id} attempts={attempts} /> : null}
      {tab === "artifacts" ? (
        <>
          <FlowRunAssets id={run.id} />
          <RunArtifacts id={run.id} />
        </>
      ) : null}
      {tab === "parameters" ? <RunParameters page={page} /> : null}
      {tab === "result" ? <RunResults id={run.id} attempt={chosen} /> : null}
      {tab === "events" ? <RunEvents id={run.id} /> : null}
      {tab === "details" ? <RunDetails page={page} /> : null}
    </Tabs>
  );
}

function RunLog(props: Parameters<typeof RunTabs>[0] & { readonly onTotal: (total: number) => void }) {
  const { page, live, attempts, search, onSearch, onTotal } = props;
  const id = page.flow_run.id;
  const timeline = useQuery(timelineQuery(id)).data;
  const columnOf = useCallback(
    (column: "name" | "task_key", taskRunId: string) => {
      const row = timeline === undefined ? undefined : rowIndex(timeline).get(taskRunId);
      return row === undefined ? undefined : timeline?.[column][row];
    },
    [timeline],
  );
  const starts = useMemo(() => attempts.all.map(({ start }) => start), [attempts]);
  const attempt = attempts.chosen === undefined ? undefined : String(attempts.chosen);
  const chosenSearch = useMemo(() => ({ ...search, attempt }), [search, attempt]);
  const taskName = useCallback((taskRunId: string) => columnOf("name", taskRunId), [columnOf]);
  const taskKeyOf = useCallback((taskRunId: string) => columnOf("task_key", taskRunId), [columnOf]);
  const tasks = useMemo(() => tasksOf(timeline?.task_key ?? []), [timeline]);
  const hasSubflows = subflowCount(page, timeline) > 0;
  const nested = useEver(live || hasSubflows, id);
  return (
    <LogView
      run={{ flow_run_id: id }}
      topic={{ kind: "flow-run", flow_run_id: id }}
      live={live}
      failed={isBad(page.flow_run.state_type)}
      start={page.flow_run.start_time}
      attempts={starts}
      attemptIsChosen
      search={chosenSearch}
      onSearch={onSearch}
      tasks={tasks}
      taskName={taskName}
      taskKeyOf={taskKeyOf}
      download={`flow_runs/${id}/logs/download`}
      subflows={nested}
      hasSubflows={hasSubflows}
      onTotal={onTotal}
    />
  );
}

/** The page counts those that were there when it was read; its timeline follows, as far as it has all rows. */
function subflowCount(page: FlowRunPage, timeline: Timeline | undefined): number {
  return Math.max(page.subflow_count, timeline === undefined ? 0 : subflowsIn(timeline));
}

function subflowsIn(timeline: Timeline): number {
  return timeline.child_flow_run_id.filter((child) => child !== null).length;
}

/** Whether this was ever so while the page of one run is open: the log of a run that ends is not read again. */
function useEver(now: boolean, runId: string): boolean {
  const [since, setSince] = useState<string>();
  if (now && since !== runId) setSince(runId);
  return now || since === runId;
}

/** The tasks of task keys by name, which a key has before its last eight characters. */
function tasksOf(keys: readonly string[]): readonly TaskChoice[] {
  return [...new Set(keys)]
    .map((key) => ({ key, label: nameInTaskKey(key) }))
    .sort((a, b) => a.label.localeCompare(b.label));
}
