import { Link } from "@tanstack/react-router";
import { useState } from "react";
import type { WorkerRow, WorkPoolPage } from "../api/types.ts";
import { Button, IconButton } from "../components/button.tsx";
import { onDemand } from "../components/on-demand.tsx";
import { RelativeTime } from "../components/time.tsx";
import { SlotRuns } from "./slot-runs.tsx";
import { StartWorker } from "./start-worker.tsx";
import { aboutWorker, WorkerStatusLabel } from "./worker-status.tsx";

const RemoveWorkerDialog = onDemand(() =>
  import("./remove-worker-dialog.tsx").then((module) => module.RemoveWorkerDialog),
);

const columns =
  "grid-cols-[minmax(0,1fr)_auto_28px] lg:grid-cols-[minmax(160px,1fr)_90px_110px_minmax(160px,1.4fr)_28px]";

/** The workers of a pool as they come and go, with their runs. */
export function WorkersTab({ page }: { readonly page: WorkPoolPage }) {
  const { pool, workers } = page;
  const [removing, setRemoving] = useState<WorkerRow>();
  const [showsCommand, setShowsCommand] = useState(false);
  if (workers.length === 0) return <p className="py-4 text-muted">No worker has ever been online.</p>;
  return (
    <div className="flex flex-col gap-2">
      <Button
        icon="plus"
        className="self-start"
        aria-expanded={showsCommand}
        onClick={() => setShowsCommand(!showsCommand)}
      >
        Start another
      </Button>
      {showsCommand ? <StartWorker pool={pool} /> : null}
      <div role="table" aria-label="Workers" className="rounded-lg border bg-surface">
        <div role="rowgroup" className="max-lg:sr-only">
          <div role="row" className={`${columns} grid h-8 items-center gap-x-3 border-b px-3 text-xs text-faint`}>
            <span role="columnheader">Worker</span>
            <span role="columnheader">Status</span>
            <span role="columnheader">Last sign</span>
            <span role="columnheader">Its runs</span>
            <span role="columnheader">
              <span className="sr-only">Actions</span>
            </span>
          </div>
        </div>
        <div role="rowgroup">
          {workers.map((worker) => (
            <div
              key={worker.id}
              role="row"
              className={`grid min-h-11 items-center gap-x-3 gap-y-1 border-b px-3 py-1 last:border-0 hover:bg-hover ${columns}`}
            >
              <span role="cell" className="min-w-0">
                <Link
                  to="/work-pools/$pool/workers/$worker"
                  params={{ pool: pool.name, worker: worker.name }}
                  className="block truncate py-0.5 font-medium hover:underline"
                  title={worker.name}
                >
                  {worker.name}
                </Link>
                <span className="block truncate text-xs text-faint">{aboutWorker(worker.metadata)}</span>
              </span>
              <span role="cell">
                <WorkerStatusLabel status={worker.status} />
                <RelativeTime time={worker.last_heartbeat_time} className="block text-xs text-faint lg:hidden" />
              </span>
              <span role="cell" className="max-lg:hidden">
                <RelativeTime time={worker.last_heartbeat_time} />
              </span>
              <span role="cell" className="min-w-0 max-lg:order-last max-lg:col-span-3">
                {worker.runs.length === 0 ? (
                  <span className="text-faint">none now</span>
                ) : (
                  <SlotRuns runs={worker.runs} />
                )}
              </span>
              <span role="cell">
                <IconButton
                  icon="trash"
                  label={worker.status === "ONLINE" ? `${worker.name} is online` : `Remove ${worker.name}`}
                  disabled={worker.status === "ONLINE"}
                  onClick={() => setRemoving(worker)}
                />
              </span>
            </div>
          ))}
        </div>
      </div>
      {removing === undefined ? null : (
        <RemoveWorkerDialog pool={pool.name} worker={removing.name} onClose={() => setRemoving(undefined)} />
      )}
    </div>
  );
}
