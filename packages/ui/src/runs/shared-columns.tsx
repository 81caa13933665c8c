import type { FlowRunRow, TaskRunRow } from "../api/types.ts";
import type { Column } from "../components/columns.ts";
import type { CsvColumns } from "../components/csv.ts";
import { Tags } from "../components/tag.tsx";
import { RelativeTime } from "../components/time.tsx";

/** What flow runs and task runs have in common in their lists. */
type AnyRun = Pick<
  FlowRunRow & TaskRunRow,
  | "state_type"
  | "state_name"
  | "expected_start_time"
  | "start_time"
  | "end_time"
  | "total_run_time"
  | "run_count"
  | "tags"
>;

type Sorts<Sort extends string> = readonly [Sort, Sort?];

export function startedColumn<Row extends AnyRun, Sort extends string>(sorts: Sorts<Sort>): Column<Row, Sort> {
  return {
    id: "started",
    label: "Started",
    width: 88,
    right: true,
    sorts,
    cell: (run) => <RelativeTime time={run.start_time ?? run.expected_start_time} className="truncate text-muted" />,
  };
}

export function endedColumn<Row extends AnyRun, Sort extends string>(sorts: Sorts<Sort>): Column<Row, Sort> {
  return {
    id: "ended",
    label: "Ended",
    width: 88,
    right: true,
    hidden: true,
    sorts,
    cell: (run) => <RelativeTime time={run.end_time} className="truncate text-muted" />,
  };
}

export function attemptsColumn<Row extends AnyRun, Sort extends string>(): Column<Row, Sort> {
  return { id: "attempts", label: "Attempts", width: 72, right: true, cell: (run) => run.run_count };
}

export function tagsColumn<Row extends AnyRun, Sort extends string>(): Column<Row, Sort> {
  return { id: "tags", label: "Tags", width: 120, grows: 0.6, cell: (run) => <Tags tags={run.tags} most={2} /> };
}

/** The first line of the message of a run's state; the others are in its title. */
export function messageColumn<Row, Sort extends string>(
  messageOf: (run: Row) => string | undefined,
  size: { readonly width: number; readonly grows: number },
): Column<Row, Sort> {
  return {
    id: "message",
    label: "Message",
    ...size,
    cell: (run) => (
      <span className="truncate text-muted" title={messageOf(run)}>
        {messageOf(run)?.split("\n", 1)[0]}
      </span>
    ),
  };
}

/** The part of a CSV file that says how a run went. */
export function csvOfCourse<Row extends AnyRun>(): CsvColumns<Row> {
  return {
    state_type: (run) => run.state_type,
    state_name: (run) => run.state_name,
    start_time: (run) => run.start_time,
    end_time: (run) => run.end_time,
    seconds: (run) => run.total_run_time,
    attempts: (run) => run.run_count,
    tags: (run) => run.tags.join(" "),
  };
}
