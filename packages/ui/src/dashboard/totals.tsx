import { Link } from "@tanstack/react-router";
import type { ReactNode } from "react";
import { present } from "../address.ts";
import type { Dashboard, StateCounts } from "../api/types.ts";
import { amount, count, percent } from "../format.ts";
import type { RunsSearch } from "../runs/runs-search.ts";
import { StateIcon } from "../runs/state.tsx";
import { type StateType, stateColor, stateLook, stateTypeOrder } from "../states.ts";
import type { TaskRunsSearch } from "../task-runs/task-runs-search.ts";
import { sum } from "./counts.ts";

/** Runs and task runs by state; each number links to its list. */
export function Totals({ data, lists }: { readonly data: Dashboard; readonly lists: RunsSearch }) {
  const tasks = taskSearch(lists);
  const done = (data.counts.COMPLETED ?? 0) + (data.counts.FAILED ?? 0) + (data.counts.CRASHED ?? 0);
  const before = sum(data.previous_counts);
  const total = sum(data.counts);
  return (
    <dl className="flex flex-wrap gap-x-7 gap-y-3">
      <Figure name="Runs" note={before === 0 ? undefined : <Change from={before} to={total} />}>
        <Link to="/runs" search={lists} aria-label={amount(total, "run")} className="hover:underline">
          {count(total)}
        </Link>
      </Figure>
      <Figure name="Success">
        {done === 0 ? (
          "–"
        ) : (
          <Link
            to="/runs"
            search={{ ...lists, state: ["COMPLETED", "FAILED", "CRASHED"] }}
            className="hover:underline"
            aria-label={`${percent((data.counts.COMPLETED ?? 0) / done)} success`}
            title="Of the runs that completed, failed or crashed"
          >
            {percent((data.counts.COMPLETED ?? 0) / done)}
          </Link>
        )}
      </Figure>
      <Figure name="Task runs" note={<FailedTasks counts={data.task_counts} tasks={tasks} />}>
        <Link
          to="/runs/task-runs"
          search={tasks}
          aria-label={amount(sum(data.task_counts), "task run")}
          className="hover:underline"
        >
          {count(sum(data.task_counts))}
        </Link>
      </Figure>
      {stateTypeOrder
        .filter((type) => (data.counts[type] ?? 0) > 0)
        .map((type) => (
          <Figure key={type} name={stateLook(type).label} state={type}>
            <Link
              to="/runs"
              search={{ ...lists, state: [type] }}
              aria-label={`${count(data.counts[type] ?? 0)} ${stateLook(type).label.toLowerCase()} ${data.counts[type] === 1 ? "run" : "runs"}`}
              className="hover:underline"
            >
              {count(data.counts[type] ?? 0)}
            </Link>
          </Figure>
        ))}
    </dl>
  );
}

function Figure(props: {
  readonly name: string;
  readonly state?: StateType;
  readonly note?: ReactNode;
  readonly children: ReactNode;
}) {
  return (
    <div className="min-w-0">
      <dt className="flex items-center gap-1.5 text-xs text-muted">
        {props.state === undefined ? null : <StateIcon silent type={props.state} className="size-3.5" />}
        {props.name}
      </dt>
      <dd
        className="text-xl font-semibold"
        style={
          props.state === "FAILED" || props.state === "CRASHED"
            ? { color: stateColor(stateLook(props.state)) }
            : undefined
        }
      >
        {props.children}
        {props.note === undefined ? null : <span className="ml-2 text-xs font-normal text-faint">{props.note}</span>}
      </dd>
    </div>
  );
}

/** `▼ 21 %`: how many runs more or fewer than in the same span of time before. */
function Change({ from, to }: { readonly from: number; readonly to: number }) {
  const before = `${amount(from, "run")} in the same span of time before`;
  if (from === to) return <span title={before}>as before</span>;
  const share = to >= 10 * from ? `${count(Math.round(to / from))} ×` : percent(Math.abs(to - from) / from, 0);
  return (
    <span title={before}>
      <span aria-hidden="true">{to > from ? "▲" : "▼"} </span>
      {share}
      <span className="sr-only">{to > from ? " more" : " fewer"} than before</span>
    </span>
  );
}

function FailedTasks({ counts, tasks }: { readonly counts: StateCounts; readonly tasks: TaskRunsSearch }) {
  const failed = (counts.FAILED ?? 0) + (counts.CRASHED ?? 0);
  if (failed === 0) return null;
  return (
    <Link
      to="/runs/task-runs"
      search={{ ...tasks, state: ["FAILED", "CRASHED"] }}
      className="inline-block py-1 leading-4 hover:underline"
    >
      {count(failed)} failed
    </Link>
  );
}

/** The search for task runs in the same time range, of the same flows and tags. */
function taskSearch({ since, until, flow, tag }: RunsSearch): TaskRunsSearch {
  return present({ since, until, flow, runTag: tag });
}
