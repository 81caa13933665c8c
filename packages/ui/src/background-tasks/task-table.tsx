import { nameInTaskKey } from "@ostinato/core";
import { Link } from "@tanstack/react-router";
import type { ReactNode } from "react";
import type { BackgroundTaskRow } from "../api/types.ts";
import { Elapsed } from "../components/time.tsx";
import { amount, count } from "../format.ts";
import { failedRunsOf } from "./background-tasks-search.ts";

const columns =
  "grid-cols-[minmax(0,1fr)_repeat(3,minmax(44px,max-content))] md:grid-cols-[minmax(140px,1fr)_64px_96px_64px_64px_64px] lg:grid-cols-[minmax(180px,1fr)_84px_110px_84px_84px_84px_84px_110px]";

/** The width of the window from which a column is shown. */
const from = { md: "max-md:hidden", lg: "max-lg:hidden" } as const;
type From = keyof typeof from;

/** The server tells of no more. */
const maxTasks = 200;

/** The background tasks with how many of their runs wait, run and ended in the last day; a row chooses its task. */
export function TaskTable(props: {
  readonly tasks: readonly BackgroundTaskRow[];
  readonly chosen: string | undefined;
  readonly onChoose: (task: string | undefined) => void;
}) {
  const { tasks, chosen, onChoose } = props;
  return (
    <div className="overflow-x-auto rounded-lg border bg-surface">
      <div role="table" aria-label="Background tasks">
        <div role="rowgroup">
          <div role="row" className={`${columns} grid h-8 items-center gap-x-3 border-b px-3 text-xs text-faint`}>
            <span role="columnheader">Task</span>
            <Head>Waiting</Head>
            <Head from="md">Longest wait</Head>
            <Head from="lg">To come</Head>
            <Head>Running</Head>
            <Head from="lg" title="In the last day">
              Done
            </Head>
            <Head title="In the last day">Failed</Head>
            <Head from="md">Workers</Head>
          </div>
        </div>
        <div role="rowgroup">
          {tasks.map((task) => {
            const name = nameInTaskKey(task.task_key);
            const isChosen = task.task_key === chosen;
            return (
              <div
                key={task.task_key}
                role="row"
                aria-selected={isChosen}
                className={`grid min-h-10 items-center gap-x-3 border-b px-3 py-1 last:border-0 hover:bg-hover ${columns} ${isChosen ? "bg-pressed" : ""}`}
              >
                <span role="cell" className="min-w-0">
                  <button
                    type="button"
                    dir="auto"
                    aria-pressed={isChosen}
                    title={task.task_key}
                    onClick={() => onChoose(isChosen ? undefined : task.task_key)}
                    className="block max-w-full truncate rounded-sm py-0.5 text-left font-medium hover:underline"
                  >
                    {name}
                  </button>
                </span>
                <Figure value={task.waiting} className={task.workers.length === 0 ? "text-(--state-late)" : ""} />
                <span role="cell" className="text-right max-md:hidden">
                  <Elapsed start={task.waiting_since} end={null} />
                </span>
                <Figure value={task.scheduled} from="lg" />
                <Figure value={task.held} />
                <Figure value={task.completed} from="lg" />
                <span role="cell" className="figures text-right">
                  {task.failed === 0 ? (
                    <span className="text-faint">–</span>
                  ) : (
                    <Link
                      to="/runs/task-runs"
                      search={failedRunsOf(task.task_key)}
                      className="text-(--state-failed) hover:underline"
                      aria-label={`${amount(task.failed, "failed run")} of ${name}`}
                    >
                      {count(task.failed)}
                    </Link>
                  )}
                </span>
                <span role="cell" className="text-right max-md:hidden">
                  {task.workers.length > 0 ? (
                    count(task.workers.length)
                  ) : (
                    <span className={task.waiting > 0 ? "font-medium text-(--state-late)" : "text-faint"}>none</span>
                  )}
                </span>
              </div>
            );
          })}
        </div>
      </div>
      {tasks.length < maxTasks ? null : (
        <p className="border-t px-3 py-2 text-xs text-faint">The first {maxTasks} tasks by name are shown.</p>
      )}
    </div>
  );
}

function Head(props: { readonly children: ReactNode; readonly from?: From; readonly title?: string }) {
  return (
    <span
      role="columnheader"
      title={props.title}
      className={`text-right ${props.from === undefined ? "" : from[props.from]}`}
    >
      {props.children}
    </span>
  );
}

function Figure({
  value,
  from: width,
  className = "",
}: {
  readonly value: number;
  readonly from?: From;
  readonly className?: string;
}) {
  return (
    <span role="cell" className={`figures text-right ${width === undefined ? "" : from[width]}`}>
      {value === 0 ? <span className="text-faint">–</span> : <span className={className}>{count(value)}</span>}
    </span>
  );
}
