import { keepPreviousData, useQuery, useQueryClient } from "@tanstack/react-query";
import { getRouteApi, Link } from "@tanstack/react-router";
import { type ReactNode, useEffect, useRef } from "react";
import { present } from "../address.ts";
import { useLive } from "../api/live.ts";
import type { Dashboard, DashboardFlow, FlowRunRow, LiveChange, StateCounts } from "../api/types.ts";
import { RunBars } from "../charts/run-bars.tsx";
import { Button } from "../components/button.tsx";
import { Failure } from "../components/failure.tsx";
import { onDemand } from "../components/on-demand.tsx";
import { Page, Section } from "../components/page.tsx";
import { Skeleton } from "../components/skeleton.tsx";
import { Elapsed, RelativeTime } from "../components/time.tsx";
import { FirstSteps } from "../first-steps/first-steps.tsx";
import { firstRun } from "../first-steps/programs.ts";
import { count, percent } from "../format.ts";
import { endOf } from "../runs/run-columns.tsx";
import { FlowFilter, filterClass, TagFilter, TimeFilter } from "../runs/run-filters.tsx";
import type { RunsSearch } from "../runs/runs-search.ts";
import { StateIcon, StateLabel } from "../runs/state.tsx";
import { TaskProgress } from "../runs/task-progress.tsx";
import { type StateType, stateColor, stateLook, stateTypeOrder } from "../states.ts";
import type { TaskRunsSearch } from "../task-runs/task-runs-search.ts";
import { dashboardQuery } from "./dashboard.queries.ts";
import {
  chosenSpan,
  type DashboardChange,
  type DashboardSearch,
  dashboardSpans,
  readDashboardSearch,
} from "./dashboard-search.ts";

const HistoryChart = onDemand(() => import("./history-chart.tsx").then((module) => module.HistoryChart));

const route = getRouteApi("/dashboard");
/** Counts and bars are read again at most this often while runs change; rows of runs change at once. */
const restMs = 1500;

export function DashboardPage() {
  const search = route.useSearch();
  const navigate = route.useNavigate();
  const query = useQuery({ ...dashboardQuery(search), placeholderData: keepPreviousData });
  useLiveDashboard(search);
  const change = (next: DashboardChange) =>
    void navigate({ search: (before) => readDashboardSearch({ ...before, ...next }), resetScroll: false });
  const lists = listSearch(search);
  const data = query.data;
  const preset = dashboardSpans.find((span) => span.value === chosenSpan(search));
  const isClose = search.from !== undefined;
  const setTime = (since: string | undefined, until: string | undefined) => {
    const span = dashboardSpans.find(({ value }) => value === since);
    if (span !== undefined)
      change({ since: span.value === "24h" ? undefined : span.value, from: undefined, to: undefined });
    else change({ from: since, to: until ?? new Date().toISOString() });
  };
  return (
    <Page title="Dashboard">
      <div className="flex flex-wrap items-center gap-1.5">
        <TimeFilter
          range={{ since: search.from ?? chosenSpan(search), until: search.to }}
          spans={dashboardSpans}
          anyTime={false}
          onChange={({ since, until }) => setTime(since, until)}
        />
        <FlowFilter search={search} onChange={change} />
        <TagFilter search={search} onChange={change} known={tagsOf(data)} />
        <button
          type="button"
          aria-pressed={search.subflows === "show"}
          className={filterClass(search.subflows === "show")}
          onClick={() => change({ subflows: search.subflows === "show" ? undefined : "show" })}
        >
          Count subflows
        </button>
        {isClose ? (
          <Button look="ghost" icon="back" onClick={() => change({ from: undefined, to: undefined })}>
            Back to {preset?.label.toLowerCase()}
          </Button>
        ) : null}
      </div>
      {query.isError ? <Failure error={query.error} what="The dashboard" onRetry={() => void query.refetch()} /> : null}
      {data === undefined ? (
        query.isError ? null : (
          <Skeleton rows={14} />
        )
      ) : (
        <Overview
          data={data}
          lists={lists}
          onSpan={(from, to) => change({ from: new Date(from).toISOString(), to: new Date(to).toISOString() })}
        />
      )}
    </Page>
  );
}

