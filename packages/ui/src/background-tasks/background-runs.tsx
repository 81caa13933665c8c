import { nameInTaskKey, stateNames } from "@ostinato/core";
import { Link } from "@tanstack/react-router";
import { type ReactNode, useState } from "react";
import type { BackgroundTaskRow, FailedTaskRun, WaitingTaskRun } from "../api/types.ts";
import { Button } from "../components/button.tsx";
import { Elapsed, RelativeTime } from "../components/time.tsx";
import { amount, count, milliseconds } from "../format.ts";
import { useNow } from "../now.ts";
import { StateIcon } from "../runs/state.tsx";
import { failedRunsOf } from "./background-tasks-search.ts";

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
      <Unserved tasks={unserved} />
      <Folded label="Waiting runs" rows={runs} all={all}>
        {(run) => (
          <Row key={run.id} run={run} icon={<StateIcon silent type="SCHEDULED" name={stateNames.scheduled} />}>
            {run.priority === 0 ? null : <span className="text-muted">priority {run.priority}</span>}
            {run.deliveries === 0 ? null : (
              <span className="text-muted">{amount(run.deliveries, "worker")} had it before</span>
            )}
            <span className="min-w-20 text-right">
              {milliseconds(run.due) > now ? <RelativeTime time={run.due} /> : <Elapsed start={run.due} end={null} />}
            </span>
          </Row>
        )}
      </Folded>
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
      <Folded label="Failed runs" rows={runs} all={runs.length}>
        {(run) => (
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
        )}
      </Folded>
      <p className="border-t px-3 py-2">
        <Link to="/runs/task-runs" search={failedRunsOf(task)} className="text-accent hover:underline">
          All that failed in the last day
        </Link>
      </p>
    </>
  );
}

const maxUnserved = 3;

/** Tasks whose runs wait and that nobody works on, the first of them by name. */
function Unserved({ tasks }: { readonly tasks: readonly BackgroundTaskRow[] }) {
  if (tasks.length === 0) return null;
  const more = tasks.slice(maxUnserved);
  const waiting = more.reduce((sum, task) => sum + task.waiting, 0);
  return (
    <ul className="border-b px-3 py-2 text-(--state-late) wrap-anywhere">
      {tasks.slice(0, maxUnserved).map((task) => (
        <li key={task.task_key}>
          No connected task worker runs {nameInTaskKey(task.task_key)}: {amount(task.waiting, "run")}{" "}
          {task.waiting === 1 ? "waits" : "wait"} for one.
        </li>
      ))}
      {more.length === 0 ? null : (
        <li>
          The same is true of {amount(more.length, "more task")} with {amount(waiting, "run")}.
        </li>
      )}
    </ul>
  );
}

const maxUnfolded = 10;

/** The first rows, and the others once somebody asks for them, so that what stands below the list is in sight. */
function Folded<R>(props: {
  readonly label: string;
  readonly rows: readonly R[];
  /** How many there are, with those that are not among `rows`. */
  readonly all: number;
  readonly children: (row: R) => ReactNode;
}) {
  const { label, rows, all, children } = props;
  const [isWhole, setWhole] = useState(false);
  const isFolded = !isWhole && rows.length > maxUnfolded;
  return (
    <>
      <ol aria-label={label}>{(isFolded ? rows.slice(0, maxUnfolded) : rows).map(children)}</ol>
      {isFolded ? (
        <p className="border-t px-2 py-1">
          <Button look="ghost" onClick={() => setWhole(true)}>
            Show {count(rows.length - maxUnfolded)} more
          </Button>
        </p>
      ) : all > rows.length ? (
        <p className="border-t px-3 py-2 text-xs text-faint">
          The first {count(rows.length)} of {count(all)} are shown.
        </p>
      ) : null}
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
