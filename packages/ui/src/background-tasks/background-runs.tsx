import { nameInTaskKey, stateNames } from "@ostinato/core";
import { Link } from "@tanstack/react-router";
import type { ReactNode } from "react";
import type { BackgroundTaskRow, FailedTaskRun, WaitingTaskRun } from "../api/types.ts";
import { Elapsed, RelativeTime } from "../components/time.tsx";
import { amount, count, milliseconds } from "../format.ts";
import { useNow } from "../now.ts";
import { StateIcon } from "../runs/state.tsx";

/** Runs that wait, in the order in which workers take them. */
export function WaitingRuns(props: {
  readonly runs: readonly WaitingTaskRun[];
  readonly tasks: readonly BackgroundTaskRow[];
  readonly task: string | undefined;
}) {
  const { runs, tasks, task } = props;
  const now = useNow();
  const shown = tasks.filter(({ task_key }) => task === undefined || task_key === task);
  const all = shown.reduce((sum, { waiting, scheduled }) => sum + waiting + scheduled, 0);
  const unserved = shown.filter(({ waiting, workers }) => waiting > 0 && workers.length === 0);
  if (runs.length === 0) return <p className="px-3 py-3 text-muted">Nothing waits.</p>;
  return (
    <>
      {unserved.map(({ task_key, waiting }) => (
        <p key={task_key} className="border-b px-3 py-2 text-(--state-late)">
          No connected task worker runs {nameInTaskKey(task_key)}: {amount(waiting, "run")}{" "}
          {waiting === 1 ? "waits" : "wait"} for one.
        </p>
      ))}
      <ol aria-label="Waiting runs">
        {runs.map((run) => (
          <Row key={run.id} run={run} icon={<StateIcon silent type="SCHEDULED" name={stateNames.scheduled} />}>
            {run.priority === 0 ? null : <span className="text-muted">priority {run.priority}</span>}
            {run.deliveries === 0 ? null : (
              <span className="text-muted">{amount(run.deliveries, "worker")} had it before</span>
            )}
            <span className="min-w-20 text-right">
              {milliseconds(run.due) > now ? <RelativeTime time={run.due} /> : <Elapsed start={run.due} end={null} />}
            </span>
          </Row>
        ))}
      </ol>
      {all > runs.length ? <More shown={runs.length} all={all} /> : null}
    </>
  );
}

/** Runs that failed or crashed, the latest first. */
export function FailedRuns({
  runs,
  task,
}: {
  readonly runs: readonly FailedTaskRun[];
  readonly task: string | undefined;
}) {
  if (runs.length === 0) return <p className="px-3 py-3 text-muted">Nothing failed.</p>;
  return (
    <>
      <ol aria-label="Failed runs">
        {runs.map((run) => (
          <Row
            key={run.id}
            run={run}
            icon={<StateIcon type={run.state_type} name={run.state_name} />}
            message={run.message}
          >
            {run.worker === null ? null : (
              <span className="max-w-56 truncate text-muted" title={run.worker}>
                {run.worker}
              </span>
            )}
            <RelativeTime time={run.ended} className="min-w-20 text-right" />
          </Row>
        ))}
      </ol>
      <p className="border-t px-3 py-2">
        <Link
          to="/runs/task-runs"
          search={{
            background: "yes",
            state: ["FAILED", "CRASHED"],
            ...(task === undefined ? {} : { q: nameInTaskKey(task) }),
          }}
          className="text-accent hover:underline"
        >
          All failed background runs
        </Link>
      </p>
    </>
  );
}

function Row(props: {
  readonly run: { readonly id: string; readonly name: string; readonly task_key: string };
  readonly icon: ReactNode;
  readonly message?: string | null;
  readonly children: ReactNode;
}) {
  const { run, message = null } = props;
  return (
    <li className="border-b px-3 py-1.5 last:border-0 hover:bg-hover">
      <div className="flex min-w-0 flex-wrap items-center gap-x-3 gap-y-0.5">
        <span className="mr-auto inline-flex min-w-0 items-center gap-1.5">
          {props.icon}
          <Link
            to="/runs/task-run/$id"
            params={{ id: run.id }}
            dir="auto"
            className="truncate py-0.5 font-medium hover:underline"
            title={run.name}
          >
            {run.name}
          </Link>
        </span>
        {props.children}
      </div>
      {message === null || message === "" ? null : (
        <p className="truncate text-xs text-muted" title={message}>
          {message}
        </p>
      )}
    </li>
  );
}

function More({ shown, all }: { readonly shown: number; readonly all: number }) {
  return (
    <p className="border-t px-3 py-2 text-xs text-faint">
      The first {count(shown)} of {count(all)} are shown.
    </p>
  );
}