function Overview({
  data,
  lists,
  onSpan,
}: {
  readonly data: Dashboard;
  readonly lists: RunsSearch;
  readonly onSpan: (since: number, until: number) => void;
}) {
  const total = sum(data.counts);
  // What runs or waits does so now, whatever the time that the page is about.
  const { since: _since, until: _until, ...anyTime } = lists;
  if (total + data.running.length + data.waiting.length + data.flows.length + sum(data.previous_counts) === 0) {
    return (
      <FirstSteps title="Nothing ran in this time" programs={firstRun} awaited="a run">
        Choose a longer time above to see older runs, or start one:
      </FirstSteps>
    );
  }
  return (
    <div className="flex flex-col gap-4">
      <Totals data={data} lists={lists} />
      <div className="min-h-[148px]">
        <HistoryChart history={data.history} onSpan={onSpan} />
      </div>
      <div className="grid items-start gap-4 lg:grid-cols-2">
        <Section title="Failures" tools={<All name="failures" search={{ ...lists, state: ["FAILED", "CRASHED"] }} />}>
          {data.failed.length === 0 ? (
            <Nothing>Nothing failed. What fails or crashes stands here, with its message.</Nothing>
          ) : (
            data.failed.map((run) => <FailedRow key={run.id} run={run} />)
          )}
        </Section>
        <div className="flex min-w-0 flex-col gap-4">
          <Section title="Running now" tools={<All name="running" search={{ ...anyTime, state: runningStates }} />}>
            {data.running.length === 0 ? (
              <Nothing>Nothing runs at the moment.</Nothing>
            ) : (
              data.running.map((run) => <RunningRow key={run.id} run={run} />)
            )}
          </Section>
          <Section title="Late or waiting" tools={<All name="waiting" search={{ ...anyTime, state: waitingStates }} />}>
            {data.waiting.length === 0 ? (
              <Nothing>Nothing waits: no run is late, paused, scheduled or about to be tried again.</Nothing>
            ) : (
              data.waiting.map((run) => <WaitingRow key={run.id} run={run} />)
            )}
          </Section>
          {data.flows.length === 0 ? null : (
            <Section
              title="Flows"
              tools={
                <Link to="/flows" className="text-xs text-muted hover:text-text">
                  All<span className="sr-only"> flows</span>
                </Link>
              }
            >
              {data.flows.map((row) => (
                <FlowLine key={row.flow.id} row={row} lists={lists} />
              ))}
            </Section>
          )}
        </div>
      </div>
    </div>
  );
}

const runningStates = ["RUNNING", "PENDING", "CANCELLING"];
const waitingStates = ["SCHEDULED", "PAUSED"];

/** Runs and task runs by state: each number leads to its list. */
function Totals({ data, lists }: { readonly data: Dashboard; readonly lists: RunsSearch }) {
  const tasks = taskSearch(lists);
  const done = (data.counts.COMPLETED ?? 0) + (data.counts.FAILED ?? 0) + (data.counts.CRASHED ?? 0);
  const before = sum(data.previous_counts);
  const total = sum(data.counts);
  return (
    <dl className="flex flex-wrap gap-x-7 gap-y-3">
      <Figure
        name="Runs"
        note={before === 0 ? undefined : `${count(before)} before`}
        about="In the same span of time before this one"
      >
        <Link to="/runs" search={lists} className="hover:underline">
          {count(total)}
        </Link>
      </Figure>
      <Figure name="Success">
        {done === 0 ? (
          "–"
        ) : (
          <Link
            to="/runs"
            search={{ ...lists, state: ["COMPLETED", "FAILED", "CRASHED"] }}
            className="hover:underline"
            title="Of the runs that completed, failed or crashed"
          >
            {percent((data.counts.COMPLETED ?? 0) / done)}
          </Link>
        )}
      </Figure>
      <Figure name="Task runs" note={<FailedTasks counts={data.task_counts} tasks={tasks} />}>
        <Link to="/runs/task-runs" search={tasks} className="hover:underline">
          {count(sum(data.task_counts))}
        </Link>
      </Figure>
      {stateTypeOrder
        .filter((type) => (data.counts[type] ?? 0) > 0)
        .map((type) => (
          <Figure key={type} name={stateLook(type).label} state={type}>
            <Link to="/runs" search={{ ...lists, state: [type] }} className="hover:underline">
              {count(data.counts[type] ?? 0)}
            </Link>
          </Figure>
        ))}
    </dl>
  );
}

