import { Link } from "@tanstack/react-router";
import type { FlowRunRow } from "../api/types.ts";
import { RelativeTime } from "../components/time.tsx";
import { DeploymentLink } from "../runs/deployment-link.tsx";
import { Ran } from "../runs/ran.tsx";
import { StateIcon, StateLabel } from "../runs/state.tsx";
import { TaskProgress } from "../runs/task-progress.tsx";
import { statedOf } from "../states.ts";

export const rowClass = "relative grid min-h-9 items-center gap-x-3 border-b px-3 py-1.5 last:border-0 hover:bg-hover";

export function RunningRow({ run }: { readonly run: FlowRunRow }) {
  return (
    <div className={`${rowClass} grid-cols-[16px_minmax(0,1fr)_64px] sm:grid-cols-[16px_minmax(0,1fr)_auto_64px]`}>
      <StateIcon type={run.state_type} name={run.state_name} />
      <RunName run={run} />
      <span className="max-sm:col-start-2 max-sm:row-start-2">
        <TaskProgress counts={run.task_counts} />
      </span>
      <Ran run={run} since={run.state?.timestamp} className="text-right" />
    </div>
  );
}

export function WaitingRow({ run }: { readonly run: FlowRunRow }) {
  return (
    <div className={`${rowClass} grid-cols-[minmax(0,1fr)_auto_auto]`}>
      <RunName run={run} />
      <StateLabel {...statedOf(run)} className="text-xs" />
      <RelativeTime time={run.next_scheduled_start_time ?? run.expected_start_time} className="text-xs text-faint" />
    </div>
  );
}

/** A run that is scheduled: what runs is more to the point than the name that was made up for it. */
export function UpcomingRow({ run }: { readonly run: FlowRunRow }) {
  return (
    <div className={`${rowClass} grid-cols-[minmax(0,1fr)_auto]`}>
      <span className="flex min-w-0 items-baseline gap-2">
        <Link to="/runs/flow-run/$id" params={{ id: run.id }} className="truncate font-medium hover:underline">
          {run.flow_name}
        </Link>
        <DeploymentLink run={run} className="min-w-0 shrink-[2] truncate text-xs text-faint" />
      </span>
      <RelativeTime time={run.next_scheduled_start_time ?? run.expected_start_time} className="text-xs text-faint" />
    </div>
  );
}

function RunName({ run }: { readonly run: FlowRunRow }) {
  return (
    <span className="flex min-w-0 items-baseline gap-2">
      <Link to="/runs/flow-run/$id" params={{ id: run.id }} className="row-link truncate font-medium hover:underline">
        {run.name}
      </Link>
      <span className="min-w-0 shrink-[2] truncate text-xs text-faint">{run.flow_name}</span>
    </span>
  );
}
