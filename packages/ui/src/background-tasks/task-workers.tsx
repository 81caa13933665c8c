import { nameInTaskKey } from "@ostinato/core";
import { Link } from "@tanstack/react-router";
import type { TaskWorkerRow } from "../api/types.ts";
import { SlotMeter } from "../components/slot-meter.tsx";
import { Elapsed, RelativeTime } from "../components/time.tsx";
import { count } from "../format.ts";
import { StateIcon } from "../runs/state.tsx";

/** The connected workers, with what each runs now. */
export function TaskWorkers({ workers }: { readonly workers: readonly TaskWorkerRow[] }) {
  if (workers.length === 0)
    return (
      <p className="px-3 py-3 text-muted">
        No task worker is connected. <code>worker([…])</code> or <code>ostinato task serve</code> starts one in
        TypeScript, <code>serve()</code> of the task in Python.
      </p>
    );
  return (
    <ul aria-label="Task workers">
      {workers.map((worker) => (
        <li key={worker.identifier} className="border-b px-3 py-2 last:border-0">
          <div className="flex min-w-0 flex-wrap items-center gap-x-4 gap-y-1">
            <span dir="auto" className="mr-auto min-w-0 truncate font-medium" title={worker.identifier}>
              {worker.identifier}
            </span>
            {worker.slots === null ? (
              <span className="text-muted">{count(worker.held_count)} running</span>
            ) : (
              <SlotMeter label={`Places of ${worker.identifier}`} taken={worker.held_count} limit={worker.slots} />
            )}
            <span className="text-muted">
              last sign <RelativeTime time={worker.last_sign} />
            </span>
          </div>
          <p className="truncate text-xs text-muted" title={worker.task_keys.join(", ")}>
            works on {worker.task_keys.map(nameInTaskKey).join(", ")}
          </p>
          {worker.held.length === 0 ? null : (
            <ul aria-label={`Runs of ${worker.identifier}`} className="flex flex-wrap gap-x-4 gap-y-1 pt-1">
              {worker.held.map((run) => (
                <li key={run.id} className="inline-flex min-w-0 items-center gap-1.5">
                  <StateIcon type={run.state_type} name={run.state_name} />
                  <Link
                    to="/runs/task-run/$id"
                    params={{ id: run.id }}
                    className="truncate hover:underline"
                    title={run.name}
                  >
                    {run.name}
                  </Link>
                  <Elapsed start={run.since} end={null} className="text-xs text-faint" />
                </li>
              ))}
              {worker.held_count > worker.held.length ? (
                <li className="text-faint">and {count(worker.held_count - worker.held.length)} more</li>
              ) : null}
            </ul>
          )}
        </li>
      ))}
    </ul>
  );
}