function Figure(props: {
  readonly name: string;
  readonly state?: StateType;
  readonly note?: ReactNode;
  /** What the note means. */
  readonly about?: string;
  readonly children: ReactNode;
}) {
  return (
    <div className="min-w-0">
      <dt className="flex items-center gap-1.5 text-xs text-muted">
        {props.state === undefined ? null : <StateIcon silent type={props.state} className="size-3.5" />}
        {props.name}
      </dt>
      <dd
        className="text-xl font-semibold"
        style={
          props.state === "FAILED" || props.state === "CRASHED"
            ? { color: stateColor(stateLook(props.state)) }
            : undefined
        }
      >
        {props.children}
        {props.note === undefined ? null : (
          <span className="ml-2 text-xs font-normal text-faint" title={props.about}>
            {props.note}
          </span>
        )}
      </dd>
    </div>
  );
}

const rowClass = "grid min-h-9 items-center gap-x-3 border-b px-3 py-1.5 last:border-0 hover:bg-hover";

function FailedRow({ run }: { readonly run: FlowRunRow }) {
  return (
    <div className={`${rowClass} grid-cols-[16px_minmax(0,1fr)_auto]`}>
      <StateIcon type={run.state_type} name={run.state_name} />
      <RunName run={run} />
      <RelativeTime time={run.end_time ?? run.start_time} className="text-xs text-faint" />
      <p
        className="col-start-2 col-end-4 line-clamp-2 text-xs break-words text-muted"
        title={run.state?.message ?? undefined}
      >
        {run.state?.message ?? ""}
      </p>
    </div>
  );
}

function RunningRow({ run }: { readonly run: FlowRunRow }) {
  return (
    <div className={`${rowClass} grid-cols-[16px_minmax(0,1fr)_64px] sm:grid-cols-[16px_minmax(0,1fr)_auto_64px]`}>
      <StateIcon type={run.state_type} name={run.state_name} />
      <RunName run={run} />
      <span className="max-sm:col-start-2 max-sm:row-start-2">
        <TaskProgress counts={run.task_counts} />
      </span>
      <Elapsed start={run.start_time} end={endOf(run)} className="text-right" />
    </div>
  );
}

function WaitingRow({ run }: { readonly run: FlowRunRow }) {
  return (
    <div className={`${rowClass} grid-cols-[minmax(0,1fr)_auto_auto]`}>
      <RunName run={run} />
      <StateLabel type={run.state_type} name={run.state_name} className="text-xs" />
      <RelativeTime time={run.next_scheduled_start_time ?? run.expected_start_time} className="text-xs text-faint" />
    </div>
  );
}

function RunName({ run }: { readonly run: FlowRunRow }) {
  return (
    <span className="flex min-w-0 items-baseline gap-2">
      <Link to="/runs/flow-run/$id" params={{ id: run.id }} className="truncate font-medium hover:underline">
        {run.name}
      </Link>
      <span className="min-w-0 shrink-[2] truncate text-xs text-faint">{run.flow_name}</span>
    </span>
  );
}

