import { startsOf } from "@ostinato/core";
import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useCallback, useEffect, useRef, useState } from "react";
import type { TaskRunPage } from "../api/types.ts";
import { pageAddress } from "../base-path.ts";
import { IconButton } from "../components/button.tsx";
import { CopyButton } from "../components/copy.tsx";
import { Failure } from "../components/failure.tsx";
import { Icon } from "../components/icon.tsx";
import { LongText } from "../components/long-text.tsx";
import { useMedia } from "../components/media.ts";
import { WidthHandle } from "../components/resizable.tsx";
import { Skeleton } from "../components/skeleton.tsx";
import { Tabs } from "../components/tabs.tsx";
import { Elapsed, RelativeTime } from "../components/time.tsx";
import { count } from "../format.ts";
import type { LogSearch } from "../logs/log-search.ts";
import { LogView } from "../logs/log-view.tsx";
import { StateLabel } from "../runs/state.tsx";
import { isBad, isFinal } from "../states.ts";
import { taskRunQuery } from "../task-run/task-run.queries.ts";
import { TaskRunDetails } from "../task-run/task-run-details.tsx";
import { type Steps, stepFrom, useStepKeys } from "./failed-steps.ts";
import type { ChangeSearch, FlowRunSearch } from "./flow-run-search.ts";
import { besideMedia, panelWidths } from "./panel-place.ts";

/** The selected task run beside its flow run, as high as the window; over it on narrow screens, and all of the screen of a phone. */
export function TaskPanel(props: {
  readonly id: string;
  readonly search: FlowRunSearch;
  readonly onSearch: ChangeSearch;
  /** The attempt of the task run that the address points to. */
  readonly attempt: string | undefined;
  readonly steps: Steps;
  readonly width: number;
  readonly onWidth: (width: number) => void;
}) {
  const { id, search, onSearch, steps, width } = props;
  const query = useQuery(taskRunQuery(id));
  const panel = useRef<HTMLElement>(null);
  const isBeside = useMedia(besideMedia);
  const onClose = useCallback(() => onSearch({ task: undefined }), [onSearch]);
  const onStep = useCallback(
    (by: 1 | -1) => {
      const next = stepFrom(steps, id, by);
      if (next !== undefined) onSearch({ task: next });
    },
    [steps, id, onSearch],
  );
  useStepKeys(onStep);
  useCloseByEscape(onClose);
  useFocusWhileOpen(panel);
  const page = query.data;
  const place = steps.ids.indexOf(id) + 1;
  const kind = steps.areFailed ? "failed task" : "task";
  return (
    <aside
      ref={panel}
      tabIndex={-1}
      aria-label="Selected task run"
      style={isBeside ? { width } : undefined}
      className="fixed top-11 right-0 bottom-0 z-30 flex min-w-0 flex-col border-l bg-bg focus-visible:outline-none max-lg:top-0 max-lg:z-40 max-lg:w-[min(100vw,560px)] max-lg:shadow-pop max-sm:w-screen max-sm:border-l-0"
    >
      {isBeside ? (
        <WidthHandle label="Width of the panel" width={width} range={panelWidths} onWidth={props.onWidth} />
      ) : null}
      <div className="flex items-start gap-1 px-4 pt-3">
        <PanelHeading page={page} />
        {steps.ids.length < 2 ? null : (
          <span className="flex items-center">
            <span role="status" className="text-xs whitespace-nowrap text-faint max-sm:hidden">
              {place === 0 ? "" : `${count(place)} of ${count(steps.ids.length)}${steps.areFailed ? " failed" : ""}`}
            </span>
            <IconButton icon="arrowUp" label={`Previous ${kind} (k)`} onClick={() => onStep(-1)} />
            <IconButton icon="arrowDown" label={`Next ${kind} (j)`} onClick={() => onStep(1)} />
          </span>
        )}
        <CopyButton text={pageAddress(`runs/task-run/${id}`)} icon="link" label="Copy the link" className="!size-7" />
        <Link
          to="/runs/task-run/$id"
          params={{ id }}
          aria-label="Open as a page"
          title="Open as a page"
          className="inline-flex size-7 shrink-0 items-center justify-center rounded-md text-muted hover:bg-hover hover:text-text"
        >
          <Icon name="expand" />
        </Link>
        <IconButton icon="close" label="Close the panel" onClick={onClose} />
      </div>
      <div className="flex min-h-0 flex-1 flex-col overflow-y-auto px-4 pb-8">
        {query.isError ? (
          <Failure error={query.error} what="The task run" onRetry={() => void query.refetch()} />
        ) : null}
        {query.isPending ? <Skeleton rows={10} height={24} /> : null}
        {page === undefined ? null : (
          <PanelTabs key={id} page={page} search={search} onSearch={onSearch} attempt={props.attempt} />
        )}
      </div>
    </aside>
  );
}

