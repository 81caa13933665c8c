import { Link } from "@tanstack/react-router";
import type { TaskRunRow } from "../api/types.ts";
import type { Column } from "../components/columns.ts";
import { withReadableTimes } from "../format.ts";
import { Ran } from "../runs/ran.tsx";
import { isOfFailures, keepingMessages } from "../runs/run-columns.tsx";
import { attemptsColumn, endedColumn, messageColumn, startedColumn, tagsColumn } from "../runs/shared-columns.tsx";
import { StateWord } from "../runs/state.tsx";
import type { TaskRunSort, TaskRunsSearch } from "./task-runs-search.ts";

export type TaskRunColumn = Column<TaskRunRow, TaskRunSort>;

/** The columns after the task run's name, in order. */
export const taskRunColumns: readonly TaskRunColumn[] = [
  {
    id: "run",
    label: "Flow run",
    width: 96,
    grows: 0.9,
    cell: (run) => <FlowRunLink run={run} />,
  },
  {
    id: "flow",
    label: "Flow",
    width: 88,
    grows: 0.7,
    cell: (run) =>
      run.flow_id === null ? null : (
        <Link
          to="/flows/flow/$id"
          params={{ id: run.flow_id }}
          className="truncate text-muted hover:text-text hover:underline"
          title={run.flow_name ?? undefined}
        >
          {run.flow_name}
        </Link>
      ),
  },
  {
    id: "state",
    label: "State",
    width: 108,
    cell: (run) => <StateWord type={run.state_type} name={run.state_name} />,
  },
  startedColumn(["EXPECTED_START_TIME_DESC", "EXPECTED_START_TIME_ASC"]),
  {
    id: "duration",
    label: "Duration",
    width: 84,
    right: true,
    cell: (run) => <Ran run={run} since={run.state_timestamp} />,
  },
  attemptsColumn(),
  messageColumn(messageOf, { width: 140, grows: 1.4 }),
  { ...tagsColumn(), hidden: true },
  endedColumn(["END_TIME_DESC"]),
];

export const failureColumns = keepingMessages(taskRunColumns);

/** The usual columns; in a list of failures the reasons get the place of the flow. */
export function usualColumns({ state }: TaskRunsSearch): readonly string[] {
  const isFailures = isOfFailures(state);
  return taskRunColumns
    .filter(({ id, hidden }) => hidden !== true && !(isFailures && id === "flow"))
    .map(({ id }) => id);
}

export function messageOf({ state_message }: TaskRunRow): string | undefined {
  return state_message === null ? undefined : withReadableTimes(state_message);
}

function FlowRunLink({ run }: { readonly run: TaskRunRow }) {
  if (run.flow_run_id === null && run.is_background)
    return (
      <Link to="/background-tasks" className="truncate text-muted hover:text-text hover:underline">
        background task
      </Link>
    );
  if (run.flow_run_id === null) return <span className="text-faint">none</span>;
  return (
    <Link
      to="/runs/flow-run/$id"
      params={{ id: run.flow_run_id }}
      search={{ task: run.id }}
      className="truncate hover:underline"
      title={run.flow_run_name ?? undefined}
    >
      {run.is_background ? "background of " : ""}
      {run.flow_run_name}
    </Link>
  );
}
