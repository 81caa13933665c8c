import { Link } from "@tanstack/react-router";
import { useRef } from "react";
import type { TaskRunRow } from "../api/types.ts";
import { useMedia } from "../components/media.ts";
import { usePageRows } from "../components/page-rows.ts";
import { RelativeTime } from "../components/time.tsx";
import { Ran } from "../runs/ran.tsx";
import { StateIcon } from "../runs/state.tsx";
import { isBad, stateLook } from "../states.ts";

const rowHeight = 34;
const narrowRowHeight = 54;
const columns = "minmax(168px, 1.3fr) minmax(96px, 1fr) minmax(96px, 1fr) minmax(110px, 1.2fr) 56px 96px 84px";

/** Task runs as virtual rows; two lines per row on a narrow screen. */
export function TaskRunList({ runs, onEnd }: { readonly runs: readonly TaskRunRow[]; readonly onEnd: () => void }) {
  const narrow = useMedia("(max-width: 1079px)");
  const list = useRef<HTMLDivElement>(null);
  const height = narrow ? narrowRowHeight : rowHeight;
  const { rows, items, topOf } = usePageRows(list, { entries: runs, height, onEnd });
  return (
    <div
      ref={list}
      role="table"
      aria-label="Task runs"
      aria-rowcount={runs.length + 1}
      className="rounded-lg border bg-surface"
    >
      <div role="rowgroup" className={narrow ? "sr-only" : ""}>
        <div
          role="row"
          className="grid h-8 items-center gap-3 border-b px-3 text-xs text-faint"
          style={{ gridTemplateColumns: columns }}
        >
          <span role="columnheader">Task run</span>
          <span role="columnheader">Flow run</span>
          <span role="columnheader">Flow</span>
          <span role="columnheader">State</span>
          <span role="columnheader" className="text-right">
            Attempts
          </span>
          <span role="columnheader" className="text-right">
            Started
          </span>
          <span role="columnheader" className="text-right">
            Took
          </span>
        </div>
      </div>
      <div role="rowgroup" className="relative" style={{ height: rows.getTotalSize() }}>
        {items.map((item) => {
          const run = runs[item.index];
          if (run === undefined) return null;
          return (
            <div
              key={item.key}
              role="row"
              aria-rowindex={item.index + 2}
              className={`absolute inset-x-0 grid items-center gap-3 px-3 hover:bg-hover ${item.index === 0 ? "" : "border-t"}`}
              style={{ height, top: topOf(item), gridTemplateColumns: narrow ? "minmax(0, 1fr)" : columns }}
            >
              {narrow ? <NarrowRow run={run} /> : <WideRow run={run} />}
            </div>
          );
        })}
      </div>
    </div>
  );
}

function WideRow({ run }: { readonly run: TaskRunRow }) {
  return (
    <>
      <span role="cell" className="flex min-w-0 items-center gap-2">
        <StateIcon type={run.state_type} name={run.state_name} />
        <TaskName run={run} />
      </span>
      <span role="cell" className="truncate">
        {run.flow_run_id === null ? (
          <span className="text-faint">none</span>
        ) : (
          <Link
            to="/runs/flow-run/$id"
            params={{ id: run.flow_run_id }}
            search={{ task: run.id }}
            className="hover:underline"
            title={run.flow_run_name ?? undefined}
          >
            {run.flow_run_name}
          </Link>
        )}
      </span>
      <span role="cell" className="truncate">
        {run.flow_id === null ? null : (
          <Link
            to="/flows/flow/$id"
            params={{ id: run.flow_id }}
            className="text-muted hover:text-text hover:underline"
            title={run.flow_name ?? undefined}
          >
            {run.flow_name}
          </Link>
        )}
      </span>
      <span role="cell" className="truncate text-muted" title={run.state_message ?? undefined}>
        {aboutState(run)}
      </span>
      <span role="cell" className="text-right text-muted">
        {run.run_count}
      </span>
      <span role="cell" className="text-right text-muted">
        <RelativeTime time={run.start_time ?? run.expected_start_time} />
      </span>
      <span role="cell" className="text-right">
        <Ran run={run} since={run.state_timestamp} />
      </span>
    </>
  );
}

function NarrowRow({ run }: { readonly run: TaskRunRow }) {
  return (
    <span role="cell" className="grid min-w-0 grid-cols-[16px_minmax(0,1fr)_auto] items-center gap-x-2">
      <StateIcon type={run.state_type} name={run.state_name} />
      <TaskName run={run} />
      <Ran run={run} since={run.state_timestamp} className="text-right text-muted" />
      <span />
      <span className="truncate text-xs text-faint">
        {run.flow_run_name === null ? "" : `${run.flow_run_name} · `}
        {aboutState(run)}
      </span>
      <RelativeTime time={run.start_time ?? run.expected_start_time} className="text-right text-xs text-faint" />
    </span>
  );
}

function TaskName({ run }: { readonly run: TaskRunRow }) {
  return (
    <Link
      to="/runs/task-run/$id"
      params={{ id: run.id }}
      className="truncate font-medium hover:underline"
      title={run.name}
    >
      {run.name}
    </Link>
  );
}

/** The first line of a failure's message: the icon beside it already shows the state. */
function aboutState(run: TaskRunRow): string {
  const message = isBad(run.state_type) ? run.state_message?.split("\n", 1)[0] : undefined;
  return message === undefined || message === "" ? stateLook(run.state_type, run.state_name).label : message;
}
