import { Link } from "@tanstack/react-router";
import type { RefObject } from "react";
import type { TaskRunRow } from "../api/types.ts";
import { type NameColumn, type RowOrder, RowTable } from "../components/row-table.tsx";
import { RelativeTime } from "../components/time.tsx";
import { Ran } from "../runs/ran.tsx";
import { StateIcon } from "../runs/state.tsx";
import { isBad, stateLook } from "../states.ts";
import { messageOf, type TaskRunColumn } from "./task-run-columns.tsx";
import type { TaskRunSort } from "./task-runs-search.ts";

/** Task runs as virtual rows; two lines per row on a narrow screen. */
export function TaskRunList(props: {
  readonly runs: readonly TaskRunRow[];
  readonly columns: readonly TaskRunColumn[];
  readonly sort: RowOrder<TaskRunSort>;
  readonly onEnd: () => void;
  readonly list: RefObject<HTMLDivElement | null>;
}) {
  const { runs, ...rest } = props;
  return <RowTable label="Task runs" rows={runs} name={taskRunName} narrow={narrowLines} {...rest} />;
}

export const taskRunName: NameColumn<TaskRunRow, TaskRunSort> = {
  label: "Task run",
  sorts: ["NAME_ASC", "NAME_DESC"],
  cell: (run) => (
    <>
      <StateIcon type={run.state_type} name={run.state_name} />
      <TaskName run={run} />
    </>
  ),
};

function narrowLines(run: TaskRunRow) {
  return (
    <>
      <StateIcon type={run.state_type} name={run.state_name} />
      <TaskName run={run} />
      <Ran run={run} since={run.state_timestamp} className="text-right text-muted" />
      <span />
      <span className="truncate text-xs text-faint">
        {run.flow_run_name === null ? "" : `${run.flow_run_name} · `}
        {aboutState(run)}
      </span>
      <RelativeTime time={run.start_time ?? run.expected_start_time} className="text-right text-xs text-faint" />
    </>
  );
}

function TaskName({ run }: { readonly run: TaskRunRow }) {
  return (
    <Link
      to="/runs/task-run/$id"
      params={{ id: run.id }}
      dir="auto"
      className="truncate py-0.5 font-medium hover:underline"
      title={run.name}
    >
      {run.name}
    </Link>
  );
}

/** The first line of a failure's message on narrow rows: the icon beside it already shows the state. */
function aboutState(run: TaskRunRow): string {
  const message = isBad(run.state_type) ? messageOf(run)?.split("\n", 1)[0] : undefined;
  return message === undefined || message === "" ? stateLook(run.state_type, run.state_name).label : message;
}