function PanelHeading({ page }: { readonly page: TaskRunPage | undefined }) {
  const run = page?.task_run;
  return (
    <div className="mr-auto min-w-0 flex-1">
      <div className="flex items-center gap-1">
        <h2 dir="auto" className="truncate text-base font-semibold" title={run?.name}>
          {run?.name ?? "Task run"}
        </h2>
        {run === undefined ? null : <CopyButton text={run.name} label="Copy the name of the task run" />}
      </div>
      {page === undefined || run === undefined ? null : (
        <p className="flex flex-wrap items-center gap-x-3">
          <StateLabel type={run.state_type} name={run.state_name} />
          <Elapsed start={run.start_time} end={run.end_time} className="text-muted" />
          {run.run_count > 1 ? <span className="text-muted">attempt {run.run_count}</span> : null}
          <RelativeTime time={run.state?.timestamp} className="text-faint" />
          {page.child_flow_run_id === null ? null : (
            <Link
              to="/runs/flow-run/$id"
              params={{ id: page.child_flow_run_id }}
              className="text-accent hover:underline"
            >
              Open the subflow
            </Link>
          )}
        </p>
      )}
    </div>
  );
}

type Pane = NonNullable<FlowRunSearch["pane"]>;

const panes: Readonly<Record<Pane, { readonly value: Pane; readonly label: string }>> = {
  overview: { value: "overview", label: "Overview" },
  log: { value: "log", label: "Log" },
};

/** What failed begins with its log, and everything else with the overview. */
function PanelTabs(props: {
  readonly page: TaskRunPage;
  readonly search: FlowRunSearch;
  readonly onSearch: ChangeSearch;
  readonly attempt: string | undefined;
}) {
  const { page, search, onSearch } = props;
  const run = page.task_run;
  const [log, setLog] = useState<LogSearch>({});
  const first = isBad(run.state_type) ? "log" : "overview";
  const pane = search.pane ?? first;
  return (
    <Tabs<Pane>
      label="Task run"
      value={pane}
      onChange={(next) => onSearch({ pane: next === first ? undefined : next })}
      tabs={first === "log" ? [panes.log, panes.overview] : [panes.overview, panes.log]}
    >
      {pane === "overview" ? <TaskRunDetails page={page} attempt={props.attempt} /> : null}
      {pane === "log" ? (
        <div className="flex flex-col gap-2">
          {page.failure === null ? null : (
            <div className="border-l-3 border-l-(--state-failed) pl-2">
              <LongText text={page.failure.message} className="font-medium" />
            </div>
          )}
          <LogView
            run={{ task_run_id: run.id }}
            topic={{ kind: "task-run", task_run_id: run.id }}
            live={!isFinal(run.state_type)}
            failed={isBad(run.state_type)}
            start={run.start_time}
            attempts={startsOf(page.states)}
            search={log}
            onSearch={(change) => setLog((before) => ({ ...before, ...change }))}
            download={`task_runs/${run.id}/logs/download`}
            narrow
          />
        </div>
      ) : null}
    </Tabs>
  );
}

function useCloseByEscape(onClose: () => void): void {
  useEffect(() => {
    const close = (event: KeyboardEvent) => {
      if (event.key !== "Escape" || event.defaultPrevented) return;
      if (document.querySelector("[role=dialog],[role=menu]") === null) onClose();
    };
    addEventListener("keydown", close);
    return () => removeEventListener("keydown", close);
  }, [onClose]);
}

/** The focus goes into the panel when it opens, and back when it closes. */
function useFocusWhileOpen(panel: { readonly current: HTMLElement | null }): void {
  useEffect(() => {
    const before = document.activeElement;
    panel.current?.focus({ preventScroll: true });
    return () => {
      if (before instanceof HTMLElement && before.isConnected) before.focus({ preventScroll: true });
    };
  }, [panel]);
}