function FlowLine({ row, lists }: { readonly row: DashboardFlow; readonly lists: RunsSearch }) {
  const total = sum(row.counts);
  const failed = (row.counts.FAILED ?? 0) + (row.counts.CRASHED ?? 0);
  return (
    <div className={`${rowClass} grid-cols-[minmax(0,1fr)_auto_auto] sm:grid-cols-[minmax(0,1fr)_128px_72px_88px]`}>
      <span className="min-w-0">
        <Link
          to="/flows/flow/$id"
          params={{ id: row.flow.id }}
          className="block truncate py-0.5 font-medium hover:underline"
        >
          {row.flow.name}
        </Link>
        {row.last_failure === null ? null : (
          <Link
            to="/runs/flow-run/$id"
            params={{ id: row.last_failure.flow_run_id }}
            className="block truncate py-1 text-xs text-faint hover:text-text"
            title={row.last_failure.message ?? undefined}
          >
            {row.last_failure.message ?? row.last_failure.name}
          </Link>
        )}
      </span>
      <span className="flex justify-end max-sm:hidden">
        <RunBars runs={row.recent} most={20} height={26} label={`Recent runs of ${row.flow.name}`} />
      </span>
      <Link
        to="/runs"
        search={{ ...lists, flow: [row.flow.id] }}
        className="text-right text-muted hover:text-text hover:underline"
      >
        {count(total)} <span className="sm:hidden">runs</span>
      </Link>
      <Link
        to="/runs"
        search={{ ...lists, flow: [row.flow.id], state: ["FAILED", "CRASHED"] }}
        className={`text-right hover:underline ${failed === 0 ? "text-faint" : "text-(--state-failed)"}`}
      >
        {failed === 0 ? "none failed" : `${count(failed)} failed`}
      </Link>
    </div>
  );
}

function All({ search, name }: { readonly search: RunsSearch; readonly name: string }) {
  return (
    <Link to="/runs" search={search} className="text-xs text-muted hover:text-text">
      All<span className="sr-only"> {name}</span>
    </Link>
  );
}

function Nothing({ children }: { readonly children: ReactNode }) {
  return <p className="px-3 py-3 text-faint">{children}</p>;
}

/** Rows that are shown change at once; the counts and bars follow a moment later, in one reading for many changes. */
function useLiveDashboard(search: DashboardSearch): void {
  const queryClient = useQueryClient();
  const key = dashboardQuery(search).queryKey;
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  useEffect(() => () => clearTimeout(timer.current), []);
  const again = () => {
    timer.current = undefined;
    void queryClient.invalidateQueries({ queryKey: ["dashboard"] });
  };
  const onChanges = (changes: readonly LiveChange[]) => {
    const rows = new Map(
      changes.flatMap((change) => (change.kind === "flow-run" ? [[change.row.id, change.row] as const] : [])),
    );
    queryClient.setQueryData<Dashboard>(key, (data) => (data === undefined ? data : withRows(data, rows)));
    timer.current ??= setTimeout(again, restMs);
  };
  useLive({ kind: "flow-runs" }, { onChanges, onResync: again });
}

function withRows(data: Dashboard, rows: ReadonlyMap<string, FlowRunRow>): Dashboard {
  const updated = (list: readonly FlowRunRow[]) => list.map((run) => rows.get(run.id) ?? run);
  return { ...data, running: updated(data.running), waiting: updated(data.waiting), failed: updated(data.failed) };
}

function listSearch(search: DashboardSearch): RunsSearch {
  return {
    since: search.from ?? chosenSpan(search),
    ...(search.to === undefined ? {} : { until: search.to }),
    ...(search.flow === undefined ? {} : { flow: search.flow }),
    ...(search.tag === undefined ? {} : { tag: search.tag }),
    ...(search.subflows === "show" ? {} : { subflows: "hide" }),
  };
}

/** Tags to filter by: those of the flows and runs on the page. */
function tagsOf(data: Dashboard | undefined): readonly string[] {
  if (data === undefined) return [];
  const runs = [...data.failed, ...data.running, ...data.waiting];
  return [...new Set([...data.flows.flatMap((row) => row.flow.tags), ...runs.flatMap((run) => run.tags)])].sort();
}

function sum(counts: StateCounts): number {
  return Object.values(counts).reduce((total, value) => total + value, 0);
}

function FailedTasks({ counts, tasks }: { readonly counts: StateCounts; readonly tasks: TaskRunsSearch }) {
  const failed = (counts.FAILED ?? 0) + (counts.CRASHED ?? 0);
  if (failed === 0) return null;
  return (
    <Link to="/runs/task-runs" search={{ ...tasks, state: ["FAILED", "CRASHED"] }} className="hover:underline">
      {count(failed)} failed
    </Link>
  );
}

/** The task runs of the same time, of the runs of the same flows and tags. */
function taskSearch({ since, until, flow, tag }: RunsSearch): TaskRunsSearch {
  return present({ since, until, flow, runTag: tag });
}
