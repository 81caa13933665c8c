import { useQuery } from "@tanstack/react-query";
import { useMemo, useState } from "react";
import type { Failure as Failed, FlowRunPage, Timeline } from "../api/types.ts";
import { IconButton, Segmented } from "../components/button.tsx";
import { Failure } from "../components/failure.tsx";
import { Icon } from "../components/icon.tsx";
import { onDemand } from "../components/on-demand.tsx";
import { Skeleton } from "../components/skeleton.tsx";
import { amount, count, milliseconds } from "../format.ts";
import { pageOfAttempt, type RunAttempts, timelineOfAttempt, timeOfAttempt } from "./chosen-attempt.ts";
import { timelineQuery } from "./flow-run.queries.ts";
import type { ChangeSearch, FlowRunSearch } from "./flow-run-search.ts";
import { loadGraphView, prepareGraph } from "./graph/graph-loading.ts";
import { isAmong, type ShownRuns } from "./timeline/timeline-model.ts";
import { TimelineView } from "./timeline/timeline-view.tsx";

const GraphView = onDemand(() => loadGraphView().then((module) => module.GraphView), <Skeleton rows={8} height={28} />);

/** Timeline and graph: two views with one selection. */
export function RunViews(props: {
  readonly page: FlowRunPage;
  readonly live: boolean;
  readonly ended: number | undefined;
  readonly attempts: RunAttempts;
  /** The failure to which the timeline opens. */
  readonly failure: Failed | null;
  readonly search: FlowRunSearch;
  readonly onSearch: ChangeSearch;
}) {
  const { page, live, search, onSearch } = props;
  const query = useQuery(timelineQuery(page.flow_run.id));
  const [tall, setTall] = useState(false);
  const timeline = query.data === undefined ? undefined : timelineOfAttempt(query.data, props.attempts.chosen);
  const shown = useMemo(() => pageOfAttempt(page, props.attempts), [page, props.attempts]);
  const time = useMemo(() => timeOfAttempt(props.attempts), [props.attempts]);
  const end = shown.flow_run.end_time;
  const ended = end === null ? props.ended : milliseconds(end);
  const calls = (props.failure?.path ?? []).flatMap(({ task_run_id }) => task_run_id ?? []).join();
  const path = useMemo(() => (calls === "" ? [] : calls.split(",")), [calls]);
  const view = search.view ?? "timeline";
  const select = (task: string | undefined) => onSearch({ task });
  return (
    <section aria-label="Task runs" className="min-w-0 rounded-lg border bg-surface">
      <div className="flex min-h-10 flex-wrap items-center gap-2 border-b px-2 py-1">
        {/* biome-ignore lint/a11y/noStaticElementInteractions: it only prepares what the switch inside does */}
        <span onPointerEnter={prepareGraph} onFocus={prepareGraph}>
          <Segmented
            label="View"
            value={view}
            onChange={(next) => onSearch({ view: next === "graph" ? "graph" : undefined })}
            options={[
              { value: "timeline", label: <ViewName icon="timeline" name="Timeline" /> },
              { value: "graph", label: <ViewName icon="graph" name="Graph" /> },
            ]}
          />
        </span>
        {view === "graph" ? (
          <Segmented
            label="Arrange the boxes"
            value={search.place ?? "dependencies"}
            onChange={(next) => onSearch({ place: next === "time" ? "time" : undefined })}
            options={[
              { value: "dependencies", label: "By dependency" },
              { value: "time", label: "By time" },
            ]}
          />
        ) : null}
        <span className="truncate text-xs text-faint max-sm:hidden">
          {timeline === undefined ? "" : amount(timeline.total, "task run")}
          {timeline?.truncated === true ? `, the first ${count(timeline.id.length)} shown` : ""}
        </span>
        {view === "timeline" && timeline !== undefined ? (
          <RunFilter timeline={timeline} only={search.only} onOnly={(only) => onSearch({ only })} />
        ) : null}
        <IconButton
          icon="expand"
          label={tall ? "Less height" : "More height"}
          className="ml-auto"
          aria-pressed={tall}
          onClick={() => setTall(!tall)}
        />
      </div>
      {query.isError ? (
        <div className="p-3">
          <Failure error={query.error} what="The timeline" onRetry={() => void query.refetch()} />
        </div>
      ) : null}
      {timeline === undefined ? (
        query.isError ? null : (
          <Skeleton rows={6} height={28} />
        )
      ) : view === "timeline" ? (
        <>
          <TimelineView
            // The same task run may stand for another subflow in each attempt.
            key={String(props.attempts.chosen)}
            page={shown}
            timeline={timeline}
            time={time}
            only={search.only}
            live={live}
            ended={ended}
            selected={search.task}
            onSelect={select}
            tall={tall}
            path={path}
          />
          {timeline.id.length === 0 ? <NoTasks live={live} /> : null}
        </>
      ) : timeline.id.length === 0 ? (
        <NoTasks live={live} />
      ) : (
        <GraphView
          timeline={timeline}
          time={time}
          placement={search.place ?? "dependencies"}
          live={live}
          selected={search.task}
          onSelect={select}
          tall={tall}
        />
      )}
    </section>
  );
}

function NoTasks({ live }: { readonly live: boolean }) {
  return (
    <p className="px-3 py-5 text-muted">
      {live
        ? "No task has been called yet. Each one appears here as it is called."
        : "No task was called in this run. Wrap a function in task(…) to see it here."}
    </p>
  );
}

/** Chooses the lines of the timeline, where some failed or are running. */
function RunFilter(props: {
  readonly timeline: Timeline;
  readonly only: ShownRuns | undefined;
  readonly onOnly: (only: ShownRuns | undefined) => void;
}) {
  const { timeline, only } = props;
  const countOf = (one: ShownRuns) => timeline.state_type.filter((type) => isAmong(one, type)).length;
  const choices = (["failed", "running"] as const)
    .map((one) => ({ one, number: countOf(one) }))
    .filter(({ one, number }) => number > 0 || one === only);
  if (choices.length === 0 || timeline.id.length < 2) return null;
  return (
    <Segmented
      label="Show"
      value={only ?? "all"}
      onChange={(next) => props.onOnly(next === "all" ? undefined : next)}
      options={[
        { value: "all" as const, label: "All" },
        ...choices.map(({ one, number }) => ({ value: one, label: `${count(number)} ${one}` })),
      ]}
    />
  );
}

function ViewName({ icon, name }: { readonly icon: "timeline" | "graph"; readonly name: string }) {
  return (
    <>
      <Icon name={icon} className="size-3.5" /> {name}
    </>
  );
}
