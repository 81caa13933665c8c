import { nameInTaskKey } from "@ostinato/core";
import { useQueryClient } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useLive } from "../api/live.ts";
import { useRested } from "../api/rested.ts";
import type { BackgroundRun, TaskRunPage } from "../api/types.ts";
import { Elapsed, RelativeTime } from "../components/time.tsx";
import { StateIcon } from "../runs/state.tsx";
import { stateColor, stateLook } from "../states.ts";
import { taskRunQuery } from "./task-run.queries.ts";

interface Props {
  readonly page: TaskRunPage;
  readonly background: BackgroundRun;
}

/** That it is a background task, where its kind stands in line, and the worker that runs or ran it. */
export function BackgroundFacts({ page, background }: Props) {
  const { worker, priority } = background;
  const key = page.task_run.task_key;
  return (
    <>
      <span>
        Background task{" "}
        <Link to="/background-tasks" search={{ task: key }} className="text-text underline hover:no-underline">
          {nameInTaskKey(key)}
        </Link>
      </span>
      {worker === null ? null : (
        <span>
          {page.task_run.state_type === "RUNNING" ? "Runs on" : "Ran on"}{" "}
          <span dir="auto" className="break-all text-text">
            {worker}
          </span>
        </span>
      )}
      {priority === null || priority === 0 ? null : <span>Priority {priority}</span>}
    </>
  );
}

/** Why it has not begun, since when, and what would make it. */
export function BackgroundWait({ page, background: { waiting } }: Props) {
  const run = page.task_run;
  useLiveQueue(run.id, waiting !== null);
  if (waiting === null) return null;
  return (
    <section
      aria-label="What it waits for"
      className="flex items-start gap-2.5 rounded-lg border border-l-3 bg-surface px-3 py-2.5"
      style={{ borderLeftColor: stateColor(stateLook(run.state_type, run.state_name)) }}
    >
      <StateIcon silent type={run.state_type} name={run.state_name} className="mt-0.5 size-4" />
      <div className="min-w-0">
        <p className="font-medium break-words">{waiting.reason}</p>
        <p className="text-muted">
          {waiting.until === null ? (
            <>
              For <Elapsed start={waiting.since} end={null} />.
            </>
          ) : (
            <>
              It begins <RelativeTime time={waiting.until} /> at the earliest.
            </>
          )}
          {waiting.hint === null ? "" : ` ${waiting.hint}`}
        </p>
      </div>
    </section>
  );
}

/** What it waits for changes with other runs of the queue and with the workers. */
function useLiveQueue(id: string, waits: boolean): void {
  const queryClient = useQueryClient();
  const anew = () => queryClient.invalidateQueries({ queryKey: taskRunQuery(id).queryKey });
  const soon = useRested(anew);
  useLive(waits ? { kind: "background-tasks" } : undefined, { onChanges: soon, onResync: () => void anew() });
}
