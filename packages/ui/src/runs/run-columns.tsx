import { typeOfName } from "@ostinato/core";
import { Link } from "@tanstack/react-router";
import type { FlowRunRow } from "../api/types.ts";
import type { Column } from "../components/columns.ts";
import { isBad, type StateType, statedOf } from "../states.ts";
import { DeploymentLink } from "./deployment-link.tsx";
import { messageOf } from "./message-of.ts";
import { Ran } from "./ran.tsx";
import type { RunSort, RunsSearch } from "./runs-search.ts";
import { attemptsColumn, endedColumn, messageColumn, startedColumn, tagsColumn } from "./shared-columns.tsx";
import { StateWord } from "./state.tsx";
import { TaskProgress } from "./task-progress.tsx";

export type RunColumn = Column<FlowRunRow, RunSort>;

/** The columns after the run's name, in order. */
export const runColumns: readonly RunColumn[] = [
  {
    id: "flow",
    label: "Flow",
    width: 96,
    grows: 0.7,
    cell: (run) => (
      <Link
        to="/flows/flow/$id"
        params={{ id: run.flow_id }}
        className="truncate text-muted hover:text-text hover:underline"
      >
        {run.flow_name}
      </Link>
    ),
  },
  {
    id: "state",
    label: "State",
    width: 108,
    cell: (run) => <StateWord {...statedOf(run)} />,
  },
  startedColumn(["START_TIME_DESC", "START_TIME_ASC"]),
  {
    id: "duration",
    label: "Duration",
    width: 84,
    right: true,
    cell: (run) => <Ran run={run} since={run.state?.timestamp} />,
  },
  { ...messageColumn(messageOf, { width: 232, grows: 2.4 }), hidden: true },
  { id: "tasks", label: "Tasks", width: 136, cell: (run) => <TaskProgress counts={run.task_counts} /> },
  tagsColumn(),
  {
    id: "parent",
    label: "Parent",
    width: 96,
    grows: 0.5,
    hidden: true,
    cell: (run) =>
      run.parent_flow_run_id === null ? null : (
        <Link
          to="/runs/flow-run/$id"
          params={{ id: run.parent_flow_run_id }}
          className="truncate text-muted hover:text-text hover:underline"
        >
          {run.parent_flow_run_name}
        </Link>
      ),
  },
  { ...attemptsColumn(), hidden: true },
  endedColumn(["END_TIME_DESC"]),
  {
    id: "deployment",
    label: "Deployment",
    width: 96,
    grows: 0.5,
    hidden: true,
    cell: (run) => <DeploymentLink run={run} className="truncate text-muted" />,
  },
  {
    id: "version",
    label: "Version",
    width: 88,
    hidden: true,
    cell: (run) => <span className="truncate">{run.flow_version}</span>,
  },
];

/** The columns of a list of failures, which always has room for the reasons. */
export function keepingMessages<C extends { readonly id: string }>(columns: readonly C[]): readonly C[] {
  return columns.map((column) => (column.id === "message" ? { ...column, keeps: true } : column));
}

/** The usual columns; a list of failures also shows the reasons. */
export function usualColumns(search: RunsSearch): readonly string[] {
  const isFailures = isOfFailures(search.state);
  return runColumns
    .filter((column) => column.hidden !== true || (column.id === "message" && isFailures))
    .map((column) => column.id);
}

/** Whether a filter leaves only failures. */
export function isOfFailures(states: readonly string[] | undefined): boolean {
  return states?.every((state) => isBad(typeOfName(state) ?? (state as StateType))) === true;
}
